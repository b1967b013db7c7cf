//! Random secrets, and the digests that are all that is stored of them.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::TryRng;
use sha2::{Digest, Sha256};

/// 256 random bits from the operating system, as they are sent once.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// A fresh secret.
    ///
    /// # Panics
    /// The operating system has no random numbers: nothing can be safe then.
    #[must_use]
    pub fn generate() -> Self {
        Self(URL_SAFE_NO_PAD.encode(random::<32>()))
    }

    /// A secret that somebody presents.
    #[must_use]
    pub fn presented(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// Whether a text could be one that [`Self::generate`] made.
    #[must_use]
    pub fn is_one(text: &str) -> bool {
        URL_SAFE_NO_PAD
            .decode(text)
            .is_ok_and(|bytes| bytes.len() == 32)
    }

    /// The text, to be shown or sent once.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is stored, and found again under a unique index.
    #[must_use]
    pub fn digest(&self) -> Vec<u8> {
        Sha256::digest(self.0.as_bytes()).to_vec()
    }

    /// Another secret, derived from this one for a purpose; this one can't be
    /// found from it.
    #[must_use]
    pub fn derive(&self, purpose: &str) -> String {
        let mut hasher = Sha256::new();
        hasher.update(purpose.as_bytes());
        hasher.update([0]);
        hasher.update(self.0.as_bytes());
        URL_SAFE_NO_PAD.encode(hasher.finalize())
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

/// Random bytes from the operating system.
///
/// # Panics
/// It has none.
#[must_use]
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::rngs::SysRng
        .try_fill_bytes(&mut bytes)
        .expect("the operating system has random numbers");
    bytes
}

/// A random positive number below 2^53, which every JSON reader keeps exact.
#[must_use]
pub fn random_id() -> i64 {
    let bits = u64::from_le_bytes(random::<8>()) >> 11;
    i64::try_from(bits.max(1)).expect("53 bits fit")
}
