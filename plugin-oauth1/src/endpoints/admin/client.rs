//! `/admin/clients/{consumer_key}`: an application that signs as administrators
//! see it, and what they do to it.

use hob_authorization::{
    admin::{
        self, Administered, AllowingMember, Asked, TypedReason, act, allowed_scopes, done, form,
    },
    member_page::{TimeText, notice, refused},
    pages::Website,
    scope_words::ScopeWords,
    usernames::usernames,
};
use hob_oauth1_signature::SignatureMethod;
use hob_plugin_sdk::{PluginError, Request, Response, Words, prelude::*};

use super::{client_path, clients_path, methods, registrar, remarks};
use crate::{
    OAuth1,
    endpoints::client_secret::show_secret_once,
    events::Deletion,
    models::{self, Consumer, ConsumerUse, Credential},
    operations::{self, Whose},
    pages::AdminClientPage,
    registration::Proof,
};

/// Shows it, with the members who allow it.
pub async fn show(oauth1: Arc<OAuth1>, request: Request) -> Result<Response, PluginError> {
    match named(&oauth1, &request).await? {
        Some(consumer) => show_client(&oauth1, &request, consumer, Problems::default()).await,
        None => Ok(not_found(&request)),
    }
}

/// Stops it for everybody, at once.
pub async fn suspend(oauth1: Arc<OAuth1>, request: Request) -> Result<Response, PluginError> {
    let Some(consumer) = named(&oauth1, &request).await? else {
        return Ok(not_found(&request));
    };
    let form = form(&request)?;
    let typed = form.first("reason").unwrap_or_default();
    let reason = match TypedReason::read(request.words(), typed) {
        Ok(reason) => reason,
        Err(reason) => {
            let problems = Problems {
                reason,
                ..Problems::default()
            };
            return show_client(&oauth1, &request, consumer, problems).await;
        }
    };
    let act = act(oauth1.host(), &request)?;
    match operations::suspend(&oauth1, act, consumer, reason).await? {
        Some(consumer) => Ok(done(&path_of(&oauth1, &consumer), "suspended")),
        None => Ok(not_found(&request)),
    }
}

/// Lets it go on.
pub async fn resume(oauth1: Arc<OAuth1>, request: Request) -> Result<Response, PluginError> {
    let Some(consumer) = named(&oauth1, &request).await? else {
        return Ok(not_found(&request));
    };
    let act = act(oauth1.host(), &request)?;
    match operations::resume(&oauth1, act, consumer).await {
        Ok(Some(consumer)) => Ok(done(&path_of(&oauth1, &consumer), "resumed")),
        Ok(None) => Ok(not_found(&request)),
        Err(error) => refused(&request, error),
    }
}

/// Ends all that members allow it.
pub async fn end_tokens(oauth1: Arc<OAuth1>, request: Request) -> Result<Response, PluginError> {
    let Some(consumer) = named(&oauth1, &request).await? else {
        return Ok(not_found(&request));
    };
    let here = path_of(&oauth1, &consumer);
    let act = act(oauth1.host(), &request)?;
    operations::end_tokens(&oauth1, act, Whose::Consumer(consumer)).await?;
    Ok(done(&here, "ended"))
}

/// Gives it a new secret, and shows that: only now.
pub async fn rotate(oauth1: Arc<OAuth1>, request: Request) -> Result<Response, PluginError> {
    let Some(consumer) = named(&oauth1, &request).await? else {
        return Ok(not_found(&request));
    };
    let words = request.words();
    if consumer.credential == Credential::Key {
        let problems = Problems {
            secret: Some(words.say("oauth1-problem-key").to_string()),
            ..Problems::default()
        };
        return show_client(&oauth1, &request, consumer, problems).await;
    }
    let act = act(oauth1.host(), &request)?;
    match operations::rotate(&oauth1, act, consumer, Proof::Secret).await {
        Ok(Some((changed, secret))) => {
            let here = path_of(&oauth1, &changed);
            let shown = (false, here.as_str());
            Ok(show_secret_once(
                &oauth1,
                words,
                &changed,
                secret.as_ref(),
                shown,
            ))
        }
        Ok(None) => Ok(not_found(&request)),
        Err(error) => refused(&request, error),
    }
}

/// Deletes it for good.
pub async fn delete(oauth1: Arc<OAuth1>, request: Request) -> Result<Response, PluginError> {
    let Some(consumer) = named(&oauth1, &request).await? else {
        return Ok(not_found(&request));
    };
    let act = act(oauth1.host(), &request)?;
    match operations::delete(&oauth1, act, consumer, Deletion::ByOperator).await? {
        Some(_) => Ok(done(&clients_path(&oauth1), "deleted")),
        None => Ok(not_found(&request)),
    }
}

