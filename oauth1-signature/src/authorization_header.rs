//! The header `Authorization: OAuth …` (RFC 5849, section 3.5.1), read and
//! written.

use std::fmt::Write;

use crate::{
    encoding::{decode, encode},
    parameters::Parameters,
};

const SCHEME: &str = "OAuth";

/// What stands in the header.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuthorizationHeader {
    /// Says what the credentials are for, and is never signed.
    pub realm: Option<String>,
    pub parameters: Parameters,
}

/// Why a header of this scheme can't be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    #[error("the header Authorization has no parameters")]
    Empty,
    #[error("the header Authorization is not a list of name=\"value\", divided by commas")]
    Shape,
    #[error("a parameter of the header Authorization is not UTF-8")]
    NotText,
    #[error("the header Authorization has two realms")]
    TwoRealms,
}

impl AuthorizationHeader {
    /// Whether a header's value is of this scheme, whose name is the same in
    /// upper and lower case.
    #[must_use]
    pub fn is_ours(value: &str) -> bool {
        credentials(value).is_some()
    }

    /// Reads a header's value. None for one of another scheme.
    ///
    /// # Errors
    /// [`HeaderError`].
    pub fn read(value: &str) -> Result<Option<Self>, HeaderError> {
        let Some(mut rest) = credentials(value) else {
            return Ok(None);
        };
        let mut header = Self::default();
        rest = skip_separators(rest);
        if rest.is_empty() {
            return Err(HeaderError::Empty);
        }
        while !rest.is_empty() {
            let (name, after) = rest.split_once('=').ok_or(HeaderError::Shape)?;
            let name = name.trim_matches(WHITESPACE);
            if name.is_empty() || name.contains([',', '"', ' ', '\t']) {
                return Err(HeaderError::Shape);
            }
            let (quoted, after) = quoted_string(after.trim_start_matches(WHITESPACE))?;
            header.take(name, &quoted)?;
            rest = after.trim_start_matches(WHITESPACE);
            if !rest.is_empty() && !rest.starts_with(',') {
                return Err(HeaderError::Shape);
            }
            rest = skip_separators(rest);
        }
        Ok(Some(header))
    }

    fn take(&mut self, name: &str, quoted: &str) -> Result<(), HeaderError> {
        if name.eq_ignore_ascii_case("realm") {
            let before = self.realm.replace(quoted.to_owned());
            return match before {
                None => Ok(()),
                Some(_) => Err(HeaderError::TwoRealms),
            };
        }
        let name = decode(name).ok_or(HeaderError::NotText)?;
        let value = decode(quoted).ok_or(HeaderError::NotText)?;
        self.parameters.push(name, value);
        Ok(())
    }

    /// The header's value.
    #[must_use]
    pub fn to_value(&self) -> String {
        let mut value = SCHEME.to_owned();
        let mut separator = " ";
        if let Some(realm) = &self.realm {
            value.push_str(" realm=\"");
            for character in realm.chars().filter(|character| !character.is_control()) {
                if matches!(character, '"' | '\\') {
                    value.push('\\');
                }
                value.push(character);
            }
            value.push('"');
            separator = ", ";
        }
        for (name, text) in self.parameters.iter() {
            write!(value, "{separator}{}=\"{}\"", encode(name), encode(text))
                .expect("a text takes what is written to it");
            separator = ", ";
        }
        value
    }
}

/// Linear white space, as far as it can be in a header's value.
const WHITESPACE: [char; 4] = [' ', '\t', '\r', '\n'];

/// What follows the scheme's name.
fn credentials(value: &str) -> Option<&str> {
    let value = value.trim_start_matches(WHITESPACE);
    let (scheme, rest) = value.split_at_checked(SCHEME.len())?;
    let ends = rest.is_empty() || rest.starts_with(WHITESPACE);
    (scheme.eq_ignore_ascii_case(SCHEME) && ends).then_some(rest)
}

/// A list may have empty elements (RFC 9110, section 5.6.1).
fn skip_separators(text: &str) -> &str {
    text.trim_start_matches(|character| character == ',' || WHITESPACE.contains(&character))
}

