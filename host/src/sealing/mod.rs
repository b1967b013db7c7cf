//! Sealing: what has to be kept in the clear is kept encrypted, under keys that
//! lie in a file outside the database.
//!
//! XChaCha20-Poly1305 with a random nonce, so that any number of secrets can
//! be sealed under one key. What is sealed is bound to its plugin and its
//! place. The newest key seals, all of the ring open; a key is named by an id
//! that is made of it, so that a damaged one is noticed. Knows neither what is
//! sealed nor where that is kept.

mod file;
mod interface;
mod uses;

use chacha20poly1305::{AeadInOut, KeyInit, Tag, XChaCha20Poly1305, XNonce};
use hob_plugin_sdk::{db::Timestamp, sealing::KeyId};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

pub use self::{
    file::{KeyFile, KeyFileError},
    interface::SealingTable,
    uses::{SealedProvider, Uses},
};
use crate::secret::random;

/// The one way of sealing that there is.
const VERSION: u8 = 1;
const KEY_LENGTH: usize = 32;
const NONCE_LENGTH: usize = 24;
const TAG_LENGTH: usize = 16;
const HEADER_LENGTH: usize = 1 + 8;
/// What sealing adds to a secret's length.
const OVERHEAD: usize = HEADER_LENGTH + NONCE_LENGTH + TAG_LENGTH;
/// Secrets are short; a photograph is none.
const LONGEST_SECRET: usize = 64 * 1024;

/// A key of the site's. It is overwritten when it is dropped, and prints
/// nothing but its id.
pub struct Key {
    id: KeyId,
    made_at: Timestamp,
    bytes: Zeroizing<[u8; KEY_LENGTH]>,
}

impl Key {
    /// A new key: 256 bits from the operating system's generator.
    ///
    /// # Panics
    /// The operating system has no random numbers.
    #[must_use]
    pub fn generate(made_at: Timestamp) -> Self {
        Self::new(Zeroizing::new(random()), made_at)
    }

    fn new(bytes: Zeroizing<[u8; KEY_LENGTH]>, made_at: Timestamp) -> Self {
        let digest = Sha256::new()
            .chain_update(b"hob.sealing 1, the id of a key\0")
            .chain_update(bytes.as_slice())
            .finalize();
        let (first, _) = digest.split_first_chunk().expect("a digest has 32 bytes");
        Self {
            id: KeyId::new(u64::from_be_bytes(*first)),
            made_at,
            bytes,
        }
    }

    /// Names it, and tells nothing of it.
    #[must_use]
    pub fn id(&self) -> KeyId {
        self.id
    }

    #[must_use]
    pub fn made_at(&self) -> Timestamp {
        self.made_at
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&*self.bytes).into())
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Key({})", self.id)
    }
}

/// The keys of a site: the first seals, all open. There is at least one.
#[derive(Debug)]
pub struct KeyRing {
    keys: Vec<Key>,
}

/// Why a secret is not sealed or not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    #[error("a secret to be sealed has at most {LONGEST_SECRET} bytes")]
    TooLong,
    #[error("it is sealed under the key {0}, which is not among the site's")]
    KeyMissing(KeyId),
    /// Changed, of another plugin or place, or never sealed.
    #[error("it is not what was sealed for this place")]
    NotSealedHere,
}

/// Whose secret it is, and where that keeps it.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    pub plugin: &'a str,
    pub place: &'a str,
}

impl Place<'_> {
    /// What is authenticated beside the secret. A plugin's id holds no zero, so
    /// that no two of these are alike.
    fn associated_data(&self, header: &[u8]) -> Vec<u8> {
        [
            b"hob.sealing\0",
            header,
            self.plugin.as_bytes(),
            b"\0",
            self.place.as_bytes(),
        ]
        .concat()
    }
}

impl KeyRing {
    /// None without a key.
    fn new(keys: Vec<Key>) -> Option<Self> {
        (!keys.is_empty()).then_some(Self { keys })
    }

    /// The one that seals.
    ///
    /// # Panics
    /// Never: there is one.
    #[must_use]
    pub fn newest(&self) -> &Key {
        self.keys.first().expect("a ring has at least one key")
    }

    /// All, the one that seals first.
    #[must_use]
    pub fn keys(&self) -> &[Key] {
        &self.keys
    }

    fn find(&self, id: KeyId) -> Option<&Key> {
        self.keys.iter().find(|key| key.id == id)
    }

    /// Seals a secret.
    ///
    /// # Errors
    /// [`SealError::TooLong`].
    ///
    /// # Panics
    /// The operating system has no random numbers.
    pub fn seal(&self, secret: &[u8], place: Place<'_>) -> Result<Vec<u8>, SealError> {
        if secret.len() > LONGEST_SECRET {
            return Err(SealError::TooLong);
        }
        let key = self.newest();
        let nonce: [u8; NONCE_LENGTH] = random();
        let mut sealed = Vec::with_capacity(secret.len() + OVERHEAD);
        sealed.push(VERSION);
        sealed.extend(key.id.bits().to_be_bytes());
        let associated = place.associated_data(&sealed);
        sealed.extend(nonce);
        let at = sealed.len();
        // Encrypted where it lies: what is freed never held the secret.
        sealed.extend(secret);
        let tag = key
            .cipher()
            .encrypt_inout_detached(
                &XNonce::from(nonce),
                &associated,
                sealed[at..].as_mut().into(),
            )
            .map_err(|_| SealError::TooLong)?;
        sealed.extend(tag);
        Ok(sealed)
    }

    /// Opens what was sealed for this place into the beginning of `buffer`, and
    /// answers with the secret's length. Whatever goes wrong, no part of a
    /// secret is left in `buffer`.
    ///
    /// # Errors
    /// Its key is not there, or it is not what was sealed for this place.
    pub fn open(
        &self,
        sealed: &[u8],
        place: Place<'_>,
        buffer: &mut [u8],
    ) -> Result<usize, SealError> {
        let (header, rest) = sealed
            .split_at_checked(HEADER_LENGTH)
            .ok_or(SealError::NotSealedHere)?;
        let (nonce, rest) = rest
            .split_first_chunk::<NONCE_LENGTH>()
            .ok_or(SealError::NotSealedHere)?;
        let (secret, tag) = rest
            .split_last_chunk::<TAG_LENGTH>()
            .ok_or(SealError::NotSealedHere)?;
        let (&VERSION, id) = header.split_first().ok_or(SealError::NotSealedHere)? else {
            return Err(SealError::NotSealedHere);
        };
        let id = KeyId::new(u64::from_be_bytes(
            id.try_into().map_err(|_| SealError::NotSealedHere)?,
        ));
        let key = self.find(id).ok_or(SealError::KeyMissing(id))?;
        let buffer = buffer
            .get_mut(..secret.len())
            .ok_or(SealError::NotSealedHere)?;
        buffer.copy_from_slice(secret);
        key.cipher()
            .decrypt_inout_detached(
                &XNonce::from(*nonce),
                &place.associated_data(header),
                (&mut *buffer).into(),
                &Tag::from(*tag),
            )
            .map_err(|_| SealError::NotSealedHere)?;
        Ok(secret.len())
    }
}

#[cfg(test)]
mod tests;
