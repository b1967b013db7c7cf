//! `token list` and `token revoke`: what members allow, and its end.

use std::fmt::Write;

use hob_authorization::whose::named_member;
use hob_plugin_sdk::{CommandError, Invocation, Output, prelude::*};
use serde::Serialize;
use serde_json::json;

use super::named_consumer;
use crate::{
    OAuth1,
    act::Act,
    models::{AccessToken, AllowedToken},
    operations::{self, Whose},
};

/// A token, for programs.
#[derive(Serialize)]
struct TokenJson<'a> {
    /// As in logs. It tells nothing of the token.
    token_id: String,
    consumer_key: &'a str,
    member_id: i64,
    scope: &'a str,
    created_at: String,
    /// None where it lasts until it is taken back.
    expires_at: Option<String>,
    /// To the hour.
    last_used_at: Option<String>,
    last_used_from: Option<&'a str>,
}

/// Lists those of a member or of an application.
pub async fn list(oauth1: Arc<OAuth1>, invocation: Invocation) -> Result<Output, CommandError> {
    let tokens = named_tokens(&oauth1, &invocation).await?;
    let shown: Vec<TokenJson<'_>> = tokens
        .iter()
        .map(|one| TokenJson {
            token_id: one.token.digest.name(),
            consumer_key: &one.consumer.consumer_key,
            member_id: one.token.member_id,
            scope: one.token.scope.as_str(),
            created_at: one.token.created_at.to_string(),
            expires_at: one.token.expires_at.map(|time| time.to_string()),
            last_used_at: one.token.last_used_at.map(|time| time.to_string()),
            last_used_from: one.last_used_from.as_deref(),
        })
        .collect();
    if invocation.given("json") {
        return Output::json(&shown);
    }
    let mut text = String::new();
    for one in &shown {
        writeln!(
            text,
            "{}  {}  member {}  {}  since {}, until {}, last used {}",
            one.token_id,
            one.consumer_key,
            one.member_id,
            one.scope,
            one.created_at,
            one.expires_at.as_deref().unwrap_or("it is taken back"),
            one.last_used_at.as_deref().unwrap_or("never"),
        )
        .expect("a text takes what is written to it");
    }
    if shown.is_empty() {
        text.push_str("No token counts.\n");
    }
    Ok(Output::text(text))
}

/// Ends those of a member or of an application, or of both together.
pub async fn revoke(oauth1: Arc<OAuth1>, invocation: Invocation) -> Result<Output, CommandError> {
    let whose = named(&oauth1, &invocation).await?;
    let act = Act::of_operator(oauth1.host(), &invocation);
    let revoked = operations::end_tokens(&oauth1, act, whose).await?;
    if invocation.given("json") {
        return Output::json(&json!({ "revoked": revoked }));
    }
    Ok(Output::text(format!(
        "Tokens that are dead now: {revoked}.\n"
    )))
}

async fn named_tokens(
    oauth1: &OAuth1,
    invocation: &Invocation,
) -> Result<Vec<AllowedToken>, CommandError> {
    let whose = named(oauth1, invocation).await?;
    let now = oauth1.now();
    let tokens = oauth1
        .read(move |connection| match whose {
            Whose::Member(member_id) => AccessToken::of_member(connection, member_id, now),
            Whose::Consumer(consumer) => AccessToken::of_consumer(connection, &consumer, now),
            Whose::Between(member_id, consumer) => {
                let mut all = AccessToken::of_member(connection, member_id, now)?;
                all.retain(|one| one.consumer.id == consumer.id);
                Ok(all)
            }
        })
        .await?;
    Ok(tokens)
}

/// Whose tokens are meant: one at least is named.
async fn named(oauth1: &OAuth1, invocation: &Invocation) -> Result<Whose, CommandError> {
    let member_id = named_member(oauth1.members(), invocation).await?;
    let consumer = match invocation.given("consumer-key") {
        true => Some(named_consumer(oauth1, invocation).await?),
        false => None,
    };
    match (member_id, consumer) {
        (Some(member_id), Some(consumer)) => Ok(Whose::Between(member_id, consumer)),
        (Some(member_id), None) => Ok(Whose::Member(member_id)),
        (None, Some(consumer)) => Ok(Whose::Consumer(consumer)),
        (None, None) => Err(CommandError::usage(
            "neither a member nor an application is named",
            "say --member alice, --consumer-key 4f1xAmple, or both",
        )),
    }
}