/// The application in the path.
async fn named(oauth1: &OAuth1, request: &Request) -> Result<Option<Consumer>, PluginError> {
    let key = request.parameter("consumer_key").unwrap_or_default();
    let key = key.to_owned();
    oauth1
        .read(move |connection| Consumer::find(connection, &key))
        .await
}

fn path_of(oauth1: &OAuth1, consumer: &Consumer) -> String {
    client_path(oauth1, &consumer.consumer_key)
}

fn not_found(request: &Request) -> Response {
    let words = request.words();
    let sentence = words.say("oauth1-client-unknown-hint");
    notice(404, words.say("clients-unknown"), sentence)
}

/// Why the last thing was not done.
#[derive(Default)]
struct Problems {
    reason: TypedReason,
    secret: Option<String>,
}

async fn show_client(
    oauth1: &OAuth1,
    request: &Request,
    consumer: Consumer,
    problems: Problems,
) -> Result<Response, PluginError> {
    let asked = request.query_fields().unwrap_or_default();
    let after: Option<i64> = asked.first("members").and_then(|id| id.parse().ok());
    let (id, from, now) = (consumer.id, after.unwrap_or(0), oauth1.now());
    let (usage, mut members) = oauth1
        .read(move |connection| {
            let members = models::AllowingMember::page(connection, id, from, Asked::most(), now)?;
            Ok((ConsumerUse::of(connection, id, now)?, members))
        })
        .await?;
    let has_more = Asked::cut(&mut members);
    let ids = members.iter().map(|member| member.member_id);
    let usernames = usernames(oauth1.members(), ids.chain(consumer.owner_id)).await?;
    let words = request.words();
    let here = path_of(oauth1, &consumer);
    let more = members.last().filter(|_| has_more);
    let more_url = more.map(|last| format!("{here}?members={}#members", last.member_id));
    let allowing = members.iter().map(|member| {
        let username = usernames[&member.member_id].as_deref();
        allowing(words, member, username)
    });
    let owner = consumer.owner_id.and_then(|id| usernames[&id].as_deref());
    let day = |time| TimeText::of(words, time);
    let scope_words = ScopeWords::of(oauth1.host(), request);
    let is_refused = problems.reason.problem.is_some() || problems.secret.is_some();
    let shown = AdminClientPage {
        words,
        csrf: request.csrf(),
        client: Administered {
            status: if is_refused { 422 } else { 200 },
            clients_url: clients_path(oauth1),
            audit_url: Administered::audit_url(oauth1.host(), "consumer", &consumer.consumer_key),
            done: Administered::done_message(request),
            name: &consumer.name,
            remarks: remarks(oauth1, words, &consumer),
            website: consumer.website.as_deref().map(Website::of),
            scopes: allowed_scopes(&scope_words, &consumer.scope, &consumer.required_scope),
            registrar: registrar(words, &consumer, owner),
            registered: day(consumer.created_at),
            members_count: usage.members,
            last_used: usage.last_used_at.map(day),
            suspended: consumer.suspended_at.map(day),
            suspension_reason: consumer.suspension_reason.as_deref(),
            members: allowing.collect(),
            first_members_url: after.map(|_| here.clone()),
            more_members_url: more_url,
            reason: problems.reason,
            url: here,
        },
        consumer_key: &consumer.consumer_key,
        credential: match consumer.credential {
            Credential::Secret => "oauth1-by-secret",
            Credential::Key => "oauth1-by-key",
            Credential::None => "oauth1-by-nothing",
        },
        methods: methods(oauth1, &consumer)
            .into_iter()
            .map(SignatureMethod::as_str)
            .collect(),
        callbacks: consumer
            .callbacks
            .0
            .iter()
            .map(|own| own.as_str())
            .collect(),
        may_have_secret: consumer.credential != Credential::Key,
        secret_problem: problems.secret.as_deref(),
    };
    Ok(admin::show_client(&shown.client, &shown))
}

fn allowing<'a>(
    words: Words,
    member: &'a models::AllowingMember,
    username: Option<&'a str>,
) -> AllowingMember<'a> {
    let allowed = &member.allowed;
    let day = |time| TimeText::of(words, time);
    AllowingMember {
        username,
        member_id: member.member_id,
        scope: allowed.scope.to_string(),
        resource: None,
        granted: day(allowed.granted_at),
        last_used: allowed
            .last_used
            .as_ref()
            .map(|(at, from)| (day(*at), from.as_str())),
        until: allowed.expires_at.map(|end| TimeText::of_end(words, end)),
    }
}
