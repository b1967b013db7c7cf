//! `hob oauth token …`: what was issued and still counts.

use std::fmt::Write;

use hob_authorization::usernames::usernames;
use hob_plugin_sdk::{CommandError, Invocation, Output, auth::TokenId, prelude::*};
use serde::Serialize;
use serde_json::json;

use super::{last_use::in_words, named_client, whose::named};
use crate::{
    OAuth,
    act::Act,
    issued_token::{FoundToken, LiveToken, TokenTerms},
    operations,
};

/// A token, for programs.
#[derive(Serialize)]
struct TokenJson<'a> {
    /// As in logs. It tells nothing of the secret.
    token_id: String,
    /// `access_token`, `refresh_token` or `personal_token`.
    kind: &'static str,
    /// None of a personal token.
    client_id: Option<&'a str>,
    /// What its member calls a personal token.
    name: Option<&'a str>,
    /// None where the client acts for itself, or where the member is gone.
    member: Option<&'a str>,
    member_id: Option<i64>,
    scope: String,
    /// The resource's identifier (RFC 8707); the site for all of it.
    resource: &'a str,
    /// Whether it counts only with a proof by a key (RFC 9449).
    dpop_bound: bool,
    created_at: String,
    expires_at: String,
    /// To the hour; none too of a refresh token that counts, for its use ends it.
    last_used_at: Option<String>,
    /// The address that it came from.
    last_used_from: Option<&'a str>,
}

/// `token list`
pub async fn list(oauth: Arc<OAuth>, invocation: Invocation) -> Result<Output, CommandError> {
    let (consents, now) = (named(&oauth, &invocation).await?, oauth.now());
    let tokens = oauth
        .read(move |connection| LiveToken::of(connection, consents, now))
        .await?;
    let terms: Vec<TokenTerms<'_>> = tokens.iter().map(|live| live.token.terms()).collect();
    let usernames = usernames(
        oauth.members(),
        terms.iter().filter_map(|token| token.member_id),
    )
    .await?;
    let site_url = &oauth.host().site().url;
    let froms = tokens.iter().map(|live| live.last_used_from.as_deref());
    let shown: Vec<TokenJson<'_>> = terms
        .iter()
        .zip(froms)
        .map(|(token, last_used_from)| TokenJson {
            token_id: token.digest.name(),
            kind: token.kind,
            client_id: token.client_id,
            name: token.name,
            member: token.member_id.and_then(|id| usernames[&id].as_deref()),
            member_id: token.member_id,
            scope: token.scope.to_string(),
            resource: token.resource.audience(site_url),
            dpop_bound: token.key_thumbprint.is_some(),
            created_at: token.created_at.to_string(),
            expires_at: token.expires_at.to_string(),
            last_used_at: token.last_used_at.map(|time| time.to_string()),
            last_used_from,
        })
        .collect();
    if invocation.given("json") {
        return Output::json(&shown);
    }
    let mut text = String::new();
    for one in &shown {
        writeln!(
            text,
            "{}  {:<14}  {}  {:<16}  {}  since {}, until {}, last used {}",
            one.token_id,
            one.kind,
            one.client_id.or(one.name).unwrap_or_default(),
            match (one.member, one.member_id) {
                (Some(username), _) => username,
                (None, Some(_)) => "(gone)",
                (None, None) => "(itself)",
            },
            one.scope,
            one.created_at,
            one.expires_at,
            in_words(one.last_used_at.as_deref(), one.last_used_from),
        )
        .expect("writing to a string does not fail");
    }
    if shown.is_empty() {
        text.push_str("No token counts.\n");
    }
    Ok(Output::text(text))
}

/// `token revoke`
pub async fn revoke(oauth: Arc<OAuth>, invocation: Invocation) -> Result<Output, CommandError> {
    match (invocation.value("token-id"), invocation.given("client-id")) {
        (Some(token_id), false) => revoke_one(&oauth, &invocation, token_id).await,
        (None, true) => revoke_all_of_client(&oauth, &invocation).await,
        (Some(_), true) => Err(CommandError::usage(
            "both a token and an application are named",
            "name the token, or the application for all of its tokens",
        )),
        (None, false) => Err(CommandError::usage(
            "neither a token nor an application is named",
            "say what `token list` calls the token, or --client-id 4f1xAmple for all of an application",
        )),
    }
}

/// All of an application; what members allow it stays.
async fn revoke_all_of_client(
    oauth: &OAuth,
    invocation: &Invocation,
) -> Result<Output, CommandError> {
    let client = named_client(oauth, invocation).await?;
    let client_id = client.client_id.clone();
    let act = Act::of_operator(oauth.host(), invocation);
    let Some(ended) = operations::end_tokens(oauth, act, client).await? else {
        return Err(CommandError::usage(
            "the application was deleted meanwhile",
            "`hob oauth client list` shows all of them",
        ));
    };
    if invocation.given("json") {
        return Output::json(&json!({ "revoked": ended.tokens() }));
    }
    Ok(Output::text(format!(
        "All tokens of {client_id} are dead: {} for access, {} for refreshing. What members allow it \
         stays.\n",
        ended.access_tokens, ended.refresh_tokens
    )))
}

async fn revoke_one(
    oauth: &OAuth,
    invocation: &Invocation,
    typed: &str,
) -> Result<Output, CommandError> {
    let token_id = u64::from_str_radix(typed, 16)
        .ok()
        .filter(|_| typed.len() == 16)
        .map(TokenId);
    let revoked = match token_id {
        None => None,
        Some(token_id) => {
            let (events, act) = (oauth.events(), Act::of_operator(oauth.host(), invocation));
            oauth
                .change(move |connection| {
                    let found = FoundToken::named(connection, token_id)?;
                    if let Some(found) = &found {
                        found.revoke(connection, events, &act, true)?;
                    }
                    Ok(found)
                })
                .await?
        }
    };
    let Some(revoked) = revoked else {
        return Err(CommandError::usage(
            format!("no token is called {typed:?}"),
            "`hob oauth token list` shows those of a member or an application; they have 16 digits",
        ));
    };
    tracing::info!(token_id = typed, "an operator revoked a token");
    if invocation.given("json") {
        return Output::json(&json!({ "revoked": 1 }));
    }
    Ok(Output::text(match revoked {
        FoundToken::Access(_) => "The access token is dead. A refresh token beside it lives.\n",
        FoundToken::Personal(_) => "The personal access token is dead.\n",
        FoundToken::Refresh(_) => {
            "The refresh token is dead, and all that came of the same authorization.\n"
        }
    }))
}
