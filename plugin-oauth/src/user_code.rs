//! The code that a member reads on one device and types on another (RFC 8628,
//! section 6.1).
//!
//! It is short, so it is no secret in the sense of `secret`: what guards it is
//! its short life and that guessing is slowed down.

use std::fmt;

use rand::{CryptoRng, RngExt};

use crate::secret::SecretDigest;

/// Consonants without lookalikes: no words come about, and no digit is taken
/// for a letter.
const ALPHABET: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
/// 34 bits: 25 thousand million codes.
const LENGTH: usize = 8;

/// A code, without what stands between its letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserCode(String);

impl UserCode {
    /// A new code.
    pub fn generate(randomness: &mut impl CryptoRng) -> Self {
        let letters = (0..LENGTH)
            .map(|_| char::from(ALPHABET[randomness.random_range(0..ALPHABET.len())]))
            .collect();
        Self(letters)
    }

    /// Reads what was typed: case, blanks and dashes do not matter. None where
    /// it can't be a code.
    #[must_use]
    pub fn parse(typed: &str) -> Option<Self> {
        let letters: String = typed
            .chars()
            .filter(|letter| !letter.is_whitespace() && !is_dash(*letter))
            .map(|letter| letter.to_ascii_uppercase())
            .take(LENGTH + 1)
            .collect();
        let fits = letters.len() == LENGTH && letters.bytes().all(|byte| ALPHABET.contains(&byte));
        fits.then_some(Self(letters))
    }

    /// What is stored of it.
    #[must_use]
    pub fn digest(&self) -> SecretDigest {
        SecretDigest::of(&self.0)
    }
}

/// As people and their keyboards write it.
const fn is_dash(letter: char) -> bool {
    matches!(
        letter,
        '-' | '_' | '.' | '\u{2010}'..='\u{2015}' | '\u{2212}'
    )
}

/// As it is read: `BCDF-GHJK`.
impl fmt::Display for UserCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, second) = self.0.split_at(LENGTH / 2);
        write!(formatter, "{first}-{second}")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;
    use crate::secret::operating_system_randomness;

    #[test]
    fn case_blanks_and_dashes_do_not_matter() {
        let code = UserCode::parse("BCDFGHJK").unwrap();
        assert_eq!(code.to_string(), "BCDF-GHJK");
        for typed in [
            "BCDF-GHJK",
            "bcdf-ghjk",
            " bcdf ghjk ",
            "b c d f g h j k",
            "BCDF\u{2013}GHJK",
            "BCDF\u{a0}GHJK",
            "BC-DF-GH-JK",
        ] {
            assert_eq!(UserCode::parse(typed), Some(code.clone()), "{typed}");
        }
    }

    #[test]
    fn what_is_no_code_is_none() {
        for typed in [
            "",
            "BCDF",
            "BCDF-GHJ",
            "BCDF-GHJKL",
            "ACDF-GHJK",
            "BCDF-GHJ0",
            "BCDF/GHJK",
            "БCDFGHJK",
        ] {
            assert_eq!(UserCode::parse(typed), None, "{typed}");
        }
    }

    #[test]
    fn every_letter_comes_and_hardly_any_code_comes_twice() {
        let mut randomness = operating_system_randomness();
        let codes: HashSet<String> = (0..2000)
            .map(|_| UserCode::generate(&mut randomness).to_string())
            .collect();
        assert!(codes.len() > 1990, "{}", codes.len());
        for at in (0..LENGTH).map(|at| at + at / 4) {
            let letters: HashSet<u8> = codes.iter().map(|code| code.as_bytes()[at]).collect();
            assert_eq!(letters.len(), ALPHABET.len(), "at {at}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(
            typed in prop_oneof![".{0,40}", "[BCDFGHJKLMNPQRSTVWXZa-z0-9 -]{6,12}"],
        ) {
            if let Some(code) = UserCode::parse(&typed) {
                prop_assert_eq!(UserCode::parse(&code.to_string()), Some(code));
            }
        }
    }
}
