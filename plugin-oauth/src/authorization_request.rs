//! An authorization request, read from its parameters (RFC 6749, section
//! 4.1.1, with RFC 7636, RFC 8707 and OpenID Connect's `prompt`).
//!
//! Knows neither sessions nor pages. What is wrong with client or redirect
//! URI is settled by the endpoint before: such an error never redirects.

use diesel::{
    deserialize::{self, FromSql, FromSqlRow},
    expression::AsExpression,
    serialize::{self, IsNull, Output, ToSql},
    sql_types::Text,
};
use hob_plugin_sdk::{
    db::{Hob, Value},
    http::{FieldError, Fields},
};

use crate::{
    OAuth, error::OAuthError, grants::authorization_code, models::Client, pkce::CodeChallenge,
    redirect_uri::RedirectUri, resource::Resource, scope::Scope,
};

/// What a client asks of a member.
#[derive(Debug, Clone)]
pub struct AuthorizationRequest {
    pub redirect_uri: RedirectUri,
    pub state: Option<String>,
    pub scope: Scope,
    pub resource: Resource,
    pub code_challenge: Option<CodeChallenge>,
    pub prompt: Prompt,
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
        })
    }
}

/// The state to send back: none where it is ambiguous.
pub fn state(fields: &Fields) -> Option<String> {
    fields.one("state").ok().flatten().map(ToOwned::to_owned)
}

/// What the member is to be shown (OpenID Connect Core, section 3.1.2.1).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
pub struct Prompt {
    /// Nothing at all.
    pub none: bool,
    /// The sign-in page, also if somebody is signed in. `select_account` comes
    /// to the same here.
    pub login: bool,
    /// The consent page, also if consent was given.
    pub consent: bool,
}

impl Prompt {
    fn parse(text: Option<&str>) -> Result<Self, OAuthError> {
        let mut prompt = Self::default();
        for word in text
            .unwrap_or_default()
            .split(' ')
            .filter(|word| !word.is_empty())
        {
            match word {
                "none" => prompt.none = true,
                "login" | "select_account" => prompt.login = true,
                "consent" => prompt.consent = true,
                _ => {
                    return Err(OAuthError::Malformed(
                        "prompt is one of none, login, consent and select_account",
                    ));
                }
            }
        }
        if prompt.none && (prompt.login || prompt.consent) {
            return Err(OAuthError::Malformed("prompt=none stands alone"));
        }
        Ok(prompt)
    }

    const fn as_str(self) -> &'static str {
        match (self.none, self.login, self.consent) {
            (true, _, _) => "none",
            (_, true, true) => "login consent",
            (_, true, false) => "login",
            (_, false, true) => "consent",
            (_, false, false) => "",
        }
    }
}

impl ToSql<Text, Hob> for Prompt {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Hob>) -> serialize::Result {
        out.set_value(self.as_str());
        Ok(IsNull::No)
    }
}

impl FromSql<Text, Hob> for Prompt {
    fn from_sql(value: Value<'_>) -> deserialize::Result<Self> {
        let text = <String as FromSql<Text, Hob>>::from_sql(value)?;
        Ok(Self::parse(Some(&text))?)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_prompt_is_read_and_written_back() {
        for text in ["", "none", "login", "consent", "login consent"] {
            assert_eq!(Prompt::parse(Some(text)).unwrap().as_str(), text);
        }
        let reordered = Prompt::parse(Some("consent select_account")).unwrap();
        assert_eq!(reordered.as_str(), "login consent");
    }

    #[test]
    fn none_stands_alone_and_unknown_words_are_refused() {
        for bad in ["none login", "consent none", "create"] {
            assert!(Prompt::parse(Some(bad)).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn no_prompt_makes_the_reader_panic(text in "((none|login|consent|.{0,5}) ?){0,5}") {
            if let Ok(prompt) = Prompt::parse(Some(&text)) {
                let written = Prompt::parse(Some(prompt.as_str())).unwrap();
                prop_assert_eq!(written.as_str(), prompt.as_str());
            }
        }

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
}
