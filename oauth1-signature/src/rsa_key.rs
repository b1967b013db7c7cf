//! RSA keys, as PEM: a client's public key, and the private key of a client
//! that is ours.

use std::{fmt, ops::RangeInclusive};

use rsa::{
    Pkcs1v15Sign,
    pkcs1::{DecodeRsaPrivateKey, DecodeRsaPublicKey},
    pkcs8::{AssociatedOid, DecodePrivateKey, DecodePublicKey},
    traits::PublicKeyParts,
};
use sha1::Digest;

/// Bits of a modulus: what is safe, and what is not too slow to verify.
const BITS: RangeInclusive<u32> = 2048..=4096;

/// Longer texts are not read at all.
const MOST_LETTERS: usize = 16 * 1024;

/// Why a key can't be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RsaKeyError {
    #[error("it is a private key, which nobody else should ever have seen: make a new pair")]
    Private,
    #[error("it is not an RSA key in PEM, which begins with a line such as -----BEGIN {0}-----")]
    Shape(&'static str),
    #[error("it has {0} bits; an RSA key has {min} to {max} here", min = BITS.start(), max = BITS.end())]
    Size(u32),
}

/// Verifies what its owner signed.
#[derive(Clone)]
pub struct PublicKey(rsa::PublicKey);

/// Signs.
pub struct PrivateKey(rsa::PrivateKey);

impl PublicKey {
    /// Reads `-----BEGIN PUBLIC KEY-----` or `-----BEGIN RSA PUBLIC KEY-----`.
    ///
    /// # Errors
    /// [`RsaKeyError`].
    pub fn from_pem(pem: &str) -> Result<Self, RsaKeyError> {
        Self::of_any_size(pem)?.of_safe_size()
    }

    pub(crate) fn of_any_size(pem: &str) -> Result<Self, RsaKeyError> {
        if pem.contains("PRIVATE KEY-----") {
            return Err(RsaKeyError::Private);
        }
        let shape = RsaKeyError::Shape("PUBLIC KEY");
        let pem = trimmed(pem, shape)?;
        let key = if pem.contains("-----BEGIN RSA PUBLIC KEY-----") {
            rsa::PublicKey::from_pkcs1_pem(pem).map_err(|_| shape)?
        } else {
            rsa::PublicKey::from_public_key_pem(pem).map_err(|_| shape)?
        };
        Ok(Self(key))
    }

    fn of_safe_size(self) -> Result<Self, RsaKeyError> {
        safe_size(&self.0)?;
        Ok(self)
    }

    pub(crate) fn has_signed<D: Digest + AssociatedOid>(
        &self,
        message: &[u8],
        signature: &[u8],
    ) -> bool {
        let digest = D::digest(message);
        let scheme = Pkcs1v15Sign::new::<D>();
        self.0.verify(scheme, &digest, signature).is_ok()
    }
}

impl PrivateKey {
    /// Reads `-----BEGIN PRIVATE KEY-----` or `-----BEGIN RSA PRIVATE KEY-----`.
    ///
    /// # Errors
    /// [`RsaKeyError`].
    pub fn from_pem(pem: &str) -> Result<Self, RsaKeyError> {
        let key = Self::of_any_size(pem)?;
        safe_size(&key.0)?;
        Ok(key)
    }

    pub(crate) fn of_any_size(pem: &str) -> Result<Self, RsaKeyError> {
        let shape = RsaKeyError::Shape("PRIVATE KEY");
        let pem = trimmed(pem, shape)?;
        let key = if pem.contains("-----BEGIN RSA PRIVATE KEY-----") {
            rsa::PrivateKey::from_pkcs1_pem(pem).map_err(|_| shape)?
        } else {
            rsa::PrivateKey::from_pkcs8_pem(pem).map_err(|_| shape)?
        };
        Ok(Self(key))
    }

    pub(crate) fn sign<D: Digest + AssociatedOid>(&self, message: &[u8]) -> Vec<u8> {
        let scheme = Pkcs1v15Sign::new::<D>();
        self.0
            .sign(scheme, &D::digest(message))
            .expect("a key that was read is consistent, and longer than the digest")
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PublicKey({} bits)", self.0.n().bit_width())
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PrivateKey(…)")
    }
}

fn trimmed(pem: &str, shape: RsaKeyError) -> Result<&str, RsaKeyError> {
    let fits = pem.len() <= MOST_LETTERS;
    fits.then_some(pem.trim()).ok_or(shape)
}

fn safe_size(key: &impl PublicKeyParts) -> Result<(), RsaKeyError> {
    let bits = key.n().bit_width();
    if BITS.contains(&bits) {
        Ok(())
    } else {
        Err(RsaKeyError::Size(bits))
    }
}
