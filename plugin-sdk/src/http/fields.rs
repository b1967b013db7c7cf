//! Names and values of a query or of a form, strictly decoded.

use std::borrow::Cow;

use percent_encoding::percent_decode;

/// Why a field can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FieldError {
    /// It is there more than once.
    #[error("the parameter {0} is repeated")]
    Repeated(String),
    /// It is not there, or empty.
    #[error("the parameter {0} is missing")]
    Missing(&'static str),
    /// What is there is not UTF-8 when decoded, or holds a NUL.
    #[error("a parameter is not valid UTF-8 text")]
    Encoding,
}

/// The fields of `application/x-www-form-urlencoded` data, in order, repeats
/// kept. Unlike browsers, bytes that are no UTF-8 are refused and not replaced.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields {
    pairs: Vec<(String, String)>,
}

impl Fields {
    /// Decodes the data.
    ///
    /// # Errors
    /// [`FieldError::Encoding`] where a name or value is not UTF-8 or holds a
    /// NUL.
    pub fn parse(data: &[u8]) -> Result<Self, FieldError> {
        let mut pairs = Vec::new();
        for pair in data.split(|byte| *byte == b'&') {
            if pair.is_empty() {
                continue;
            }
            let (name, value) = match pair.iter().position(|byte| *byte == b'=') {
                Some(at) => (&pair[..at], &pair[at + 1..]),
                None => (pair, &pair[pair.len()..]),
            };
            pairs.push((decode(name)?, decode(value)?));
        }
        Ok(Self { pairs })
    }

    /// Every field in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// All values of a name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.iter()
            .filter(move |(given, _)| *given == name)
            .map(|(_, value)| value)
    }

    /// The first value of a name, as it came; empty counts as absent
    /// (RFC 6749, section 3.1).
    #[must_use]
    pub fn first(&self, name: &str) -> Option<&str> {
        self.pairs
            .iter()
            .find(|(given, _)| given == name)
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// The one value of a name; empty counts as absent.
    ///
    /// # Errors
    /// [`FieldError::Repeated`].
    pub fn one(&self, name: &str) -> Result<Option<&str>, FieldError> {
        let mut values = self
            .pairs
            .iter()
            .filter(|(given, _)| given == name)
            .map(|(_, value)| value.as_str());
        let first = values.next();
        if values.next().is_some() {
            return Err(FieldError::Repeated(name.to_owned()));
        }
        Ok(first.filter(|value| !value.is_empty()))
    }

    /// The one value of a name that has to be there.
    ///
    /// # Errors
    /// [`FieldError::Repeated`] and [`FieldError::Missing`].
    pub fn required(&self, name: &'static str) -> Result<&str, FieldError> {
        self.one(name)?.ok_or(FieldError::Missing(name))
    }

    /// The first name that is there more than once, apart from `allowed`.
    #[must_use]
    pub fn repeated(&self, allowed: &[&str]) -> Option<&str> {
        self.pairs
            .iter()
            .enumerate()
            .find(|(at, (name, _))| {
                !allowed.contains(&name.as_str())
                    && self.pairs[..*at].iter().any(|(earlier, _)| earlier == name)
            })
            .map(|(_, (name, _))| name.as_str())
    }

    /// Whether the name is there, even if empty.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.pairs.iter().any(|(given, _)| given == name)
    }
}

fn decode(data: &[u8]) -> Result<String, FieldError> {
    let mut spaced = data.to_vec();
    for byte in &mut spaced {
        if *byte == b'+' {
            *byte = b' ';
        }
    }
    let decoded = match Cow::from(percent_decode(&spaced)) {
        Cow::Owned(decoded) => decoded,
        // There was no `%` in it.
        Cow::Borrowed(_) => spaced,
    };
    let text = String::from_utf8(decoded).map_err(|_| FieldError::Encoding)?;
    if text.contains('\0') {
        return Err(FieldError::Encoding);
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_plus_percent_and_keeps_repeats_in_order() {
        let fields = Fields::parse(b"a=1+2&b=%C3%A9&a=%2B&c").unwrap();
        assert_eq!(fields.all("a").collect::<Vec<_>>(), ["1 2", "+"]);
        assert_eq!(fields.one("b"), Ok(Some("é")));
        assert_eq!(fields.one("c"), Ok(None));
        assert!(fields.contains("c"));
        assert_eq!(fields.one("a"), Err(FieldError::Repeated("a".into())));
        assert_eq!(fields.repeated(&[]), Some("a"));
        assert_eq!(fields.repeated(&["a"]), None);
    }

    #[test]
    fn bad_utf8_and_nul_are_refused() {
        assert_eq!(Fields::parse(b"a=%ff"), Err(FieldError::Encoding));
        assert_eq!(Fields::parse(b"a=%00"), Err(FieldError::Encoding));
        assert!(
            Fields::parse(b"a=%zz").is_ok(),
            "a stray % stands for itself"
        );
    }
}
