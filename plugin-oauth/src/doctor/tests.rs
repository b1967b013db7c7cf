//! Each check with what it finds, and with the nearest that it lets be.

use std::time::Duration;

use hob_plugin_sdk::{
    db::{Json, Timestamp},
    manifest::Manifest,
};
use serde_json::{Value, json};

use hob_authorization::doctor::{Finding, Severity};

use super::{CHECKS, ClientFacts, Facts, examine};
use crate::{
    grants::{Grant, GrantTypes},
    models::{Client, ClientKind, ClientSecret, ClientUse},
    redirect_uri::RedirectUri,
    scope::Scope,
    secret::{PlainSecret, SecretKind, operating_system_randomness},
    settings::Settings,
};

const DAY: Duration = Duration::from_secs(24 * 3600);
const YEAR: Duration = Duration::from_secs(365 * 24 * 3600);
const MOMENT: Duration = Duration::from_secs(1);

fn now() -> Timestamp {
    "2030-01-01T00:00:00Z".parse().expect("a time")
}

/// The settings as they are where nothing is written, with this in their place.
fn settings(written: &Value) -> Settings {
    let manifest = Manifest::parse(include_str!("../../plugin.toml")).expect("it is sound");
    let mut values = manifest.default_config();
    values.extend(written.as_object().expect("an object").clone());
    serde_json::from_value(values.into()).expect("settings")
}

/// A site of which there is nothing to say.
fn sound() -> Facts {
    Facts {
        now: now(),
        site_urls: vec!["https://photos.example".to_owned()],
        settings: settings(&json!({})),
        self_registered_scope: Scope::parse("profile").expect("a scope"),
        sensitive_scope: Scope::parse("media:write email").expect("a scope"),
        clients: vec![client(|_| {})],
        unused_personal_tokens: 0,
        expired_rows: 0,
    }
}

fn secret(age: Duration) -> ClientSecret {
    let made = now() - age;
    let randomness = &mut operating_system_randomness();
    let plain = PlainSecret::generate(SecretKind::ClientSecret, made, randomness);
    ClientSecret::new(plain.digest(), 1, made)
}

fn client(change: impl FnOnce(&mut ClientFacts)) -> ClientFacts {
    let uri = RedirectUri::for_registration("https://desk.example/callback").expect("a URI");
    let mut facts = ClientFacts {
        client: Client {
            id: 1,
            client_id: "4f1x".to_owned(),
            name: "Desk".to_owned(),
            kind: ClientKind::Confidential,
            owner_id: None,
            website: None,
            redirect_uris: Json(vec![uri]),
            scope: Scope::parse("profile").expect("a scope"),
            grant_types: GrantTypes::by_default(),
            created_at: now() - 2 * YEAR + MOMENT,
            suspended_at: None,
            introspects: false,
            require_pushed_authorization_requests: false,
            dpop_bound_access_tokens: false,
            legacy_query: false,
            registered_dynamically: false,
            jwks: None,
            logo_version: None,
            required_scope: Scope::default(),
        },
        usage: ClientUse {
            last_used_at: Some(now() - DAY),
            ..ClientUse::default()
        },
        secrets: vec![secret(2 * YEAR - MOMENT)],
    };
    change(&mut facts);
    facts
}

fn with_settings(written: Value) -> Facts {
    Facts {
        settings: settings(&written),
        ..sound()
    }
}

fn with_client(change: impl FnOnce(&mut ClientFacts)) -> Facts {
    Facts {
        clients: vec![client(change)],
        ..sound()
    }
}

fn grants(names: &[&str]) -> GrantTypes {
    let all = names
        .iter()
        .map(|name| Grant::named(name).expect("a grant"));
    all.collect()
}

fn uris(texts: &[&str]) -> Json<Vec<RedirectUri>> {
    let all = texts.iter().map(|text| RedirectUri::for_registration(text));
    Json(all.collect::<Result<_, _>>().expect("URIs"))
}

fn at(site_url: &str) -> Facts {
    Facts {
        site_urls: vec!["http://localhost".to_owned(), site_url.to_owned()],
        ..sound()
    }
}

