//! `hob oauth initial-token …`: who may let an application register itself.

use std::{fmt::Write, time::Duration};

use hob_plugin_sdk::{
    CommandError, Invocation, Output, manifest::config::parse_duration, prelude::*,
};
use serde::Serialize;

use super::remark;
use crate::{
    OAuth,
    models::{InitialAccessToken, NewInitialAccessToken},
    secret::{PlainSecret, SecretKind, operating_system_randomness},
};

const MOST_USES: i64 = 1_000_000;
const USUAL_LIFETIME: &str = "7d";
const LONGEST_LIFETIME: Duration = Duration::from_secs(3650 * 24 * 3600);

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
    let now = oauth.now();
    let plain = PlainSecret::generate(
        SecretKind::InitialAccessToken,
        now,
        &mut operating_system_randomness(),
    );
    let new = NewInitialAccessToken {
        digest: plain.digest(),
        note: remark::given(&invocation, "note")?,
        uses_left: uses(&invocation)?,
        created_at: now,
        expires_at: now + lifetime(&invocation)?,
    };
    let token = oauth
        .write(move |connection| InitialAccessToken::insert(connection, &new))
        .await?;
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
            oauth
                .write(move |connection| InitialAccessToken::revoke(connection, id))
                .await?
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

fn uses(invocation: &Invocation) -> Result<i64, CommandError> {
    let Some(typed) = invocation.value("uses") else {
        return Ok(1);
    };
    typed
        .parse()
        .ok()
        .filter(|uses| (1..=MOST_USES).contains(uses))
        .ok_or_else(|| {
            CommandError::usage(
                format!("--uses: {typed:?} is no number from 1 to {MOST_USES}"),
                "leave it out for one use",
            )
        })
}

fn lifetime(invocation: &Invocation) -> Result<Duration, CommandError> {
    let typed = invocation.value("expires").unwrap_or(USUAL_LIFETIME);
    let refuse = |why: &str| {
        CommandError::usage(
            format!("--expires {why}"),
            format!("leave it out for {USUAL_LIFETIME}"),
        )
    };
    let seconds = parse_duration(typed).map_err(|refusal| refuse(&refusal.to_string()))?;
    u64::try_from(seconds)
        .ok()
        .map(Duration::from_secs)
        .filter(|lifetime| !lifetime.is_zero() && *lifetime <= LONGEST_LIFETIME)
        .ok_or_else(|| refuse("must be from 1s to 3650d"))
}
