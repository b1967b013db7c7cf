//! Authorization requests that a member is asked about and that are kept
//! nowhere until they are answered: the form carries the request itself, as the
//! browser brought it, under a seal that only this site can make.
//!
//! So a question costs no write, and whoever only looks leaves nothing behind.
//! Nothing under the seal is hidden; the browser brought all of it. It says
//! also to whom the page was shown, and its name is used up by the answer.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use hob_plugin_sdk::{Member, PluginError, db::Timestamp};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::{OAuth, models::ServerKey, stored_request::RequestUri};

/// Under which the key is kept.
const PURPOSE: &str = "consent_form";
/// Stands between what is sealed and its seal. No letter of base64url, nor of
/// a stored request's name.
const SEPARATOR: char = '.';

/// A request in a form, and to whom it was shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedRequest {
    /// What is different in each.
    pub name: String,
    pub member_id: i64,
    pub session_id: i64,
    /// When, in microseconds since the Unix epoch.
    pub shown_at: i64,
    /// The parameters, as the browser brought them.
    pub query: String,
}

impl SealedRequest {
    /// What this member is shown now.
    #[must_use]
    pub fn new(member: &Member, query: String, now: Timestamp) -> Self {
        Self {
            name: RequestUri::generate(now).name().to_owned(),
            member_id: member.id,
            session_id: member.session_id,
            shown_at: now.as_micros(),
            query,
        }
    }

    /// Whether a form's field holds one, and not a stored request's name.
    #[must_use]
    pub fn is_in(field: &str) -> bool {
        field.contains(SEPARATOR)
    }
}

/// Seals requests, and knows its own seal again.
#[derive(Debug, Clone)]
pub struct Seal {
    key: ServerKey,
}

impl Seal {
    #[must_use]
    pub const fn new(key: ServerKey) -> Self {
        Self { key }
    }

    /// The text for a form.
    #[must_use]
    pub fn close(&self, request: &SealedRequest) -> String {
        let json = serde_json::to_vec(request).expect("text and numbers are JSON");
        let mut sealed = URL_SAFE_NO_PAD.encode(json);
        let seal = self.seal_of(&sealed).finalize().into_bytes();
        sealed.push(SEPARATOR);
        URL_SAFE_NO_PAD.encode_string(seal, &mut sealed);
        sealed
    }

    /// What was sealed here. None of anything else.
    #[must_use]
    pub fn open(&self, text: &str) -> Option<SealedRequest> {
        let (sealed, seal) = text.split_once(SEPARATOR)?;
        let seal = URL_SAFE_NO_PAD.decode(seal).ok()?;
        self.seal_of(sealed).verify_slice(&seal).ok()?;
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(sealed).ok()?).ok()
    }

    fn seal_of(&self, sealed: &str) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.key.reveal())
            .expect("HMAC takes a key of any length");
        mac.update(sealed.as_bytes());
        mac
    }
}

impl OAuth {
    /// The site's seal, the same on all nodes.
    ///
    /// # Errors
    /// The database's.
    pub async fn seal(&self) -> Result<&Seal, PluginError> {
        if let Some(seal) = self.seal.get() {
            return Ok(seal);
        }
        let key = self.server_key(PURPOSE).await?;
        Ok(self.seal.get_or_init(|| Seal::new(key)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::secret::operating_system_randomness;

    fn seal() -> Seal {
        Seal::new(ServerKey::generate(&mut operating_system_randomness()))
    }

    fn request() -> SealedRequest {
        SealedRequest {
            name: RequestUri::generate(Timestamp::UNIX_EPOCH)
                .name()
                .to_owned(),
            member_id: 7,
            session_id: 8,
            shown_at: 9,
            query: "client_id=4f1x&state=%C3%BC+x".to_owned(),
        }
    }

    #[test]
    fn what_was_sealed_is_read_back_and_no_name_is_taken_for_it() {
        let (seal, request) = (seal(), request());
        let text = seal.close(&request);
        assert!(SealedRequest::is_in(&text));
        assert!(!SealedRequest::is_in(&request.name));
        assert_eq!(seal.open(&text), Some(request));
    }

    #[test]
    fn no_letter_can_be_changed_and_no_other_key_will_do() {
        let (seal, other, request) = (seal(), self::seal(), request());
        let text = seal.close(&request);
        assert_eq!(other.open(&text), None);
        for place in 0..text.len() {
            let mut changed = text.clone().into_bytes();
            changed[place] = match changed[place] {
                b'A' => b'B',
                _ => b'A',
            };
            let changed = String::from_utf8(changed).expect("it was ASCII");
            assert_eq!(seal.open(&changed), None, "{changed}");
        }
        let (sealed, _) = text.split_once(SEPARATOR).expect("it is sealed");
        for bad in [sealed, &format!("{sealed}."), ".", "", &request.name] {
            assert_eq!(seal.open(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn no_text_opens(text in ".{0,200}") {
            prop_assert_eq!(seal().open(&text), None);
        }
    }
}
