//! Scopes: what an access token allows (RFC 6749, section 3.3).
//!
//! This module knows the grammar and the arithmetic of sets, and not which
//! scopes there are.

use std::{collections::HashSet, fmt};

use diesel::{
    deserialize::{self, FromSql, FromSqlRow},
    expression::AsExpression,
    serialize::{self, IsNull, Output, ToSql},
    sql_types::Text,
};
use hob_plugin_sdk::db::{Hob, Value};

/// The text is no scope by RFC 6749's grammar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a scope is words of visible ASCII, without quotes and backslashes, between single spaces")]
pub struct ScopeSyntaxError;

/// A set of scope words, in the order in which they were first named. It is
/// held as one text, as it is stored and sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
pub struct Scope {
    text: String,
}

impl Scope {
    /// Reads the value of a parameter `scope`. Words that are repeated count
    /// once; an empty text is the empty set.
    ///
    /// # Errors
    /// [`ScopeSyntaxError`].
    pub fn parse(text: &str) -> Result<Self, ScopeSyntaxError> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        text.split(' ')
            .map(|word| is_word(word).then_some(word).ok_or(ScopeSyntaxError))
            .collect()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    #[must_use]
    pub fn contains(&self, word: &str) -> bool {
        self.words().any(|own| own == word)
    }

    /// The words, each once.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        // Only of the empty set's text is a piece empty.
        self.text.split(' ').filter(|word| !word.is_empty())
    }

    /// The first word that `allowed` does not contain.
    #[must_use]
    pub fn first_not_in(&self, allowed: &Self) -> Option<&str> {
        self.words().find(|word| !allowed.contains(word))
    }

    #[must_use]
    pub fn is_within(&self, allowed: &Self) -> bool {
        self.first_not_in(allowed).is_none()
    }

    /// What both contain, in the order of `self`.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        self.words().filter(|word| other.contains(word)).collect()
    }

    /// What `other` does not contain.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        self.words().filter(|word| !other.contains(word)).collect()
    }

    /// What either contains.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        self.words().chain(other.words()).collect()
    }
}

fn is_word(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(is_scope_byte)
}

fn is_scope_byte(byte: u8) -> bool {
    matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e)
}

/// Of words that follow the grammar: who collects has parsed them.
impl<'a> FromIterator<&'a str> for Scope {
    fn from_iter<I: IntoIterator<Item = &'a str>>(words: I) -> Self {
        let mut scope = Self::default();
        let mut seen = HashSet::new();
        for word in words {
            if !seen.insert(word) {
                continue;
            }
            if !scope.text.is_empty() {
                scope.text.push(' ');
            }
            scope.text.push_str(word);
        }
        scope
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl Scope {
    /// Its words with single spaces between them (RFC 6749, section 3.3).
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl From<Scope> for String {
    fn from(scope: Scope) -> Self {
        scope.text
    }
}

impl ToSql<Text, Hob> for Scope {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Hob>) -> serialize::Result {
        out.set_value(self.text.as_str());
        Ok(IsNull::No)
    }
}

impl FromSql<Text, Hob> for Scope {
    fn from_sql(value: Value<'_>) -> deserialize::Result<Self> {
        let text = <String as FromSql<Text, Hob>>::from_sql(value)?;
        // Nothing but a set is ever stored, so its words need not be compared.
        if text.is_empty() || text.split(' ').all(is_word) {
            Ok(Self { text })
        } else {
            Err(ScopeSyntaxError.into())
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn scope(text: &str) -> Scope {
        Scope::parse(text).unwrap()
    }

    #[test]
    fn words_keep_their_order_and_count_once() {
        assert_eq!(scope("b a b").to_string(), "b a");
        assert!(scope("").is_empty());
        assert_ne!(scope("a b"), scope("a"));
    }

    #[test]
    fn what_is_no_scope_is_refused() {
        for bad in [
            " ", "a ", " a", "a  b", "a\tb", "a\"b", "a\\b", "é", "a\nb", "a\0",
        ] {
            assert_eq!(Scope::parse(bad), Err(ScopeSyntaxError), "{bad:?}");
        }
        for good in ["media:read", "https://example.org/x", "a!#~", "profile a"] {
            assert_eq!(scope(good).to_string(), good);
        }
    }

    #[test]
    fn sets_are_compared_and_joined() {
        let (small, large) = (scope("a c"), scope("c b a"));
        assert!(small.is_within(&large));
        assert_eq!(large.first_not_in(&small), Some("b"));
        assert_eq!(large.intersection(&scope("a b x")).to_string(), "b a");
        assert_eq!(large.without(&small).to_string(), "b");
        assert_eq!(small.union(&large).to_string(), "a c b");
    }

    proptest! {
        #[test]
        fn reading_never_panics_and_writing_reads_back(text in ".{0,60}") {
            if let Ok(scope) = Scope::parse(&text) {
                prop_assert_eq!(Scope::parse(&scope.to_string()), Ok(scope));
            }
        }

        #[test]
        fn every_list_of_words_is_read(words in prop::collection::vec("[!#-\\[\\]-~]{1,12}", 0..8)) {
            let scope = Scope::parse(&words.join(" ")).unwrap();
            for word in &words {
                prop_assert!(scope.contains(word));
            }
        }
    }
}
