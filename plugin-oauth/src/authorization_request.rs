//! An authorization request, read from its parameters (RFC 6749, section
//! 4.1.1, with RFC 7636, RFC 8707, RFC 9449, and `prompt`, `login_hint` and
//! `max_age` of OpenID Connect Core, section 3.1.2.1).
//!
//! Knows neither sessions nor pages. What is wrong with client or redirect
//! URI is settled by the endpoint before: such an error never redirects.

use std::time::Duration;

use hob_jose::KeyThumbprint;
use hob_plugin_sdk::http::{FieldError, Fields};

use crate::{
    OAuth, error::OAuthError, grants::authorization_code, models::Client, pkce::CodeChallenge,
    prompt::Prompt, redirect_uri::RedirectUri, resource::Resource, scope::Scope,
};

/// A longer hint is nobody's name; it is dropped, as a hint may be.
const LONGEST_LOGIN_HINT: usize = 256;

/// What a client asks of a member.
#[derive(Debug, Clone)]
pub struct AuthorizationRequest {
    pub redirect_uri: RedirectUri,
    pub state: Option<String>,
    pub scope: Scope,
    pub resource: Resource,
    pub code_challenge: Option<CodeChallenge>,
    pub prompt: Prompt,
    /// Whom the client expects. It is shown on the sign-in page and decides
    /// nothing.
    pub login_hint: Option<String>,
    /// How long ago the member may have given the password, at most.
    pub max_age: Option<Duration>,
    /// Of the key that the code is for.
    pub key_thumbprint: Option<KeyThumbprint>,
}

impl AuthorizationRequest {
    /// Reads a request of this client, whose redirect URI is a registered one.
    ///
    /// # Errors
    /// What the client is told by redirect.
    pub fn from_parameters(
        oauth: &OAuth,
        client: &Client,
        redirect_uri: RedirectUri,
        fields: &Fields,
    ) -> Result<Self, OAuthError> {
        if let Some(name) = fields.repeated(&["resource"]) {
            return Err(FieldError::Repeated(name.to_owned()).into());
        }
        if fields.first("request").is_some() {
            return Err(OAuthError::RequestObject);
        }
        if fields.first("request_uri").is_some() {
            return Err(OAuthError::RequestUri);
        }
        if fields.required("response_type")? != "code" {
            return Err(OAuthError::ResponseType);
        }
        if fields
            .one("response_mode")?
            .is_some_and(|mode| mode != "query")
        {
            return Err(OAuthError::Malformed("the only response_mode is query"));
        }
        if !client.may_use(&authorization_code::GRANT) {
            return Err(OAuthError::GrantNotAllowed);
        }
        let code_challenge = CodeChallenge::from_parameters(
            fields.one("code_challenge")?,
            fields.one("code_challenge_method")?,
        )?;
        let challenge_required = client.is_public() || oauth.settings().require_pkce;
        if code_challenge.is_none() && challenge_required {
            return Err(OAuthError::CodeChallengeRequired);
        }
        Ok(Self {
            redirect_uri,
            state: state(fields),
            scope: oauth.asked_scope(client, fields.one("scope")?)?,
            resource: oauth.asked_resource(fields)?,
            code_challenge,
            prompt: Prompt::parse(fields.one("prompt")?)?,
            login_hint: login_hint(fields.one("login_hint")?),
            max_age: fields.one("max_age")?.map(max_age).transpose()?,
            key_thumbprint: key_thumbprint(fields.one("dpop_jkt")?)?,
        })
    }
}

impl AuthorizationRequest {
    /// Binds the code to the key that the client has proved to have when it
    /// pushed the request (RFC 9449, section 10.1).
    ///
    /// # Errors
    /// The request names another key.
    pub fn bind_to(&mut self, thumbprint: &KeyThumbprint) -> Result<(), OAuthError> {
        match &self.key_thumbprint {
            Some(named) if named != thumbprint => Err(OAuthError::Malformed(
                "dpop_jkt is another key than that of the DPoP proof",
            )),
            Some(_) | None => {
                self.key_thumbprint = Some(thumbprint.clone());
                Ok(())
            }
        }
    }
}

/// The state to send back: none where it is ambiguous.
pub fn state(fields: &Fields) -> Option<String> {
    fields.one("state").ok().flatten().map(ToOwned::to_owned)
}

