//! Thumbprints of public keys (RFC 7638): how a token says whose it is.
//!
//! This module does not know how a key is written.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use diesel::{
    deserialize::{self, FromSql, FromSqlRow},
    expression::AsExpression,
    serialize::{self, IsNull, Output, ToSql},
    sql_types::Text,
};
use hob_plugin_sdk::db::{Hob, Value};
use sha2::{Digest, Sha256};

/// The SHA-256 thumbprint of a public key (RFC 7638): names the key, whoever
/// computes it. In text it is base64url.
#[derive(Debug, Clone, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
pub struct KeyThumbprint(String);

impl KeyThumbprint {
    /// Of the key in its canonical form (RFC 7638, section 3).
    #[must_use]
    pub fn of(canonical_key: &str) -> Self {
        Self(URL_SAFE_NO_PAD.encode(Sha256::digest(canonical_key.as_bytes())))
    }

    /// Reads one. None where the text is not 256 bits in base64url.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        (bytes.len() == 32).then(|| Self(text.to_owned()))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyThumbprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl ToSql<Text, Hob> for KeyThumbprint {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Hob>) -> serialize::Result {
        out.set_value(self.0.as_str());
        Ok(IsNull::No)
    }
}

impl FromSql<Text, Hob> for KeyThumbprint {
    fn from_sql(value: Value<'_>) -> deserialize::Result<Self> {
        Ok(Self(<String as FromSql<Text, Hob>>::from_sql(value)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thumbprint_is_256_bits_in_base64url() {
        let text = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs";
        assert_eq!(KeyThumbprint::parse(text).unwrap().as_str(), text);
        for bad in [
            "",
            "NzbLsXh8uDCcd",
            "NzbLsXh8uDCcd+6MNwXF4W/7noWXFZAfHkxZsRGC9Xs",
        ] {
            assert_eq!(KeyThumbprint::parse(bad), None, "{bad}");
        }
        assert_eq!(KeyThumbprint::parse(&format!("{text}=")), None);
    }
}
