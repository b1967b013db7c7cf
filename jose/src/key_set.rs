//! Sets of public keys (RFC 7517, section 5): those that a client has
//! registered, or an issuer publishes.
//!
//! Several can be there at once, so that a key is changed without an outage.

use serde::{Deserialize, Serialize};

use crate::jwk::{Algorithm, JsonWebKey, JwkError, PublicKey};

/// Keys of a set, so that few have to be tried for one signature.
const MOST_KEYS: usize = 10;
/// As many of one that an issuer publishes are looked at: some have a key for
/// each of their tenants.
const MOST_PUBLISHED: usize = 100;
/// Bytes of a set as it is given.
const LONGEST: usize = 65_536;

/// Why a set can't be registered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeySetError {
    #[error("a set of keys has at most {LONGEST} bytes")]
    Length,
    #[error(r#"it is no JSON Web Key Set, which is JSON with "keys""#)]
    Syntax,
    #[error("key {number} can't be used: {error}")]
    Key { number: usize, error: JwkError },
    #[error("none of its keys is for signatures that are supported: {}", Algorithm::NAMES.join(", "))]
    Empty,
    #[error("a set has at most {MOST_KEYS} keys")]
    TooMany,
}

/// A set as it is given, unchecked.
#[derive(Debug, Clone, Deserialize)]
pub struct JsonWebKeySet {
    keys: Vec<JsonWebKey>,
}

/// Public keys, each of which can be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeySet {
    keys: Vec<JsonWebKey>,
}

impl KeySet {
    /// Reads a set, or one key alone, as operators have it.
    ///
    /// # Errors
    /// [`KeySetError`].
    pub fn parse(text: &str) -> Result<Self, KeySetError> {
        if text.len() > LONGEST {
            return Err(KeySetError::Length);
        }
        let set: JsonWebKeySet = serde_json::from_str(text)
            .or_else(|_| serde_json::from_str(text).map(|key| JsonWebKeySet { keys: vec![key] }))
            .map_err(|_| KeySetError::Syntax)?;
        Self::of(set)
    }

    /// The keys of a set. Those of other kinds, such as keys for encryption,
    /// are left out (RFC 7517, section 5); a private one is refused, since
    /// whoever gives one away has to know.
    ///
    /// # Errors
    /// [`KeySetError`], all but the first two.
    pub fn of(set: JsonWebKeySet) -> Result<Self, KeySetError> {
        if set.keys.len() > MOST_KEYS {
            return Err(KeySetError::TooMany);
        }
        let mut keys = Vec::new();
        for (index, key) in set.keys.into_iter().enumerate() {
            match key.to_public_key() {
                Ok(_) => keys.push(key),
                Err(JwkError::Type | JwkError::Use) => {}
                Err(error) => {
                    return Err(KeySetError::Key {
                        number: index + 1,
                        error,
                    });
                }
            }
        }
        if keys.is_empty() {
            return Err(KeySetError::Empty);
        }
        Ok(Self { keys })
    }

    /// The keys of a set that an issuer publishes for everybody: whatever can't
    /// be used is left out, be it of another kind, broken, or one too many.
    /// What is used has to fit a signature in any case.
    #[must_use]
    pub fn published(set: JsonWebKeySet) -> Self {
        let usable = set.keys.into_iter().take(MOST_PUBLISHED);
        Self {
            keys: usable.filter(|key| key.to_public_key().is_ok()).collect(),
        }
    }

    /// The keys that a token with this key id may be signed by: those of the
    /// same id or of none; all where it names none.
    pub fn candidates(&self, key_id: Option<&str>) -> impl Iterator<Item = PublicKey> {
        self.keys
            .iter()
            .filter(move |key| match (&key.kid, key_id) {
                (Some(own), Some(wanted)) => own == wanted,
                (None, _) | (_, None) => true,
            })
            .filter_map(|key| key.to_public_key().ok())
    }