/// What stands between the quotes, without what hides characters from them
/// (RFC 2617, section 1.2), and what comes after.
fn quoted_string(text: &str) -> Result<(String, &str), HeaderError> {
    let inside = text.strip_prefix('"').ok_or(HeaderError::Shape)?;
    let mut value = String::new();
    let mut characters = inside.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Ok((value, &inside[at + 1..])),
            '\\' => value.push(characters.next().ok_or(HeaderError::Shape)?.1),
            _ => value.push(character),
        }
    }
    Err(HeaderError::Shape)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(value: &str) -> AuthorizationHeader {
        AuthorizationHeader::read(value).unwrap().expect("OAuth")
    }

    /// RFC 5849, section 3.5.1, and its lines as they are folded there.
    #[test]
    fn the_example_of_the_rfc_is_read() {
        let header = read(
            "OAuth realm=\"Example\",\r\n   oauth_consumer_key=\"0685bd9184jfhq22\",\r\n   \
             oauth_token=\"ad180jjd733klru7\",\r\n   oauth_signature_method=\"HMAC-SHA1\",\r\n   \
             oauth_signature=\"wOJIO9A2W5mFwDgiDvZbTSMK%2FPY%3D\",\r\n   \
             oauth_timestamp=\"137131200\",\r\n   oauth_nonce=\"4572616e48616d6d65724c61686176\",\
             \r\n   oauth_version=\"1.0\"",
        );
        assert_eq!(header.realm.as_deref(), Some("Example"));
        let all: Vec<(&str, &str)> = header.parameters.iter().collect();
        assert_eq!(
            all,
            [
                ("oauth_consumer_key", "0685bd9184jfhq22"),
                ("oauth_token", "ad180jjd733klru7"),
                ("oauth_signature_method", "HMAC-SHA1"),
                ("oauth_signature", "wOJIO9A2W5mFwDgiDvZbTSMK/PY="),
                ("oauth_timestamp", "137131200"),
                ("oauth_nonce", "4572616e48616d6d65724c61686176"),
                ("oauth_version", "1.0"),
            ]
        );
    }

    #[test]
    fn white_space_order_and_the_case_of_the_scheme_are_free() {
        let plain = read(r#"OAuth a="1",b="2""#);
        for value in [
            r#"oauth a="1", b="2""#,
            r#"OAUTH    a = "1" ,	b= "2" ,"#,
            r#"OAuth ,, a="1",, b="2""#,
        ] {
            assert_eq!(read(value), plain, "{value}");
        }
        let header = read(r#"OAuth a="",REALM="a, \"b\"=c",a+="%2B+""#);
        assert_eq!(header.realm.as_deref(), Some(r#"a, "b"=c"#));
        let all: Vec<(&str, &str)> = header.parameters.iter().collect();
        assert_eq!(all, [("a", ""), ("a+", "++")]);
    }

    #[test]
    fn another_scheme_is_none_of_ours() {
        for value in [
            "",
            "Bearer abc",
            "OAuthentic a=\"1\"",
            "OA",
            "Basic OAuth",
            "Öäu",
        ] {
            assert_eq!(AuthorizationHeader::read(value), Ok(None), "{value}");
            assert!(!AuthorizationHeader::is_ours(value));
        }
    }

    #[test]
    fn what_is_no_list_of_parameters_is_refused() {
        for (value, error) in [
            ("OAuth", HeaderError::Empty),
            ("OAuth ,", HeaderError::Empty),
            ("OAuth a", HeaderError::Shape),
            ("OAuth a=", HeaderError::Shape),
            ("OAuth a=b", HeaderError::Shape),
            (r#"OAuth a="b"#, HeaderError::Shape),
            (r#"OAuth a="b\"#, HeaderError::Shape),
            (r#"OAuth a="b" c="d""#, HeaderError::Shape),
            (r#"OAuth ="b""#, HeaderError::Shape),
            (r#"OAuth a b="c""#, HeaderError::Shape),
            (r#"OAuth a="%ff""#, HeaderError::NotText),
            (r#"OAuth %ff="a""#, HeaderError::NotText),
            (r#"OAuth realm="a", realm="a""#, HeaderError::TwoRealms),
        ] {
            assert_eq!(AuthorizationHeader::read(value), Err(error), "{value}");
        }
    }

    #[test]
    fn a_realm_cannot_leave_its_quotes_nor_its_line() {
        let header = AuthorizationHeader {
            realm: Some("a\"\r\nX: \\b".to_owned()),
            parameters: Parameters::default(),
        };
        assert_eq!(header.to_value(), r#"OAuth realm="a\"X: \\b""#);
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(value in "(OAuth|oauth)?[ ,=\"a-z%\\\\0-9é]{0,80}") {
            let _ = AuthorizationHeader::read(&value);
        }

        #[test]
        fn what_is_written_is_read_again(
            realm in prop::option::of("[ -~]{0,12}"),
            pairs in prop::collection::vec(("[!-~é]{1,9}", ".{0,9}"), 1..6),
        ) {
            prop_assume!(pairs.iter().all(|(name, _)| !name.eq_ignore_ascii_case("realm")));
            let header = AuthorizationHeader { realm, parameters: pairs.into_iter().collect() };
            prop_assert_eq!(AuthorizationHeader::read(&header.to_value()), Ok(Some(header)));
        }
    }
}