fn registering(policy: &str, scope: &str) -> Facts {
    Facts {
        self_registered_scope: Scope::parse(scope).expect("a scope"),
        ..with_settings(json!({ "dynamic_registration": policy }))
    }
}

/// What is found, and what is let be.
fn cases() -> Vec<(&'static str, Facts, Vec<Facts>)> {
    let lifetime = |key: &str, seconds: u64| with_settings(json!({ key: seconds }));
    let years = |years: u32| (years * YEAR).as_secs();
    vec![
        (
            "plain_http",
            at("http://photos.example"),
            [
                "http://127.0.0.1:8080",
                "http://[::1]:8080/hob",
                "http://localhost",
                "http://auth.localhost:8080",
            ]
            .map(at)
            .into(),
        ),
        (
            "long_access_tokens",
            lifetime("access_token_lifetime", DAY.as_secs() + 1),
            vec![lifetime("access_token_lifetime", DAY.as_secs())],
        ),
        (
            "open_registration_with_sensitive_scopes",
            registering("open", "profile email"),
            vec![
                registering("open", "profile"),
                registering("initial_token", "profile email"),
                registering("closed", "profile email"),
            ],
        ),
        (
            "password_grant",
            with_client(|facts| facts.client.grant_types = grants(&["password"])),
            vec![with_client(|facts| {
                facts.client.grant_types = grants(&["client_credentials"]);
            })],
        ),
        (
            "secrets_in_addresses",
            with_client(|facts| facts.client.legacy_query = true),
            vec![with_client(|facts| {
                facts.client.legacy_query = true;
                facts.client.suspended_at = Some(now() - DAY);
            })],
        ),
        (
            "long_refreshing",
            lifetime("refresh_token_absolute_lifetime", years(2) + 1),
            vec![lifetime("refresh_token_absolute_lifetime", years(2))],
        ),
        (
            "long_consents",
            lifetime("consent_lifetime", years(2) + 1),
            vec![lifetime("consent_lifetime", years(2))],
        ),
        (
            "long_codes",
            lifetime("authorization_code_lifetime", 121),
            vec![lifetime("authorization_code_lifetime", 120)],
        ),
        (
            "localhost_with_any_port",
            with_settings(json!({ "localhost_with_any_port": true })),
            vec![],
        ),
        (
            "unbounded_applications",
            with_settings(json!({ "applications_per_member": 0 })),
            vec![
                with_settings(json!({ "applications_per_member": 1 })),
                with_settings(json!({ "applications_per_member": 0, "registration": "closed" })),
                with_settings(
                    json!({ "applications_per_member": 0, "registration": "administrators" }),
                ),
            ],
        ),
        (
            "unused_registrations_stay",
            with_settings(json!({
                "unused_registration_lifetime": 0,
                "dynamic_registration": "initial_token",
            })),
            vec![with_settings(json!({ "unused_registration_lifetime": 0 }))],
        ),
        (
            "long_personal_tokens",
            lifetime("personal_token_longest_lifetime", 366 * DAY.as_secs() + 1),
            vec![
                lifetime("personal_token_longest_lifetime", 366 * DAY.as_secs()),
                with_settings(json!({
                    "personal_tokens": "closed",
                    "personal_token_longest_lifetime": 1000 * DAY.as_secs(),
                })),
            ],
        ),
        (
            "unbounded_personal_tokens",
            with_settings(json!({ "personal_tokens_per_member": 0 })),
            vec![
                with_settings(json!({ "personal_tokens_per_member": 1 })),
                with_settings(json!({
                    "personal_tokens_per_member": 0,
                    "personal_tokens": "administrators",
                })),
            ],
        ),
        (
            "unused_personal_tokens",
            Facts {
                unused_personal_tokens: 1,
                ..sound()
            },
            vec![],
        ),
        (
            "unused",
            with_client(|facts| facts.usage.last_used_at = Some(now() - YEAR)),
            vec![
                with_client(|facts| facts.usage.last_used_at = Some(now() - YEAR + MOMENT)),
                // It is young.
                with_client(|facts| {
                    facts.usage.last_used_at = None;
                    facts.client.created_at = now() - YEAR + MOMENT;
                }),
            ],
        ),
        (
            "old_secret",
            with_client(|facts| facts.secrets = vec![secret(2 * YEAR)]),
            vec![],
        ),
        (
            "second_secret",
            with_client(|facts| facts.secrets = vec![secret(YEAR), secret(30 * DAY)]),
            vec![
                with_client(|facts| facts.secrets = vec![secret(YEAR), secret(30 * DAY - MOMENT)]),
                with_client(|facts| facts.secrets = vec![secret(YEAR)]),
            ],
        ),
        (
            "no_secret",
            with_client(|facts| facts.secrets.clear()),
            vec![with_client(|facts| {
                facts.secrets.clear();
                facts.client.kind = ClientKind::Public;
            })],
        ),
        (
            "codes_to_copy",
            with_client(|facts| {
                facts.client.redirect_uris = uris(&["a.b:/", "urn:ietf:wg:oauth:2.0:oob"]);
            }),
            vec![with_client(|facts| {
                facts.client.redirect_uris = uris(&["a.b:/", "http://127.0.0.1/"]);
            })],
        ),
        (
            "long_suspended",
            with_client(|facts| facts.client.suspended_at = Some(now() - YEAR)),
            vec![with_client(|facts| {
                facts.client.suspended_at = Some(now() - YEAR + MOMENT);
            })],
        ),
        (
            "not_pruned",
            Facts {
                expired_rows: 1,
                ..sound()
            },
            vec![],
        ),
    ]
}