/// RFC 9449, section 10.
fn key_thumbprint(asked: Option<&str>) -> Result<Option<KeyThumbprint>, OAuthError> {
    asked
        .map(|text| {
            KeyThumbprint::parse(text).ok_or(OAuthError::Malformed(
                "dpop_jkt has to be the SHA-256 thumbprint of a key, in base64url",
            ))
        })
        .transpose()
}

fn login_hint(text: Option<&str>) -> Option<String> {
    text.filter(|hint| hint.len() <= LONGEST_LOGIN_HINT)
        .map(ToOwned::to_owned)
}

fn max_age(text: &str) -> Result<Duration, OAuthError> {
    text.parse::<u32>()
        .map(|seconds| Duration::from_secs(seconds.into()))
        .map_err(|_| OAuthError::Malformed("max_age is a number of seconds"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        bad_input::{form, many_cases},
        stored_request::RequestUri,
    };

    #[test]
    fn a_max_age_is_a_number_of_seconds() {
        assert_eq!(max_age("0").unwrap(), Duration::ZERO);
        assert_eq!(max_age("3600").unwrap(), Duration::from_secs(3600));
        for bad in ["-1", "1.5", "one", "1 ", "99999999999"] {
            assert!(max_age(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_login_hint_that_is_too_long_is_dropped() {
        assert_eq!(login_hint(Some("alice")).as_deref(), Some("alice"));
        assert!(login_hint(Some(&"a".repeat(LONGEST_LOGIN_HINT))).is_some());
        assert_eq!(login_hint(Some(&"a".repeat(LONGEST_LOGIN_HINT + 1))), None);
        assert_eq!(login_hint(None), None);
    }

    proptest! {
        #[test]
        fn a_state_is_taken_only_where_there_is_one(query in prop::collection::vec(("state|x", ".{0,8}"), 0..4)) {
            let encoded = form_urlencoded::Serializer::new(String::new())
                .extend_pairs(&query)
                .finish();
            // A NUL makes the whole query unreadable.
            if let Ok(fields) = Fields::parse(encoded.as_bytes()) {
                let states: Vec<_> = query.iter().filter(|(name, _)| name == "state").collect();
                let expected = match states[..] {
                    [(_, state)] if !state.is_empty() => Some(state.clone()),
                    _ => None,
                };
                prop_assert_eq!(state(&fields), expected);
            }
        }
    }

    /// The parameters of the authorization endpoint.
    const PARAMETERS: [&str; 14] = [
        "response_type",
        "response_mode",
        "client_id",
        "redirect_uri",
        "scope",
        "state",
        "resource",
        "code_challenge",
        "code_challenge_method",
        "prompt",
        "login_hint",
        "max_age",
        "request",
        "request_uri",
    ];

    proptest! {
        #![proptest_config(many_cases())]

        #[test]
        fn no_authorize_query_makes_its_readers_panic(query in form(&PARAMETERS)) {
            let Ok(fields) = Fields::parse(&query) else { return Ok(()) };
            let one = |name| fields.one(name).ok().flatten();
            let registered = RedirectUri::for_registration("https://a.example/cb?x=1").unwrap();
            let admitted = registered.admit(one("redirect_uri").unwrap_or_default(), true);
            prop_assert!(admitted.is_none_or(|uri| uri == registered));
            if let Ok(scope) = Scope::parse(one("scope").unwrap_or_default()) {
                prop_assert_eq!(Scope::parse(&scope.to_string()), Ok(scope));
            }
            let site = "https://a.example";
            if let Ok(resource) = Resource::from_parameters(fields.all("resource"), &[site]) {
                prop_assert!(resource.audience(site).starts_with(site));
            }
            let challenge = (one("code_challenge"), one("code_challenge_method"));
            if let Ok(Some(_)) = CodeChallenge::from_parameters(challenge.0, challenge.1) {
                prop_assert_eq!(challenge.1, Some("S256"));
            }
            let _ = Prompt::parse(one("prompt"));
            let _ = one("max_age").map(max_age);
            let _ = one("request_uri").map(RequestUri::parse);
            prop_assert!(login_hint(one("login_hint")).is_none_or(|hint| hint.len() <= LONGEST_LOGIN_HINT));
            prop_assert!(state(&fields).is_none_or(|state| !state.is_empty() && !state.contains('\0')));
        }
    }
}
