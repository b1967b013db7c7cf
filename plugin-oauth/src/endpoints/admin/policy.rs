//! `/admin/policy`: what the operator decided, as it stands in `hob.toml`, what
//! is risky of it, and the initial access tokens.

use hob_authorization::admin::Findings;
use hob_plugin_sdk::{PluginError, Request, Response, Words, prelude::*};

use super::{clients_path, initial_tokens::TypedToken};
use crate::{
    OAuth,
    doctor::{self, Facts},
    endpoints::{
        member_page::{TimeText, page},
        worded::ScopeWords,
    },
    models::InitialAccessToken,
    pages::{AdminPolicyPage, InitialTokenRow, PolicyKey, PolicyScope, PolicyTopic},
    settings::{DynamicRegistration, Topic},
};

/// Shows it.
pub async fn show(oauth: Arc<OAuth>, request: Request) -> Result<Response, PluginError> {
    show_policy(&oauth, &request, 200, &TypedToken::usual()).await
}

/// Shows it with this in the form for an initial access token.
pub(super) async fn show_policy(
    oauth: &OAuth,
    request: &Request,
    status: u16,
    typed: &TypedToken,
) -> Result<Response, PluginError> {
    let now = oauth.now();
    let findings = doctor::examine(&Facts::collect(oauth).await?);
    let tokens = oauth
        .read(move |connection| InitialAccessToken::all(connection, now))
        .await?;
    let words = request.words();
    let written = oauth.settings().written();
    let topics: Vec<PolicyTopic<'_>> = Topic::ALL
        .into_iter()
        .map(|topic| PolicyTopic {
            title: heading(topic),
            keys: written
                .iter()
                .filter(|(of, _, _)| *of == topic)
                .map(|(_, name, value)| PolicyKey {
                    name,
                    message: format!("policy-{name}"),
                    value,
                })
                .collect(),
        })
        .collect();
    let scope_words = ScopeWords::of(oauth.host(), request);
    let scopes: Vec<PolicyScope<'_>> = scope_words
        .descriptions()
        .iter()
        .map(|description| PolicyScope {
            name: &description.name,
            sentence: &description.sentence,
            dangerous: description.dangerous,
            self_registered: oauth.self_registered_scope().contains(&description.name),
        })
        .collect();
    let shown: Vec<ShownToken<'_>> = tokens
        .iter()
        .map(|token| ShownToken::new(oauth, words, token))
        .collect();
    let tokens: Vec<InitialTokenRow<'_>> = shown.iter().map(ShownToken::row).collect();
    let asked = request.query_fields().unwrap_or_default();
    Ok(page(
        status,
        &words.say("menu-admin-policy").to_string(),
        &AdminPolicyPage {
            words,
            csrf: request.csrf(),
            admin_url: &oauth.host().site().path("/admin"),
            clients_url: &clients_path(oauth),
            section: format!("[plugin.{}]", oauth.host().plugin_id()),
            revoked: asked.first("done") == Some("revoked"),
            findings: Findings::new(findings, "hob oauth doctor"),
            topics: &topics,
            scopes: &scopes,
            tokens_count: oauth.settings().dynamic_registration
                == DynamicRegistration::InitialToken,
            tokens: &tokens,
            issue_url: &oauth.own_path("/admin/initial-tokens"),
            uses: typed.uses(words),
            days: typed.days(words),
            note: typed.note(words),
        },
    ))
}

const fn heading(topic: Topic) -> &'static str {
    match topic {
        Topic::Registration => "policy-topic-registration",
        Topic::DynamicRegistration => "policy-topic-dynamic",
        Topic::PersonalTokens => "policy-topic-personal",
        Topic::Lifetimes => "policy-topic-lifetimes",
        Topic::Demands => "policy-topic-demands",
    }
}

/// Owns what a row of the page borrows.
struct ShownToken<'a> {
    token: &'a InitialAccessToken,
    created: TimeText,
    until: TimeText,
    revoke_url: String,
}

impl<'a> ShownToken<'a> {
    fn new(oauth: &OAuth, words: Words, token: &'a InitialAccessToken) -> Self {
        Self {
            created: TimeText::of(words, token.created_at),
            until: TimeText::of_end(words, token.expires_at),
            revoke_url: oauth.own_path(&format!("/admin/initial-tokens/{}/revoke", token.id)),
            token,
        }
    }

    fn row(&self) -> InitialTokenRow<'_> {
        InitialTokenRow {
            id: self.token.id,
            note: self.token.note.as_deref(),
            uses_left: self.token.uses_left,
            created: self.created.moment(),
            until: self.until.moment(),
            revoke_url: &self.revoke_url,
        }
    }
}
