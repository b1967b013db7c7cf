//! `hob oauth initial-token …`: who may let an application register itself.

use std::{fmt::Write, time::Duration};

use hob_authorization::remark;
use hob_plugin_sdk::{
    CommandError, Invocation, Output, manifest::config::parse_duration, prelude::*,
};
use serde::Serialize;

use crate::{
    OAuth,
    act::Act,
    models::InitialAccessToken,
    operations::{self, InitialTokenError, Issued, USUAL_LIFETIME, Wanted},
    secret::PlainSecret,
};

const FIX_EXPIRES: &str = "leave it out for 7d";

/// An initial access token, for programs.
#[derive(Serialize)]
struct InitialTokenJson<'a> {
    id: i64,
    /// Only when it is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    initial_access_token: Option<&'a str>,
    note: Option<&'a str>,
    uses_left: i64,
    created_at: String,
    expires_at: String,
}

impl<'a> InitialTokenJson<'a> {
    fn new(token: &'a InitialAccessToken, plain: Option<&'a PlainSecret>) -> Self {
        Self {
            id: token.id,
            initial_access_token: plain.map(PlainSecret::reveal),
            note: token.note.as_deref(),
            uses_left: token.uses_left,
            created_at: token.created_at.to_string(),
            expires_at: token.expires_at.to_string(),
        }
    }
}

/// `initial-token issue`
pub async fn issue(oauth: Arc<OAuth>, invocation: Invocation) -> Result<Output, CommandError> {
    let note = remark::given(&invocation, "note")?;
    let wanted = Wanted::new(uses(&invocation), lifetime(&invocation)?, note)
        .map_err(|error| refuse(error, &invocation))?;
    let act = Act::of_operator(oauth.host(), &invocation);
    let Issued { plain, token } = operations::issue_initial_token(&oauth, act, wanted).await?;
    let shown = InitialTokenJson::new(&token, Some(&plain));
    let output = if invocation.given("json") {
        Output::json(&shown)?
    } else {
        Output::text(format!(
            "id:                   {}\n\
             initial_access_token: {}\n\
             uses:                 {}\n\
             expires:              {}\n",
            shown.id,
            plain.reveal(),
            shown.uses_left,
            shown.expires_at,
        ))
    };
    Ok(output.with_note("The token is shown only now; only its digest is kept.\n"))
}

/// `initial-token list`
pub async fn list(oauth: Arc<OAuth>, invocation: Invocation) -> Result<Output, CommandError> {
    let now = oauth.now();
    let tokens = oauth
        .read(move |connection| InitialAccessToken::all(connection, now))
        .await?;
    if invocation.given("json") {
        let all: Vec<InitialTokenJson<'_>> = tokens
            .iter()
            .map(|token| InitialTokenJson::new(token, None))
            .collect();
        return Output::json(&all);
    }
    let mut text = String::new();
    for token in &tokens {
        writeln!(
            text,
            "{:>4}  {:>7} left  until {}  {}",
            token.id,
            token.uses_left,
            token.expires_at,
            token.note.as_deref().unwrap_or_default()
        )
        .expect("writing to a string does not fail");
    }
    if tokens.is_empty() {
        text.push_str("There is none. Issue one with `hob oauth initial-token issue`.\n");
    }
    Ok(Output::text(text))
}

/// `initial-token revoke`
pub async fn revoke(oauth: Arc<OAuth>, invocation: Invocation) -> Result<Output, CommandError> {
    let typed = invocation.value("id").unwrap_or_default();
    let revoked = match typed.parse::<i64>() {
        Ok(id) => {
            let act = Act::of_operator(oauth.host(), &invocation);
            operations::revoke_initial_token(&oauth, act, id).await?
        }
        Err(_) => false,
    };
    if !revoked {
        return Err(CommandError::usage(
            format!("there is no initial access token {typed:?}"),
            "`hob oauth initial-token list` shows all of them",
        ));
    }
    if invocation.given("json") {
        return Output::json(&serde_json::json!({ "revoked": 1 }));
    }
    Ok(Output::text(format!(
        "The initial access token {typed} is revoked. Applications that it let in stay.\n"
    )))
}

/// 0 for what is no number, which is out of bounds.
fn uses(invocation: &Invocation) -> i64 {
    match invocation.value("uses") {
        None => 1,
        Some(typed) => typed.parse().unwrap_or(0),
    }
}

fn lifetime(invocation: &Invocation) -> Result<Duration, CommandError> {
    let Some(typed) = invocation.value("expires") else {
        return Ok(USUAL_LIFETIME);
    };
    let seconds = parse_duration(typed)
        .map_err(|refusal| CommandError::usage(format!("--expires {refusal}"), FIX_EXPIRES))?;
    Ok(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
}

fn refuse(error: InitialTokenError, invocation: &Invocation) -> CommandError {
    let typed = |name| invocation.value(name).unwrap_or_default();
    match error {
        InitialTokenError::Uses => CommandError::usage(
            format!("--uses: {:?}: {error}", typed("uses")),
            "leave it out for one use",
        ),
        InitialTokenError::Lifetime => CommandError::usage(
            format!("--expires: {:?}: {error}", typed("expires")),
            FIX_EXPIRES,
        ),
    }
}
