//! Who somebody is at a provider: what the provider itself says when it is
//! asked with the token that it gave.

use hob_plugin_sdk::{
    db::Timestamp,
    http_client::{HttpClient, OutboundRequest},
};
use serde_json::Value;

use crate::{error::SignInError, metadata::Metadata, provider::Provider, tokens::Tokens};

const MOST_BYTES: u64 = 256 * 1024;
/// Of a subject: OpenID Connect has 255 (Core, section 2), others are shorter.
const LONGEST_SUBJECT: usize = 255;
const LONGEST_NAME: usize = 100;

/// An account of another site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    pub issuer: String,
    /// Its id there, which never changes and never comes again.
    pub subject: String,
    /// What it is called for people; empty if the provider does not say. Two
    /// may be called the same, and it may change: nobody is found by it.
    pub name: String,
}

/// Asks the provider whose the token is. `expected` is the subject of its ID
/// token, if it gave one: another one here is not this account's (OpenID
/// Connect Core, section 5.3.2).
///
/// # Errors
/// It does not say, or says another.
pub async fn of(
    provider: &Provider,
    metadata: &Metadata,
    client: HttpClient,
    tokens: &Tokens,
    expected: Option<&str>,
    now: Timestamp,
) -> Result<Identity, SignInError> {
    let endpoint = metadata.userinfo_endpoint.as_deref();
    let asked = OutboundRequest::get(endpoint.ok_or(SignInError::NoUserinfo)?)
        .header("accept", "application/json")
        .at_most(MOST_BYTES);
    let answer = client
        .send(provider.authorized(asked, tokens, now)?)
        .await?;
    if answer.status != 200 {
        return Err(SignInError::ProviderStatus {
            what: "the account",
            status: answer.status,
        });
    }
    let said: Value = answer.json().map_err(SignInError::Malformed)?;
    let subject = subject(&said, &provider.claims.subject).ok_or(SignInError::NoSubject)?;
    if expected.is_some_and(|expected| expected != subject) {
        return Err(SignInError::NoSubject);
    }
    Ok(Identity {
        issuer: provider.issuer.clone(),
        subject,
        name: name(&said, &provider.claims.name),
    })
}

/// A text, or a whole number as GitHub has them.
fn subject(said: &Value, member: &str) -> Option<String> {
    let subject = match said.get(member)? {
        Value::String(text) => text.clone(),
        Value::Number(number) if number.is_i64() || number.is_u64() => number.to_string(),
        _ => return None,
    };
    let fits = (1..=LONGEST_SUBJECT).contains(&subject.len());
    (fits && !subject.contains(char::is_control)).then_some(subject)
}

fn name(said: &Value, member: &str) -> String {
    let text = said.get(member).and_then(Value::as_str).unwrap_or_default();
    text.chars()
        .filter(|letter| !letter.is_control())
        .take(LONGEST_NAME)
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_subject_is_a_text_or_a_whole_number() {
        let of = |id: Value| subject(&json!({"id": id}), "id");
        assert_eq!(of(json!("a b")), Some("a b".to_owned()));
        assert_eq!(of(json!(583_231)), Some("583231".to_owned()));
        for none in [
            json!(1.5),
            json!(""),
            json!(null),
            json!(true),
            json!(["a"]),
            json!("a\nb"),
        ] {
            assert_eq!(of(none.clone()), None, "{none}");
        }
        assert_eq!(of(json!("x".repeat(256))), None);
        assert_eq!(subject(&json!({}), "id"), None);
    }

    #[test]
    fn a_name_is_cut_and_has_no_line_ends() {
        let of = |text: &str| name(&json!({"name": text}), "name");
        assert_eq!(of("Ada\n Lovelace\0"), "Ada Lovelace");
        assert_eq!(of(&"ü".repeat(200)).chars().count(), LONGEST_NAME);
        assert_eq!(name(&json!({"name": 7}), "name"), "");
    }
}
