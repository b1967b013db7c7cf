use hob_jose::testing::sign;
use hob_plugin_sdk::db::Timestamp;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{
    bad_input::{form, many_cases, text},
    pkce::CodeChallenge,
    resource::Resource,
    scope::Scope,
    secret::{PlainSecret, SecretKind},
};

fn basic(text: &str) -> Result<Credentials, Error> {
    Credentials::from_basic(&format!("Basic {}", BASE64.encode(text)))
}

/// What came by Basic authentication.
fn credentials(client_id: &str, secret: Option<&str>) -> Credentials {
    credentials_in(SecretPlace::Header, client_id, secret)
}

fn credentials_in(place: SecretPlace, client_id: &str, secret: Option<&str>) -> Credentials {
    Credentials {
        client_id: client_id.to_owned(),
        evidence: Evidence::secret(place, secret.map(ToOwned::to_owned)),
    }
}

fn secret_of(credentials: &Credentials) -> Option<&str> {
    match &credentials.evidence {
        Evidence::Secret(_, PresentedSecret(text)) => Some(text),
        Evidence::None | Evidence::Assertion(_) => None,
    }
}

fn from_parts(header: Option<&str>, form: &str) -> Result<Credentials, OAuthError> {
    Credentials::from_parts(header, &Fields::parse(form.as_bytes()).unwrap())
}

#[test]
fn basic_credentials_are_form_decoded() {
    assert_eq!(basic("a%3Ab:c+d%2B"), Ok(credentials("a:b", Some("c d+"))));
    assert_eq!(basic("id:a:b"), Ok(credentials("id", Some("a:b"))));
    assert_eq!(basic("id:"), Ok(credentials("id", None)));
    let lower = format!("bAsIc {}", BASE64.encode("id:s"));
    assert_eq!(
        Credentials::from_basic(&lower),
        Ok(credentials("id", Some("s")))
    );
}

#[test]
fn what_is_no_basic_is_refused() {
    assert_eq!(basic("no colon"), Err(Error::Basic));
    assert_eq!(basic(":secret"), Err(Error::Basic));
    assert_eq!(basic("id:%ff"), Err(Error::Basic));
    assert_eq!(basic("id:%00"), Err(Error::Basic));
    assert_eq!(Credentials::from_basic("Basic %%%"), Err(Error::Basic));
    assert_eq!(Credentials::from_basic("Basic"), Err(Error::Unsupported));
    assert_eq!(Credentials::from_basic("Bearer x"), Err(Error::Unsupported));
}

#[test]
fn there_is_one_way_of_authentication_in_a_request() {
    let header = format!("Basic {}", BASE64.encode("id:s"));
    let malformed = |result| matches!(result, Err(OAuthError::Malformed(_)));
    assert_eq!(
        from_parts(Some(&header), "client_id=id").unwrap(),
        credentials("id", Some("s"))
    );
    assert!(malformed(from_parts(Some(&header), "client_id=other")));
    assert!(malformed(from_parts(Some(&header), "client_secret=s")));
    assert_eq!(
        from_parts(None, "client_id=id&client_secret=s").unwrap(),
        credentials_in(SecretPlace::Form, "id", Some("s"))
    );
    assert_eq!(
        from_parts(None, "client_id=id&client_secret=").unwrap(),
        credentials("id", None)
    );
    assert!(matches!(
        from_parts(None, "client_secret=s"),
        Err(OAuthError::ClientAuthentication(Error::Missing))
    ));
}

#[test]
fn a_secret_fits_only_where_it_is_the_clients() {
    let presented = |text: &str| Evidence::secret(SecretPlace::Form, Some(text.to_owned()));
    let own = ["old", "new"]
        .map(|text| ClientSecret::new(SecretDigest::of(text), 1, Timestamp::UNIX_EPOCH));
    let fits = |evidence: &Evidence, own: &[ClientSecret]| {
        fitting(evidence, own.iter()).map(|secret| secret.digest)
    };
    assert_eq!(fits(&presented("old"), &own), Some(own[0].digest));
    assert_eq!(fits(&presented("new"), &own), Some(own[1].digest));
    assert_eq!(fits(&presented("other"), &own), None);
    assert_eq!(fits(&Evidence::None, &own), None);
    assert_eq!(fits(&presented("old"), &[]), None);
    assert_eq!(fits(&Evidence::None, &[]), None);
}

