//! The parameter `prompt` of an authorization request (OpenID Connect Core,
//! section 3.1.2.1).

use std::fmt;

use diesel::{
    deserialize::{self, FromSql, FromSqlRow},
    expression::AsExpression,
    serialize::{self, IsNull, Output, ToSql},
    sql_types::Text,
};
use hob_plugin_sdk::db::{Hob, Value};

use crate::error::OAuthError;

const NONE: &str = "none";
const LOGIN: &str = "login";
const CONSENT: &str = "consent";
const SELECT_ACCOUNT: &str = "select_account";

/// What the member is to be shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
pub struct Prompt {
    /// Nothing at all.
    pub none: bool,
    /// The sign-in page, also if somebody is signed in.
    pub login: bool,
    /// The consent page, also if consent was given.
    pub consent: bool,
    /// A page that says which account is used and offers another. There is
    /// one session in a browser, so this is the consent page too.
    pub select_account: bool,
}

impl Prompt {
    /// All words that there are.
    pub const WORDS: [&str; 4] = [NONE, LOGIN, CONSENT, SELECT_ACCOUNT];

    /// Reads the parameter; where there is none, nothing is asked.
    ///
    /// # Errors
    /// A word is unknown, or `none` does not stand alone.
    pub fn parse(text: Option<&str>) -> Result<Self, OAuthError> {
        let mut prompt = Self::default();
        let words = text.unwrap_or_default().split(' ');
        for word in words.filter(|word| !word.is_empty()) {
            match word {
                NONE => prompt.none = true,
                LOGIN => prompt.login = true,
                CONSENT => prompt.consent = true,
                SELECT_ACCOUNT => prompt.select_account = true,
                _ => {
                    return Err(OAuthError::Malformed(
                        "prompt is one of none, login, consent and select_account",
                    ));
                }
            }
        }
        if prompt.none && (prompt.login || prompt.wants_page()) {
            return Err(OAuthError::Malformed("prompt=none stands alone"));
        }
        Ok(prompt)
    }

    /// Whether the consent page is shown even if consent is remembered.
    #[must_use]
    pub const fn wants_page(self) -> bool {
        self.consent || self.select_account
    }

    /// What is left for a member who has just signed in.
    #[must_use]
    pub const fn after_sign_in(self) -> Self {
        Self {
            login: false,
            ..self
        }
    }
}

impl fmt::Display for Prompt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let asked = [self.none, self.login, self.consent, self.select_account];
        let mut words = Self::WORDS
            .into_iter()
            .zip(asked)
            .filter_map(|(word, asked)| asked.then_some(word));
        if let Some(first) = words.next() {
            formatter.write_str(first)?;
        }
        words.try_for_each(|word| write!(formatter, " {word}"))
    }
}

impl ToSql<Text, Hob> for Prompt {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Hob>) -> serialize::Result {
        out.set_value(self.to_string());
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
        for text in [
            "",
            "none",
            "login",
            "consent",
            "login consent",
            "select_account",
            "login consent select_account",
        ] {
            assert_eq!(Prompt::parse(Some(text)).unwrap().to_string(), text);
        }
        let reordered = Prompt::parse(Some("consent  login consent")).unwrap();
        assert_eq!(reordered.to_string(), "login consent");
    }

    #[test]
    fn none_stands_alone_and_unknown_words_are_refused() {
        for bad in [
            "none login",
            "consent none",
            "none select_account",
            "create",
        ] {
            assert!(Prompt::parse(Some(bad)).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn no_prompt_makes_the_reader_panic(text in "((none|login|consent|select_account|.{0,5}) ?){0,5}") {
            if let Ok(prompt) = Prompt::parse(Some(&text)) {
                let written = Prompt::parse(Some(&prompt.to_string())).unwrap();
                prop_assert_eq!(written, prompt);
            }
        }
    }
}
