//! The public key of an application, as it is kept.

use std::sync::OnceLock;

use diesel::{
    deserialize::{self, FromSql, FromSqlRow},
    sql_types::Text,
};
use hob_oauth1_signature::{PublicKey, RsaKeyError};
use hob_plugin_sdk::db::{Hob, Value};

/// PEM, which is read when the key is first needed, and once: with a row that is
/// kept, the key is kept too.
#[derive(Debug, Clone, FromSqlRow)]
pub struct KeptKey {
    pem: String,
    key: OnceLock<Result<PublicKey, RsaKeyError>>,
}

impl KeptKey {
    /// # Errors
    /// It is no such key.
    pub fn key(&self) -> Result<&PublicKey, RsaKeyError> {
        let read = self.key.get_or_init(|| PublicKey::from_pem(&self.pem));
        read.as_ref().map_err(|error| *error)
    }
}

impl FromSql<Text, Hob> for KeptKey {
    fn from_sql(value: Value<'_>) -> deserialize::Result<Self> {
        Ok(Self {
            pem: <String as FromSql<Text, Hob>>::from_sql(value)?,
            key: OnceLock::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_once() {
        let kept = |pem: &str| KeptKey {
            pem: pem.to_owned(),
            key: OnceLock::new(),
        };
        let good = kept(include_str!(
            "../../../oauth1-signature/src/signature/rsa_2048_public.pem"
        ));
        let first = good.key().expect("it is a key");
        assert!(std::ptr::eq(first, good.key().expect("it still is")));
        assert!(kept("none").key().is_err());
    }
}
