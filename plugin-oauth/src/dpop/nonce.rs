//! Nonces for DPoP proofs (RFC 9449, section 8), without a table of them.
//!
//! A nonce is a keyed digest of the minute in which it was given out, so every
//! node that has the key knows it again. The key guards nothing but how old a
//! proof can be.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use hob_plugin_sdk::db::Timestamp;
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::models::ServerKey;

/// For how long a nonce is given out. It is good for as long again.
const STEP: Duration = Duration::from_secs(60);
/// 128 bits: nobody guesses one within two minutes.
const LENGTH: usize = 16;

/// Gives out nonces and knows them again.
#[derive(Debug, Clone)]
pub struct Nonces {
    key: ServerKey,
}

impl Nonces {
    #[must_use]
    pub const fn new(key: ServerKey) -> Self {
        Self { key }
    }

    /// The nonce to give out now.
    #[must_use]
    pub fn current(&self, now: Timestamp) -> String {
        self.of_step(step(now))
    }

    /// When it stops to be good, if it is. The next one is good too: another
    /// node's clock may be ahead.
    #[must_use]
    pub fn good_until(&self, nonce: &str, now: Timestamp) -> Option<Timestamp> {
        let current = step(now);
        [current - 1, current, current + 1]
            .into_iter()
            .find(|step| {
                nonce
                    .as_bytes()
                    .ct_eq(self.of_step(*step).as_bytes())
                    .into()
            })
            .map(|step| Timestamp::UNIX_EPOCH + STEP * u32::try_from(step + 2).unwrap_or(u32::MAX))
    }

    fn of_step(&self, step: i64) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.key.reveal())
            .expect("HMAC takes a key of any length");
        mac.update(&step.to_be_bytes());
        URL_SAFE_NO_PAD.encode(&mac.finalize().into_bytes()[..LENGTH])
    }
}

/// The number of the minute.
fn step(now: Timestamp) -> i64 {
    now.as_seconds().div_euclid(STEP.as_secs().cast_signed())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::operating_system_randomness;

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

    #[test]
    fn a_nonce_is_good_for_one_to_two_minutes() {
        let nonces = Nonces::new(ServerKey::generate(&mut operating_system_randomness()));
        let nonce = nonces.current(NOW);
        let good_until = nonces.good_until(&nonce, NOW).unwrap();
        assert_eq!(good_until, NOW + 2 * STEP);
        assert_eq!(nonces.current(NOW + Duration::from_secs(59)), nonce);
        assert_ne!(nonces.current(NOW + STEP), nonce);
        let just_before = NOW + Duration::from_secs(119);
        assert_eq!(nonces.good_until(&nonce, just_before), Some(good_until));
        assert_eq!(nonces.good_until(&nonce, NOW + 2 * STEP), None);
        // A node whose clock is behind.
        let behind = NOW - Duration::from_secs(1);
        assert_eq!(nonces.good_until(&nonce, behind), Some(good_until));
    }

    #[test]
    fn a_nonce_of_another_key_is_none() {
        let randomness = &mut operating_system_randomness();
        let nonces = Nonces::new(ServerKey::generate(randomness));
        let others = Nonces::new(ServerKey::generate(randomness));
        assert_eq!(others.good_until(&nonces.current(NOW), NOW), None);
        for bad in ["", "x", &"A".repeat(22)] {
            assert_eq!(nonces.good_until(bad, NOW), None, "{bad}");
        }
    }
}
