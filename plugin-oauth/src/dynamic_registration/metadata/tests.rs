use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::bad_input::{json_object, many_cases};

fn allowed() -> Scope {
    Scope::parse("profile media:read").unwrap()
}

fn parse(metadata: &serde_json::Value) -> Result<ClientMetadata, ClientMetadataError> {
    ClientMetadata::parse(metadata.to_string().as_bytes(), &allowed())
}

#[test]
fn what_is_left_out_has_the_rfcs_defaults() {
    let read = parse(&json!({"redirect_uris": ["https://a.example/cb"], "scope": null})).unwrap();
    assert_eq!(read.kind, ClientKind::Confidential);
    assert_eq!(read.grant_types.to_string(), "authorization_code");
    assert_eq!(read.scope, allowed());
    assert_eq!((read.name, read.website), (None, None));
    let auth_method = read.supplement.token_endpoint_auth_method;
    assert_eq!(auth_method, TokenEndpointAuthMethod::ClientSecretBasic);
}

#[test]
fn response_types_go_with_the_grants() {
    let with = |grants: &[&str], responses: serde_json::Value| {
        parse(&json!({
            "redirect_uris": ["https://a.example/cb"],
            "grant_types": grants,
            "response_types": responses,
        }))
    };
    assert!(with(&["authorization_code"], json!(null)).is_ok());
    assert!(with(&["authorization_code"], json!(["code"])).is_ok());
    assert!(with(&["client_credentials"], json!([])).is_ok());
    assert!(with(&["client_credentials"], json!(null)).is_ok());
    for (grants, responses) in [
        (["authorization_code"], json!([])),
        (["authorization_code"], json!(["code", "token"])),
        (["client_credentials"], json!(["code"])),
    ] {
        let read = with(&grants, responses);
        assert!(matches!(read, Err(ClientMetadataError::ResponseTypes)));
    }
}

#[test]
fn what_is_needed_is_within_what_is_asked_for() {
    let with = |scope: serde_json::Value, required: &str| {
        parse(&json!({
            "redirect_uris": ["https://a.example/cb"],
            "scope": scope,
            "required_scope": required,
        }))
    };
    for (scope, required) in [
        (json!("profile media:read"), "profile"),
        (json!("profile"), ""),
        // It asks for all that it may.
        (json!(null), "media:read"),
    ] {
        let read = with(scope, required).unwrap();
        assert_eq!(read.required_scope.to_string(), required);
    }
    for (scope, required) in [
        (json!("profile"), "media:read"),
        (json!(null), "media:write"),
        (json!("profile"), "profile  profile"),
    ] {
        let refused = with(scope, required);
        assert!(matches!(
            refused,
            Err(ClientMetadataError::RequiredScope(_))
        ));
    }
}

#[test]
fn where_nothing_may_be_asked_for_nothing_is_registered() {
    let body = br#"{"redirect_uris": ["https://a.example/cb"]}"#;
    let read = ClientMetadata::parse(body, &Scope::default());
    assert!(matches!(read, Err(ClientMetadataError::NoScope)));
}

#[test]
fn an_update_names_its_client() {
    let update = |more: &str| {
        let body = format!("{{\"redirect_uris\":[\"https://a.example/cb\"]{more}}}");
        ClientUpdate::parse(body.as_bytes(), &allowed())
    };
    let read = update(",\"client_id\":\"x\",\"client_secret\":\"y\"").unwrap();
    assert_eq!(read.client_id, "x");
    assert!(read.client_secret.unwrap().matches(&SecretDigest::of("y")));
    assert!(matches!(update(""), Err(ClientMetadataError::ClientId)));
    assert!(matches!(
        update(",\"client_id\":\"x\",\"client_id_issued_at\":1"),
        Err(ClientMetadataError::ServersOwn("client_id_issued_at"))
    ));
}

/// Members that are looked at.
const MEMBERS: [&str; 24] = [
    "redirect_uris",
    "redirect_uris",
    "token_endpoint_auth_method",
    "grant_types",
    "response_types",
    "client_name",
    "client_uri",
    "scope",
    "contacts",
    "tos_uri",
    "policy_uri",
    "software_id",
    "software_version",
    "require_pushed_authorization_requests",
    "dpop_bound_access_tokens",
    "jwks",
    "jwks_uri",
    "sector_identifier_uri",
    "request_uris",
    "client_id",
    "client_secret",
    "registration_access_token",
    "registration_client_uri",
    "client_secret_expires_at",
];

/// What may never be stored, whatever came.
fn assert_may_be_stored(read: &ClientMetadata) -> Result<(), TestCaseError> {
    prop_assert!(read.scope.is_within(&allowed()) && !read.scope.is_empty());
    for uri in &read.redirect_uris {
        prop_assert!(RedirectUri::for_registration(uri.as_str()).is_ok());
        prop_assert_ne!(uri.target(), RedirectTarget::OutOfBand);
    }
    for grant in read.grant_types.iter() {
        prop_assert!(grant.warning().is_none());
        prop_assert!(grant.for_public_clients || read.kind == ClientKind::Confidential);
        prop_assert!(!grant.redirects || !read.redirect_uris.is_empty());
    }
    let by_key =
        read.supplement.token_endpoint_auth_method == TokenEndpointAuthMethod::PrivateKeyJwt;
    prop_assert_eq!(read.jwks.is_some(), by_key);
    let texts = [&read.name, &read.website, &read.supplement.tos_uri];
    for text in texts.into_iter().flatten() {
        prop_assert!(!text.contains(char::is_control));
    }
    let stored = serde_json::to_string(&read.supplement).unwrap();
    let loaded: SupplementaryMetadata = serde_json::from_str(&stored).unwrap();
    prop_assert_eq!(&loaded, &read.supplement);
    Ok(())
}

proptest! {
    #![proptest_config(many_cases())]

    #[test]
    fn no_client_metadata_makes_its_reader_panic(body in json_object(&MEMBERS)) {
        if let Ok(read) = ClientMetadata::parse(&body, &allowed()) {
            assert_may_be_stored(&read)?;
        }
        if let Ok(update) = ClientUpdate::parse(&body, &allowed()) {
            assert_may_be_stored(&update.metadata)?;
        }
    }

    #[test]
    fn no_client_metadata_that_is_nearly_right_makes_its_reader_panic(
        wrong in json_object(&MEMBERS),
        tail in "[:@./0-9a-z?#*\\\\%]{0,20}",
    ) {
        // The members that are needed are there, so that what comes after them
        // is read too.
        let wrong = String::from_utf8_lossy(&wrong);
        let body = format!(
            "{{\"redirect_uris\":[{}],\"client_id\":\"x\",{}",
            serde_json::Value::from(format!("https://a.example/{tail}")),
            wrong.trim_start_matches('{').replace("\"redirect_uris\"", "\"contacts\""),
        );
        if let Ok(read) = ClientMetadata::parse(body.as_bytes(), &allowed()) {
            assert_may_be_stored(&read)?;
        }
        if let Ok(update) = ClientUpdate::parse(body.as_bytes(), &allowed()) {
            assert_may_be_stored(&update.metadata)?;
        }
    }
}
