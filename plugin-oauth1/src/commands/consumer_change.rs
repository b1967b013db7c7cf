//! `consumer edit`, `rotate`, `suspend`, `resume` and `delete`.

use hob_authorization::{
    registration::{
        RegistrationError, check_name, check_redirect_uris, check_required_scope, check_scope,
        check_website,
    },
    remark,
};
use hob_plugin_sdk::{CommandError, Invocation, Output, db::Json, prelude::*};
use serde_json::json;

use super::{consumer_add::given_key, named_consumer, output, shown_consumer::ConsumerJson};
use crate::{
    OAuth1,
    act::Act,
    events::Deletion,
    models::{Consumer, ConsumerChanges},
    operations,
    registration::Proof,
};

/// Changes what is named.
pub async fn edit(oauth1: Arc<OAuth1>, invocation: Invocation) -> Result<Output, CommandError> {
    let consumer = named_consumer(&oauth1, &invocation).await?;
    let changes = changes(&oauth1, &consumer, &invocation)?;
    let (events, act) = (
        oauth1.events(),
        Act::of_operator(oauth1.host(), &invocation),
    );
    let changed = oauth1
        .change(move |connection| {
            let changed = consumer.update(connection, &changes)?;
            if let Some(changed) = &changed {
                events.consumer_edited(connection, &act, &consumer, changed)?;
            }
            Ok(changed)
        })
        .await?;
    told(&invocation, changed, |consumer| {
        ConsumerJson::new(consumer, None).text()
    })
}

fn changes(
    oauth1: &OAuth1,
    consumer: &Consumer,
    invocation: &Invocation,
) -> Result<ConsumerChanges, CommandError> {
    let names = ["name", "website", "callback", "scope", "required-scope"];
    if !names.iter().any(|name| invocation.given(name)) {
        return Err(CommandError::usage(
            "there is nothing to change",
            "see `hob oauth1 consumer edit --help` for what there is",
        ));
    }
    let wrong = |field: &str, error: RegistrationError| {
        CommandError::usage(
            format!("--{field}: {error}"),
            "see `hob oauth1 consumer edit --help` for an example",
        )
    };
    let all = |name| -> Vec<&str> { invocation.values(name).iter().map(String::as_str).collect() };
    let mut changes = ConsumerChanges::default();
    if let Some(name) = invocation.value("name") {
        changes.name = Some(check_name(name).map_err(|error| wrong("name", error))?);
    }
    if let Some(website) = invocation.value("website") {
        let website = check_website(website).map_err(|error| wrong("website", error))?;
        changes.website = Some(website);
    }
    if invocation.given("callback") {
        let callbacks = check_redirect_uris(&all("callback"), false);
        changes.callbacks = Some(Json(callbacks.map_err(|error| wrong("callback", error))?));
    }
    if invocation.given("scope") {
        let scope = check_scope(oauth1.declared_scope(), &all("scope"));
        changes.scope = Some(scope.map_err(|error| wrong("scope", error))?);
    }
    let scope = changes.scope.as_ref().unwrap_or(&consumer.scope);
    if invocation.given("required-scope") {
        let required = check_required_scope(scope, &all("required-scope"));
        changes.required_scope = Some(required.map_err(|error| wrong("required-scope", error))?);
    } else if changes.scope.is_some() {
        changes.required_scope = Some(consumer.required_scope.intersection(scope));
    }
    Ok(changes)
}

/// Gives it a new secret or a new key; the old one is dead at once.
pub async fn rotate(oauth1: Arc<OAuth1>, invocation: Invocation) -> Result<Output, CommandError> {
    let consumer = named_consumer(&oauth1, &invocation).await?;
    let proof = match given_key(&invocation)? {
        Some(key) => Proof::Key(key),
        None => Proof::Secret,
    };
    let act = Act::of_operator(oauth1.host(), &invocation);
    let (changed, secret) = operations::rotate(&oauth1, act, consumer, proof)
        .await?
        .ok_or_else(gone)?;
    let shown = output(&invocation, &ConsumerJson::new(&changed, secret.as_ref()))?;
    Ok(match secret {
        Some(_) => shown
            .with_note("The secret is shown only now; it is kept sealed. The old one is dead.\n"),
        None => shown.with_note("What it signed with before is dead.\n"),
    })
}

/// Stops it for everybody.
pub async fn suspend(oauth1: Arc<OAuth1>, invocation: Invocation) -> Result<Output, CommandError> {
    let consumer = named_consumer(&oauth1, &invocation).await?;
    let reason = remark::given(&invocation, "reason")?;
    let act = Act::of_operator(oauth1.host(), &invocation);
    let changed = operations::suspend(&oauth1, act, consumer, reason).await?;
    told(&invocation, changed, |consumer| {
        format!(
            "{} is suspended: its tokens are refused, and nobody can allow it.\n",
            consumer.name
        )
    })
}

/// Lets it go on.
pub async fn resume(oauth1: Arc<OAuth1>, invocation: Invocation) -> Result<Output, CommandError> {
    let consumer = named_consumer(&oauth1, &invocation).await?;
    if !consumer.is_suspended() {
        return Err(CommandError::usage(
            "the application is not suspended",
            "`hob oauth1 consumer list` shows those that are",
        ));
    }
    let act = Act::of_operator(oauth1.host(), &invocation);
    let changed = operations::resume(&oauth1, act, consumer).await?;
    told(&invocation, changed, |consumer| {
        format!(
            "{} may go on. What members allowed it counts again.\n",
            consumer.name
        )
    })
}

/// Deletes it for good.
pub async fn delete(oauth1: Arc<OAuth1>, invocation: Invocation) -> Result<Output, CommandError> {
    let consumer = named_consumer(&oauth1, &invocation).await?;
    if !invocation.given("yes") {
        return Err(CommandError::usage(
            format!("{} would be gone for good, with its tokens", consumer.name),
            "say --yes if it shall be; `hob oauth1 consumer suspend` stops it and can be undone",
        ));
    }
    let act = Act::of_operator(oauth1.host(), &invocation);
    let named = (consumer.consumer_key.clone(), consumer.name.clone());
    let ended = operations::delete(&oauth1, act, consumer, Deletion::ByOperator)
        .await?
        .ok_or_else(gone)?;
    let (consumer_key, name) = named;
    if invocation.given("json") {
        return Output::json(&json!({
            "consumer_key": consumer_key, "name": name, "tokens_ended": ended,
        }));
    }
    Ok(Output::text(format!(
        "{name} is deleted. Tokens that died of it: {ended}.\n"
    )))
}

fn told(
    invocation: &Invocation,
    consumer: Option<Consumer>,
    words: impl FnOnce(&Consumer) -> String,
) -> Result<Output, CommandError> {
    let consumer = consumer.ok_or_else(gone)?;
    if invocation.given("json") {
        Output::json(&ConsumerJson::new(&consumer, None))
    } else {
        Ok(Output::text(words(&consumer)))
    }
}

fn gone() -> CommandError {
    CommandError::usage(
        "the application was changed or deleted meanwhile",
        "`hob oauth1 consumer list` shows all that are there",
    )
}