    /// What the keys are called: their ids, or else their thumbprints.
    pub fn names(&self) -> impl Iterator<Item = String> {
        self.keys.iter().filter_map(|key| {
            let thumbprint = || {
                key.to_public_key()
                    .ok()
                    .map(|key| key.thumbprint().to_string())
            };
            key.kid.clone().or_else(thumbprint)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::testing::signing_key;

    fn key(kid: Option<&str>) -> Value {
        let mut key = signing_key().1;
        key["kid"] = kid.into();
        key
    }

    fn parse(keys: &Value) -> Result<KeySet, KeySetError> {
        KeySet::parse(&json!({ "keys": keys }).to_string())
    }

    #[test]
    fn a_set_and_a_key_alone_are_read_and_come_back() {
        let set = parse(&json!([key(Some("a")), key(Some("b"))])).unwrap();
        assert_eq!(set.names().collect::<Vec<_>>(), ["a", "b"]);
        let text = serde_json::to_string(&set).unwrap();
        assert_eq!(KeySet::parse(&text).as_ref(), Ok(&set));
        let alone = KeySet::parse(&key(None).to_string()).unwrap();
        assert_eq!(alone.names().next().unwrap().len(), 43);
    }

    #[test]
    fn private_and_broken_keys_are_refused_and_others_left_out() {
        let mut private = key(None);
        private["d"] = "AQAB".into();
        assert_eq!(
            parse(&json!([key(None), private])),
            Err(KeySetError::Key {
                number: 2,
                error: JwkError::Private
            })
        );
        let broken = json!({"kty": "EC", "crv": "P-256", "x": "", "y": ""});
        assert!(matches!(
            parse(&json!([broken])),
            Err(KeySetError::Key { number: 1, .. })
        ));
        let mut for_encryption = key(None);
        for_encryption["use"] = "enc".into();
        let others = json!([for_encryption, {"kty": "EC", "crv": "P-384"}]);
        assert_eq!(parse(&others), Err(KeySetError::Empty));
        assert_eq!(parse(&json!([])), Err(KeySetError::Empty));
        let many: Vec<Value> = (0..=MOST_KEYS).map(|_| key(None)).collect();
        assert_eq!(parse(&json!(many)), Err(KeySetError::TooMany));
        for bad in ["", "[]", "{}", "x", "{\"keys\": 1}"] {
            assert_eq!(KeySet::parse(bad), Err(KeySetError::Syntax), "{bad}");
        }
        let long = " ".repeat(LONGEST + 1);
        assert_eq!(KeySet::parse(&long), Err(KeySetError::Length));
    }

    #[test]
    fn of_what_an_issuer_publishes_the_usable_is_used() {
        let mut private = key(Some("private"));
        private["d"] = "AQAB".into();
        let broken = json!({"kty": "EC", "crv": "P-256", "x": "", "y": ""});
        let of = |keys: &Value| {
            let set = serde_json::from_value(json!({ "keys": keys })).unwrap();
            KeySet::published(set).names().count()
        };
        assert_eq!(of(&json!([private, broken, key(Some("a"))])), 1);
        assert_eq!(of(&json!([])), 0);
        let many: Vec<Value> = (0..=MOST_PUBLISHED).map(|_| key(None)).collect();
        assert_eq!(of(&json!(many)), MOST_PUBLISHED);
    }

    #[test]
    fn a_key_id_narrows_the_choice() {
        let set = parse(&json!([key(Some("a")), key(Some("b")), key(None)])).unwrap();
        assert_eq!(set.candidates(Some("a")).count(), 2);
        assert_eq!(set.candidates(Some("c")).count(), 1);
        assert_eq!(set.candidates(None).count(), 3);
    }

    /// Made once, since that takes longer than all else here.
    static KEY: LazyLock<Value> = LazyLock::new(|| signing_key().1);

    const MEMBERS: [&str; 10] = [
        "kty", "crv", "x", "y", "n", "e", "use", "key_ops", "alg", "kid",
    ];

    proptest! {
        #[test]
        fn no_key_set_makes_its_reader_panic(
            members in prop::collection::vec(
                (
                    prop::sample::select(&MEMBERS[..]),
                    "(\"[A-Za-z0-9_-]{0,50}\"|null|-?[0-9]{1,3}|true|\\[\\]|\\[\"verify\"\\]|\\{\\}|.{0,9})",
                ),
                0..8,
            ),
            member in prop::sample::select(&MEMBERS[..]),
            nearly in ".{0,50}",
            in_a_set in any::<bool>(),
        ) {
            let mut key = KEY.clone();
            key[member] = nearly.into();
            let members: Vec<_> =
                members.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
            for key in [format!("{{{}}}", members.join(",")), key.to_string()] {
                let sent = if in_a_set { format!("{{\"keys\":[{key}]}}") } else { key };
                if let Ok(set) = KeySet::parse(&sent) {
                    // What was taken can be stored, and used.
                    let stored = serde_json::to_string(&set).unwrap();
                    prop_assert_eq!(KeySet::parse(&stored), Ok(set.clone()));
                    prop_assert_eq!(set.candidates(None).count(), 1);
                }
            }
        }
    }
}