fn ids(findings: &[Finding]) -> Vec<&str> {
    findings.iter().map(|finding| finding.id).collect()
}

#[test]
fn each_check_finds_what_it_looks_for_and_lets_the_nearest_be() {
    assert_eq!(examine(&sound()), []);
    for (id, found, let_be) in cases() {
        let findings = examine(&found);
        assert_eq!(ids(&findings), [id]);
        let [finding] = findings.try_into().expect("one");
        assert!(!finding.what.is_empty() && !finding.fix.is_empty(), "{id}");
        for facts in let_be {
            assert_eq!(examine(&facts), [], "{id}");
        }
    }
}

#[test]
fn each_check_is_tried_and_listed_in_the_documentation() {
    let page = include_str!("../../../docs/operator/plugins.md");
    let cases = cases();
    assert_eq!(cases.len(), CHECKS.len());
    for check in CHECKS {
        assert!(cases.iter().any(|(id, ..)| *id == check.id), "{}", check.id);
        let row = format!("| `{}` | {} |", check.id, check.severity.as_str());
        assert!(page.contains(&row), "no row begins with {row}");
    }
}

/// The page of administrators heads each finding by a message of its own.
#[test]
fn each_check_has_its_message() {
    let words = include_str!("../../../locales/en/oauth.ftl");
    for check in CHECKS {
        let message = format!("\nfinding-{} = ", check.id);
        assert!(words.contains(&message), "{message}");
    }
    assert_eq!(words.matches("\nfinding-").count(), CHECKS.len());
}

#[test]
fn the_worst_comes_first_and_names_its_application() {
    let facts = Facts {
        expired_rows: 7,
        clients: vec![
            client(|facts| facts.usage.last_used_at = None),
            client(|facts| {
                facts.client.client_id = "9b2y".to_owned();
                facts.client.grant_types = grants(&["refresh_token", "password"]);
            }),
        ],
        ..sound()
    };
    let findings = examine(&facts);
    assert_eq!(ids(&findings), ["password_grant", "unused", "not_pruned"]);
    let severities: Vec<Severity> = findings.iter().map(|one| one.severity).collect();
    let expected = [Severity::Danger, Severity::Warning, Severity::Notice];
    assert_eq!(severities, expected);
    assert_eq!(findings[0].subject, "9b2y (Desk)");
    assert_eq!(
        findings[0].fix,
        "`hob oauth client edit 9b2y --grant refresh_token`"
    );
    assert!(findings[2].what.contains('7'), "{}", findings[2].what);
}
