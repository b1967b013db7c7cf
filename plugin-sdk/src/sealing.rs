//! Secrets that have to be kept in the clear, such as those that HMAC needs,
//! by interface `hob.sealing`.
//!
//! They are kept sealed: encrypted and authenticated under a key of the site's
//! that lies in a file outside the database, so that a copy of the database
//! tells none of them. What is sealed is bound to the plugin and to a place,
//! say the row and the column, so that it opens nowhere else. Whatever can be
//! kept as a digest is kept as a digest.
//!
//! A plugin that seals says `seals = true` in `plugin.toml`, and offers
//! [`sealed`], by which the operator's `hob keys` tells what is sealed under
//! which key and has it sealed anew.

use std::{fmt, future::Future, sync::Arc};

use abi_stable::std_types::{RSlice, RSliceMut, RStr};
use diesel::{
    deserialize::{self, FromSql, FromSqlRow},
    expression::AsExpression,
    serialize::{self, IsNull, Output, ToSql},
    sql_types::{BigInt, Binary},
};
use zeroize::Zeroizing;

pub use crate::abi::sealing::RawResealed as Resealed;
use crate::{
    PluginError,
    abi::{
        RawContext, RawError,
        sealing::{RawKeyUses, ResealFuture, SealedV1, SealingV1, UsesFuture},
    },
    db::{Hob, Value},
    service::answer,
};

/// Seals and opens for one plugin.
#[derive(Clone, Copy)]
pub struct Sealing {
    table: &'static SealingV1,
}

impl Sealing {
    pub(crate) fn new(table: &'static SealingV1) -> Self {
        Self { table }
    }

    /// The key that seals. What is sealed under another is to be sealed anew.
    #[must_use]
    pub fn key(&self) -> KeyId {
        KeyId((self.table.key)(self.table.context))
    }

    /// Seals a secret for a place: a text that names where it is kept, and that
    /// stays the same, such as `consumer 4f1x, secret`.
    ///
    /// # Errors
    /// It is longer than the host takes.
    pub fn seal(&self, secret: &[u8], place: &str) -> Result<Sealed, PluginError> {
        let sealed = (self.table.seal)(
            self.table.context,
            RSlice::from_slice(secret),
            RStr::from_str(place),
        );
        Ok(Sealed(sealed.into_result()?.into()))
    }

    /// Opens what was sealed for this place.
    ///
    /// # Errors
    /// Its key is not there, or this is not what was sealed for this place.
    pub fn open(&self, sealed: &Sealed, place: &str) -> Result<Opened, OpenError> {
        let mut buffer = Zeroizing::new(vec![0; sealed.0.len()]);
        let opened = (self.table.open)(
            self.table.context,
            RSlice::from_slice(&sealed.0),
            RStr::from_str(place),
            RSliceMut::from_mut_slice(&mut buffer),
        );
        let length = opened.into_result().map_err(|error| match error.kind {
            RawError::KIND_NOT_FOUND => OpenError::KeyMissing(sealed.key().unwrap_or_default()),
            _ => OpenError::NotSealedHere,
        })?;
        buffer.truncate(usize::try_from(length).map_err(|_| OpenError::NotSealedHere)?);
        Ok(Opened(buffer))
    }

    /// Seals the same secret anew, where another key than this site's present
    /// one sealed it. None where there is nothing to do.
    ///
    /// # Errors
    /// It can't be opened.
    pub fn reseal(&self, sealed: &Sealed, place: &str) -> Result<Option<Sealed>, PluginError> {
        if sealed.key() == Some(self.key()) {
            return Ok(None);
        }
        let secret = self.open(sealed, place)?;
        Ok(Some(self.seal(secret.reveal(), place)?))
    }
}

/// Names a key, and tells nothing of it. As text it has 16 hexadecimal digits.
/// It may be kept in a `BigInt` column, so that what is sealed under other keys
/// is found by it.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow,
)]
#[diesel(sql_type = BigInt)]
pub struct KeyId(u64);

impl KeyId {
    #[must_use]
    pub const fn new(bits: u64) -> Self {
        Self(bits)
    }

    #[must_use]
    pub const fn bits(self) -> u64 {
        self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:016x}", self.0)
    }
}

impl ToSql<BigInt, Hob> for KeyId {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Hob>) -> serialize::Result {
        out.set_value(self.0.cast_signed());
        Ok(IsNull::No)
    }
}

impl FromSql<BigInt, Hob> for KeyId {
    fn from_sql(value: Value<'_>) -> deserialize::Result<Self> {
        let bits = <i64 as FromSql<BigInt, Hob>>::from_sql(value)?;
        Ok(Self(bits.cast_unsigned()))
    }
}

/// What is stored of a secret, in a `Binary` column.
#[derive(Clone, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Binary)]
pub struct Sealed(Vec<u8>);