#[test]
fn no_secret_is_printed() {
    let text = format!("{:?}", credentials("id", Some("s3cret")));
    assert!(text.contains("id") && !text.contains("s3cret"), "{text}");
}

#[test]
fn an_assertion_names_its_type_and_its_client() {
    let assertion = sign(&json!({"alg": "ES256"}), &json!({"sub": "app"}));
    let form = |more: &str| {
        let sent = format!("client_assertion={assertion}{more}");
        from_parts(None, &sent)
    };
    let kind = "&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3A\
                client-assertion-type%3Ajwt-bearer";
    assert_eq!(form(kind).unwrap().client_id, "app");
    assert!(form(&format!("{kind}&client_id=app")).is_ok());
    for other in [
        format!("{kind}&client_id=other"),
        format!("{kind}&client_secret=s"),
    ] {
        assert!(
            matches!(form(&other), Err(OAuthError::Malformed(_))),
            "{other}"
        );
    }
    for other in ["", "&client_assertion_type=", "&client_assertion_type=jwt"] {
        let read = form(other);
        assert!(
            matches!(
                read,
                Err(OAuthError::ClientAuthentication(Error::AssertionType))
            ),
            "{other}: {read:?}"
        );
    }
}

proptest! {
    #[test]
    fn no_header_makes_the_reader_panic(header in "(Basic )?.{0,60}") {
        let _ = Credentials::from_basic(&header);
    }

    #[test]
    fn whatever_is_encoded_by_the_rfc_is_read_back(id in "[^\0]{1,20}", secret in "[^\0]{1,20}") {
        let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let header = format!("{}:{}", encode(&id), encode(&secret));
        prop_assert_eq!(basic(&header), Ok(credentials(&id, Some(&secret))));
    }
}

/// The parameters of the token endpoint.
const PARAMETERS: [&str; 14] = [
    "grant_type",
    "client_id",
    "client_secret",
    "client_assertion",
    "client_assertion_type",
    "code",
    "redirect_uri",
    "code_verifier",
    "refresh_token",
    "scope",
    "resource",
    "username",
    "password",
    "device_code",
];

proptest! {
    #![proptest_config(many_cases())]

    #[test]
    fn no_token_body_makes_its_readers_panic(body in form(&PARAMETERS)) {
        let Ok(fields) = Fields::parse(&body) else { return Ok(()) };
        if let Ok(credentials) = Credentials::from_parts(None, &fields) {
            prop_assert_eq!(fields.one("client_id"), Ok(Some(&*credentials.client_id)));
            prop_assert_eq!(fields.one("client_secret"), Ok(secret_of(&credentials)));
        }
        let one = |name| fields.one(name).ok().flatten().unwrap_or_default();
        let challenge = CodeChallenge::from_parameters(
            Some("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
            Some("S256"),
        );
        prop_assert!(!challenge.unwrap().unwrap().is_answered_by(one("code_verifier")));
        for kind in [SecretKind::AuthorizationCode, SecretKind::RefreshToken] {
            for name in ["code", "refresh_token"] {
                prop_assert_eq!(PlainSecret::parse(kind, one(name)), None);
            }
        }
        let _ = Scope::parse(one("scope"));
        let _ = Resource::from_parameters(fields.all("resource"), &["https://a.example"]);
    }

    #[test]
    fn no_basic_header_makes_its_reader_panic(
        scheme in prop_oneof![8 => Just("Basic "), 1 => Just("bAsIc  "), 1 => Just("Bearer ")],
        (text, padding, raw) in (text(), "={0,3}", prop::option::weighted(0.2, text())),
        body in form(&["client_id", "client_secret"]),
    ) {
        let header = match raw {
            Some(raw) => format!("{scheme}{raw}"),
            None => format!("{scheme}{}{padding}", BASE64.encode(&text)),
        };
        let fields = Fields::parse(&body).unwrap_or_default();
        if let Ok(credentials) = Credentials::from_parts(Some(&header), &fields) {
            prop_assert!(!credentials.client_id.is_empty());
            prop_assert!(!credentials.client_id.contains('\0'));
            prop_assert_eq!(fields.one("client_secret"), Ok(None));
            prop_assert_ne!(secret_of(&credentials), Some(""));
        }
    }
}
