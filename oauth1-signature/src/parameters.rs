//! Names and values, as a query and a form carry them, and as they are signed
//! (RFC 5849, section 3.4.1.3).

use std::{borrow::Cow, fmt};

use percent_encoding::percent_decode;

use crate::encoding::encode;

/// A name and a value, decoded.
pub type Parameter = (String, String);

/// Parameters in the order in which they came; one may be there twice.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Parameters(Vec<Parameter>);

/// A query or a form holds bytes that are no UTF-8, so nobody knows what was
/// signed (RFC 5849, section 3.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a parameter is not UTF-8")]
pub struct NotText;

impl Parameters {
    /// Reads a query, or a body of the type `application/x-www-form-urlencoded`.
    ///
    /// # Errors
    /// [`NotText`].
    pub fn read_form(form: &[u8]) -> Result<Self, NotText> {
        let pairs = form.split(|byte| *byte == b'&');
        let read = |pair: &[u8]| {
            let at = pair.iter().position(|byte| *byte == b'=');
            let (name, value) = match at {
                Some(at) => (&pair[..at], &pair[at + 1..]),
                None => (pair, &pair[pair.len()..]),
            };
            Ok((read_part(name)?, read_part(value)?))
        };
        let read: Result<Vec<Parameter>, NotText> =
            pairs.filter(|pair| !pair.is_empty()).map(read).collect();
        read.map(Self)
    }

    /// Adds one.
    pub fn push(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.push((name.into(), value.into()));
    }

    /// All of this name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let named = self.0.iter().filter(move |(other, _)| other == name);
        named.map(|(_, value)| value.as_str())
    }

    /// Name and value of each.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let all = self.0.iter();
        all.map(|(name, value)| (name.as_str(), value.as_str()))
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// As they are sent in a query or a form.
    #[must_use]
    pub fn to_form(&self) -> String {
        joined(self.0.iter().map(encoded))
    }

    /// As they are signed: encoded, and then in the order of their bytes
    /// (RFC 5849, section 3.4.1.3.2).
    #[must_use]
    pub fn normalized(&self) -> String {
        let mut all: Vec<(String, String)> = self.0.iter().map(encoded).collect();
        all.sort_unstable();
        joined(all.into_iter())
    }
}

impl FromIterator<Parameter> for Parameters {
    fn from_iter<I: IntoIterator<Item = Parameter>>(parameters: I) -> Self {
        Self(parameters.into_iter().collect())
    }
}

impl IntoIterator for Parameters {
    type Item = Parameter;
    type IntoIter = std::vec::IntoIter<Parameter>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl Extend<Parameter> for Parameters {
    fn extend<I: IntoIterator<Item = Parameter>>(&mut self, parameters: I) {
        self.0.extend(parameters);
    }
}

/// Names alone: a value may be a secret.
impl fmt::Debug for Parameters {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.0.iter().map(|(name, _)| name);
        formatter.debug_list().entries(names).finish()
    }
}

fn encoded((name, value): &Parameter) -> (String, String) {
    (encode(name).to_string(), encode(value).to_string())
}

fn joined(parameters: impl Iterator<Item = (String, String)>) -> String {
    let pairs: Vec<String> = parameters
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    pairs.join("&")
}

/// In a query and a form, a plus is a space.
fn read_part(part: &[u8]) -> Result<String, NotText> {
    let spaced: Cow<[u8]> = if part.contains(&b'+') {
        let space = |byte: &u8| if *byte == b'+' { b' ' } else { *byte };
        part.iter().map(space).collect()
    } else {
        part.into()
    };
    let text = percent_decode(&spaced).decode_utf8();
    Ok(text.map_err(|_| NotText)?.into_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(form: &str) -> Vec<Parameter> {
        let parameters = Parameters::read_form(form.as_bytes()).unwrap();
        parameters.into_iter().collect()
    }

    fn pair(name: &str, value: &str) -> Parameter {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn a_form_is_read_as_forms_are() {
        assert_eq!(
            read("c2&a3=2+q&b5=%3D%253D&c%40=&=x&&a3=a=b"),
            [
                pair("c2", ""),
                pair("a3", "2 q"),
                pair("b5", "=%3D"),
                pair("c@", ""),
                pair("", "x"),
                pair("a3", "a=b"),
            ]
        );
        assert!(read("").is_empty());
        assert_eq!(Parameters::read_form(b"a=%ff"), Err(NotText));
        assert_eq!(Parameters::read_form(b"\xff=a"), Err(NotText));
        assert_eq!(read("a=%C3%A9"), [pair("a", "é")]);
    }

    #[test]
    fn a_value_is_never_printed() {
        let parameters = Parameters::read_form(b"oauth_signature=secret&a=b").unwrap();
        assert_eq!(format!("{parameters:?}"), r#"["oauth_signature", "a"]"#);
    }

    /// RFC 5849, section 3.4.1.3.2: sorted once they are encoded, by name and
    /// then by value.
    #[test]
    fn they_are_sorted_by_encoded_bytes() {
        for (form, normalized) in [
            ("", ""),
            ("a", "a="),
            ("b=2&a=1", "a=1&b=2"),
            ("a=x%20y&a=x!y", "a=x%20y&a=x%21y"),
            ("z=%00&z=p", "z=%00&z=p"),
            // The space is `%20` and comes before the hyphen; bare, too.
            ("a-b=1&a+b=2", "a%20b=2&a-b=1"),
            // Encoded `é` begins with a percent sign, before any letter.
            ("e=1&%C3%A9=2", "%C3%A9=2&e=1"),
            ("a=10&a=9&a=", "a=&a=10&a=9"),
        ] {
            let parameters = Parameters::read_form(form.as_bytes()).unwrap();
            assert_eq!(parameters.normalized(), normalized, "{form}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic(form in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Parameters::read_form(&form);
        }

        /// What is signed is what a handler of the same request reads.
        #[test]
        fn a_form_is_read_as_others_read_it(
            form in "([a-c%&=+ é]|%[0-9a-fA-F]{2}|%2[0-9a-f]){0,60}",
        ) {
            if let Ok(parameters) = Parameters::read_form(form.as_bytes()) {
                let others: Vec<Parameter> = form_urlencoded::parse(form.as_bytes())
                    .into_owned()
                    .collect();
                prop_assert_eq!(parameters.into_iter().collect::<Vec<_>>(), others);
            }
        }

        #[test]
        fn what_is_written_is_read_again(pairs in prop::collection::vec((".{1,9}", ".{0,9}"), 0..6)) {
            let parameters: Parameters = pairs.into_iter().collect();
            let again = Parameters::read_form(parameters.to_form().as_bytes());
            prop_assert_eq!(again, Ok(parameters));
        }
    }
}