impl Sealed {
    /// What was stored.
    #[must_use]
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// What is to be stored.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The key that it is sealed under; none if this is nothing sealed.
    #[must_use]
    pub fn key(&self) -> Option<KeyId> {
        let (version, rest) = self.0.split_first()?;
        let (key, _) = rest.split_first_chunk()?;
        (*version == 1).then(|| KeyId(u64::from_be_bytes(*key)))
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.key() {
            Some(key) => write!(formatter, "Sealed(under {key})"),
            None => formatter.write_str("Sealed(?)"),
        }
    }
}

impl ToSql<Binary, Hob> for Sealed {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Hob>) -> serialize::Result {
        out.set_value(&self.0[..]);
        Ok(IsNull::No)
    }
}

impl FromSql<Binary, Hob> for Sealed {
    fn from_sql(value: Value<'_>) -> deserialize::Result<Self> {
        Ok(Self(<Vec<u8> as FromSql<Binary, Hob>>::from_sql(value)?))
    }
}

/// A secret in the clear. It is overwritten when it is dropped, and prints
/// nothing.
pub struct Opened(Zeroizing<Vec<u8>>);

impl Opened {
    /// The secret itself.
    #[must_use]
    pub fn reveal(&self) -> &[u8] {
        &self.0
    }

    /// The secret itself, where it is text.
    #[must_use]
    pub fn reveal_text(&self) -> Option<&str> {
        str::from_utf8(&self.0).ok()
    }
}

impl fmt::Debug for Opened {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Opened(…)")
    }
}

/// Why something sealed stays closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The key that it is sealed under is not in the site's file of keys.
    #[error("a secret is sealed under the key {0}, which the site does not have")]
    KeyMissing(KeyId),
    /// It was changed, was sealed for another place or plugin, or never sealed.
    #[error("a secret is not what was sealed for this place")]
    NotSealedHere,
}

impl From<OpenError> for PluginError {
    fn from(error: OpenError) -> Self {
        Self::new(error.to_string())
    }
}

/// A plugin that keeps secrets sealed, for an operator who changes keys.
pub trait SealedSecrets: Send + Sync + 'static {
    /// How many secrets are sealed under which key.
    fn uses(&self) -> impl Future<Output = Result<Vec<(KeyId, u64)>, PluginError>> + Send;

    /// Seals anew whatever [`Sealing::key`] did not seal. What can't be opened
    /// stays as it is, and is counted.
    fn reseal(&self) -> impl Future<Output = Result<Resealed, PluginError>> + Send;
}

/// The function table of a plugin that seals, for
/// [`crate::Declaration::offer`].
#[must_use]
pub fn sealed<S: SealedSecrets>(provider: Arc<S>) -> &'static SealedV1 {
    // Plugins are never unloaded, so the table and its provider live for ever.
    let context: RawContext = Arc::into_raw(provider).cast();
    Box::leak(Box::new(SealedV1 {
        context,
        uses: uses::<S>,
        reseal: reseal::<S>,
    }))
}

fn provider<S: SealedSecrets>(context: RawContext) -> &'static S {
    // SAFETY: `sealed::<S>` made the context from an `Arc<S>` whose count it
    // never gives back, so the provider lives for ever.
    unsafe { &*context.cast::<S>() }
}

extern "C" fn uses<S: SealedSecrets>(context: RawContext) -> UsesFuture {
    answer(
        || provider::<S>(context).uses(),
        |all| {
            let raw = |(key, secrets): (KeyId, u64)| RawKeyUses {
                key: key.bits(),
                secrets,
            };
            all.into_iter().map(raw).collect()
        },
    )
}

extern "C" fn reseal<S: SealedSecrets>(context: RawContext) -> ResealFuture {
    answer(|| provider::<S>(context).reseal(), std::convert::identity)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_names_its_key_and_nothing_prints_a_secret() {
        let key = KeyId::new(0x0123_4567_89ab_cdef);
        let mut bytes = vec![1];
        bytes.extend(key.bits().to_be_bytes());
        bytes.extend([7; 40]);
        let sealed = Sealed::from_bytes(bytes.clone());
        assert_eq!(sealed.key(), Some(key));
        assert_eq!(format!("{sealed:?}"), "Sealed(under 0123456789abcdef)");
        bytes[0] = 2;
        assert_eq!(Sealed::from_bytes(bytes).key(), None);
        assert_eq!(Sealed::from_bytes(vec![1, 2]).key(), None);
        let opened = Opened(Zeroizing::new(b"secret".to_vec()));
        assert_eq!(format!("{opened:?}"), "Opened(…)");
        assert_eq!(opened.reveal_text(), Some("secret"));
        assert_eq!(Opened(Zeroizing::new(vec![0xff])).reveal_text(), None);
    }
}
