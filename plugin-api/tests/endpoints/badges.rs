//! A scheme of the tests' own: `Authorization: Badge <member or ->;<scopes>`.

use hob_plugin_sdk::{
    Declaration, Host, InlinePlugin, NoConfig, Plugin, PluginError,
    auth::{
        Grant, Refusal, ResourceMetadata, TokenId, TokenRequest, TokenVerifier, Verdict, Wanted,
        resource_metadata, token_verifier,
    },
    db::Timestamp,
};
use serde_json::{Map, Value, json};

/// Offers the check of badges.
pub struct Badges;

impl InlinePlugin for Badges {
    const MANIFEST: &'static str = r#"
        id = "badges"
        title = "Badges for tests"
        [offers]
        "hob.auth.token_verifier" = 1
        "hob.auth.resource_metadata" = 1
    "#;
}

impl Plugin for Badges {
    type Config = NoConfig;

    fn declare(declaration: &mut Declaration<Self>) {
        declaration
            .offer(token_verifier::<Self>)
            .offer(resource_metadata::<Self>);
    }

    fn start(_: Host, _: NoConfig) -> Result<Self, PluginError> {
        Ok(Self)
    }
}

impl TokenVerifier for Badges {
    async fn verify(&self, request: TokenRequest<'_>) -> Result<Verdict, PluginError> {
        if request.query.contains("badge=") {
            return Ok(refused(400, "invalid_request", request.wanted));
        }
        let Some(badge) = request
            .authorization
            .first()
            .and_then(|header| header.strip_prefix("Badge "))
        else {
            return Ok(Verdict::NotMine);
        };
        if badge == "broken" {
            return Err(PluginError::new("the badge reader is on fire"));
        }
        let Some((member, scopes)) = badge.split_once(';') else {
            return Ok(refused(401, "invalid_token", request.wanted));
        };
        assert_eq!(request.wanted.audience, "http://127.0.0.1:8080/api/v1");
        let grant = Grant::new("tests", TokenId(7), Timestamp::from_micros(i64::MAX))
            .with_member(member.parse().ok())
            .with_scope(scopes)
            .with_header("badge-nonce", "fresh");
        if !request.wanted.scopes().all(|word| grant.has_scope(word)) {
            return Ok(refused(403, "insufficient_scope", request.wanted));
        }
        Ok(Verdict::Granted(grant))
    }

    fn challenges(&self, wanted: Wanted<'_>) -> Vec<String> {
        vec![challenge(wanted)]
    }

    fn issuer(&self) -> Option<String> {
        Some("https://badges.example.org".to_owned())
    }
}

/// Says more than it is asked: the last two are not a verifier's business.
impl ResourceMetadata for Badges {
    fn members(&self) -> Map<String, Value> {
        let members = json!({
            "badge_colours_supported": ["red", "blue"],
            "resource": "https://badges.example.org/all",
            "scopes_supported": ["everything"],
        });
        members.as_object().cloned().unwrap_or_default()
    }
}

fn challenge(wanted: Wanted<'_>) -> String {
    format!(
        "Badge resource_metadata=\"{}\"",
        wanted.resource_metadata.unwrap_or_default()
    )
}

fn refused(status: u16, error: &str, wanted: Wanted<'_>) -> Verdict {
    Verdict::Refused(Refusal {
        status,
        error: Some(error.to_owned()),
        description: "This badge is not for here.".to_owned(),
        challenges: vec![format!("{}, error=\"{error}\"", challenge(wanted))],
        headers: Vec::new(),
    })
}
