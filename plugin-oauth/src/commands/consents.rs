//! `hob oauth consent …`: what members allow applications.

use std::fmt::Write;

use hob_authorization::usernames::usernames;
use hob_plugin_sdk::{CommandError, Invocation, Output, prelude::*};
use serde::Serialize;
use serde_json::json;

use super::{last_use::in_words, whose::named};
use crate::{
    OAuth,
    act::Act,
    events::{Revoked, Withdrawal},
    models::{Consent, Consents, Given},
};

/// A consent, for programs.
#[derive(Serialize)]
struct ConsentJson<'a> {
    /// None where the member is gone.
    member: Option<&'a str>,
    member_id: i64,
    client_id: &'a str,
    client_name: &'a str,
    scope: String,
    /// The resource's identifier (RFC 8707); the site for all of it.
    resource: &'a str,
    granted_at: String,
    /// To the hour.
    last_used_at: Option<String>,
    /// The address that it came from.
    last_used_from: Option<&'a str>,
    expires_at: Option<String>,
}

/// `consent list`
pub async fn list(oauth: Arc<OAuth>, invocation: Invocation) -> Result<Output, CommandError> {
    let (consents, now) = (named(&oauth, &invocation).await?, oauth.now());
    let given = oauth
        .read(move |connection| Given::of(connection, consents, now))
        .await?;
    let usernames = usernames(oauth.members(), given.iter().map(|one| one.member_id)).await?;
    let site_url = &oauth.host().site().url;
    let shown: Vec<ConsentJson<'_>> = given
        .iter()
        .map(|one| ConsentJson {
            member: usernames[&one.member_id].as_deref(),
            member_id: one.member_id,
            client_id: &one.client.client_id,
            client_name: &one.client.name,
            scope: one.consent.scope.to_string(),
            resource: one.resource.audience(site_url),
            granted_at: one.consent.granted_at.to_string(),
            last_used_at: one.consent.last_used_at.map(|time| time.to_string()),
            last_used_from: one.consent.last_used_from.as_deref(),
            expires_at: one.consent.expires_at.map(|time| time.to_string()),
        })
        .collect();
    if invocation.given("json") {
        return Output::json(&shown);
    }
    let mut text = String::new();
    for one in &shown {
        writeln!(
            text,
            "{:<16}  {}  {}  {}  since {}, last used {}, until {}",
            one.member.unwrap_or("(gone)"),
            one.client_id,
            one.client_name,
            one.scope,
            one.granted_at,
            in_words(one.last_used_at.as_deref(), one.last_used_from),
            one.expires_at.as_deref().unwrap_or("taken back"),
        )
        .expect("writing to a string does not fail");
    }
    if shown.is_empty() {
        text.push_str("Nothing is allowed.\n");
    }
    Ok(Output::text(text))
}

/// `consent revoke`
pub async fn revoke(oauth: Arc<OAuth>, invocation: Invocation) -> Result<Output, CommandError> {
    let consents = named(&oauth, &invocation).await?;
    let (events, act) = (oauth.events(), Act::of_operator(oauth.host(), &invocation));
    let of = match consents {
        Consents::Member(member_id) | Consents::Given(member_id, _) => Some(member_id),
        Consents::Client(_) | Consents::One(_) => None,
    };
    let client_id = match consents {
        Consents::Client(_) | Consents::Given(..) => invocation.value("client-id"),
        Consents::Member(_) | Consents::One(_) => None,
    };
    let client_id = client_id.unwrap_or_default().to_owned();
    let revoked = oauth
        .change(move |connection| {
            let (revoked, ended) = Consent::revoke(connection, consents)?;
            let of = (client_id.as_str(), of);
            events.consents_revoked(connection, &act, &revoked, Withdrawal::ByOperator)?;
            events.tokens_revoked(connection, &act, of, Revoked::Consents, ended)?;
            Ok(revoked.len())
        })
        .await?;
    tracing::info!(revoked, ?consents, "an operator revoked consents");
    if invocation.given("json") {
        return Output::json(&json!({ "revoked": revoked }));
    }
    Ok(Output::text(match revoked {
        0 => "Nothing was allowed, so nothing was taken back.\n".to_owned(),
        1 => "One consent is taken back, and what was issued under it is dead.\n".to_owned(),
        many => {
            format!("{many} consents are taken back, and what was issued under them is dead.\n")
        }
    }))
}
