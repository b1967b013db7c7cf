//! What a verifier answers.

use std::fmt;

use abi_stable::std_types::{ROption, RString, RVec};

use super::words;
use crate::{
    abi::{
        RawPair,
        auth::{RawGrant, RawRefusal, RawVerdict},
    },
    db::Timestamp,
};

/// Names a token in logs; tells nothing of its secret. Printed it is 16
/// hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenId(pub u64);

impl fmt::Display for TokenId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:016x}", self.0)
    }
}

/// Who calls, and what for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant(RawGrant);

impl Grant {
    /// A client's own access, to no scope as yet.
    pub fn new(client_id: impl Into<String>, token_id: TokenId, expires_at: Timestamp) -> Self {
        Self(RawGrant {
            member_id: ROption::RNone,
            client_id: client_id.into().into(),
            scope: RString::new(),
            expires_at: expires_at.as_micros(),
            token_id: token_id.0,
            headers: RVec::new(),
        })
    }

    /// In the name of this member; with None the client acts for itself.
    #[must_use]
    pub fn with_member(mut self, member_id: Option<i64>) -> Self {
        self.0.member_id = member_id.into();
        self
    }

    /// What it allows: words with single spaces between them (RFC 6749,
    /// section 3.3).
    #[must_use]
    pub fn with_scope(mut self, scope: impl Into<String>) -> Self {
        self.0.scope = scope.into().into();
        self
    }

    /// Adds a header to the answer of the resource.
    #[must_use]
    pub fn with_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.0.headers.push(RawPair {
            name: name.into().into(),
            value: value.into().into(),
        });
        self
    }

    /// None where a client acts for itself.
    #[must_use]
    pub fn member_id(&self) -> Option<i64> {
        self.0.member_id.into_option()
    }

    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.0.client_id
    }

    /// All that it allows, as one text.
    #[must_use]
    pub fn scope(&self) -> &str {
        &self.0.scope
    }

    /// The words of [`Self::scope`].
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        words(&self.0.scope)
    }

    #[must_use]
    pub fn has_scope(&self, word: &str) -> bool {
        self.scopes().any(|granted| granted == word)
    }

    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        Timestamp::from_micros(self.0.expires_at)
    }

    #[must_use]
    pub fn token_id(&self) -> TokenId {
        TokenId(self.0.token_id)
    }

    /// Headers to add to the answer. They are taken out.
    #[must_use]
    pub fn take_headers(&mut self) -> Vec<(String, String)> {
        pairs_in(std::mem::take(&mut self.0.headers))
    }
}

/// Why a caller is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// 400, 401 or 403.
    pub status: u16,
    /// The scheme's own code, e.g. `invalid_token`. None where there were no
    /// credentials at all (RFC 6750, section 3.1).
    pub error: Option<String>,
    pub description: String,
    /// Values of `WWW-Authenticate`.
    pub challenges: Vec<String>,
    /// Headers to add to the answer.
    pub headers: Vec<(String, String)>,
}

/// A verifier's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Granted(Grant),
    /// No credentials of this scheme: the next verifier may look.
    NotMine,
    /// Credentials of this scheme, but unknown here: the next may look; if
    /// none knows them, this is the refusal.
    Unknown(Refusal),
    /// Known and refused: final.
    Refused(Refusal),
}

pub(super) fn strings_out(strings: Vec<String>) -> RVec<RString> {
    strings.into_iter().map(RString::from).collect()
}

pub(super) fn strings_in(strings: RVec<RString>) -> Vec<String> {
    strings.into_iter().map(String::from).collect()
}

pub(super) fn pairs_out(pairs: Vec<(String, String)>) -> RVec<RawPair> {
    pairs
        .into_iter()
        .map(|(name, value)| RawPair {
            name: name.into(),
            value: value.into(),
        })
        .collect()
}

pub(super) fn pairs_in(pairs: RVec<RawPair>) -> Vec<(String, String)> {
    pairs
        .into_iter()
        .map(|pair| (pair.name.into(), pair.value.into()))
        .collect()
}

impl From<Verdict> for RawVerdict {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Granted(grant) => Self::Granted(grant.0),
            Verdict::NotMine => Self::NotMine,
            Verdict::Unknown(refusal) => Self::Unknown(refusal.into()),
            Verdict::Refused(refusal) => Self::Refused(refusal.into()),
        }
    }
}

impl From<RawVerdict> for Verdict {
    fn from(raw: RawVerdict) -> Self {
        match raw {
            RawVerdict::Granted(grant) => Self::Granted(Grant(grant)),
            RawVerdict::NotMine => Self::NotMine,
            RawVerdict::Unknown(refusal) => Self::Unknown(refusal.into()),
            RawVerdict::Refused(refusal) => Self::Refused(refusal.into()),
        }
    }
}

impl From<Refusal> for RawRefusal {
    fn from(refusal: Refusal) -> Self {
        Self {
            status: refusal.status,
            error: refusal.error.unwrap_or_default().into(),
            description: refusal.description.into(),
            challenges: strings_out(refusal.challenges),
            headers: pairs_out(refusal.headers),
        }
    }
}

impl From<RawRefusal> for Refusal {
    fn from(raw: RawRefusal) -> Self {
        Self {
            status: raw.status,
            error: Some(String::from(raw.error)).filter(|error| !error.is_empty()),
            description: raw.description.into(),
            challenges: strings_in(raw.challenges),
            headers: pairs_in(raw.headers),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_found_as_a_whole_word() {
        let grant = Grant::new("c", TokenId(0xab), Timestamp::from_micros(5))
            .with_member(Some(7))
            .with_scope("media:read profile");
        assert!(grant.has_scope("profile") && grant.has_scope("media:read"));
        assert!(!grant.has_scope("media") && !grant.has_scope("") && !grant.has_scope("prof"));
        assert_eq!(grant.scopes().count(), 2);
        assert_eq!(grant.token_id().to_string(), "00000000000000ab");
    }

    #[test]
    fn a_verdict_comes_out_as_it_went_in() {
        let refusal = Refusal {
            status: 401,
            error: Some("invalid_token".to_owned()),
            description: "no".to_owned(),
            challenges: vec!["Bearer".to_owned()],
            headers: vec![("dpop-nonce".to_owned(), "n".to_owned())],
        };
        let grant = Grant::new("c", TokenId(1), Timestamp::from_micros(5))
            .with_scope("a b")
            .with_header("dpop-nonce", "n");
        for verdict in [
            Verdict::Granted(grant),
            Verdict::NotMine,
            Verdict::Unknown(refusal.clone()),
            Verdict::Refused(refusal),
        ] {
            assert_eq!(Verdict::from(RawVerdict::from(verdict.clone())), verdict);
        }
    }

    #[test]
    fn headers_are_taken_once() {
        let mut grant = Grant::new("c", TokenId(1), Timestamp::from_micros(5));
        assert!(grant.take_headers().is_empty());
        grant = grant.with_header("dpop-nonce", "n");
        let header = ("dpop-nonce".to_owned(), "n".to_owned());
        assert_eq!(grant.take_headers(), [header]);
        assert!(grant.take_headers().is_empty());
    }
}
