//! Passwords: what is accepted, and Argon2id.

use std::sync::Arc;

use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use tokio::sync::Semaphore;

/// A password that somebody typed. Never shown, stored or logged.
#[derive(Clone)]
pub struct Password(String);

/// Why a password is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    #[error("a password has at least {} characters", Password::SHORTEST)]
    Short,
    #[error("a password has at most {} bytes", Password::LONGEST)]
    Long,
    #[error("the password must not be the username")]
    IsUsername,
}

impl Password {
    /// In characters.
    pub const SHORTEST: usize = 10;
    /// Bytes, so that hashing stays cheap to ask for.
    pub const LONGEST: usize = 1024;

    /// A new password for this username.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn chosen(text: &str, username: &str) -> Result<Self, PasswordError> {
        if text.chars().count() < Self::SHORTEST {
            return Err(PasswordError::Short);
        }
        if text.len() > Self::LONGEST {
            return Err(PasswordError::Long);
        }
        if text.eq_ignore_ascii_case(username) {
            return Err(PasswordError::IsUsername);
        }
        Ok(Self(text.to_owned()))
    }

    /// A password presented at sign-in, whatever it is.
    #[must_use]
    pub fn presented(text: &str) -> Self {
        let end = text.floor_char_boundary(Self::LONGEST + 1);
        Self(text[..end].to_owned())
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Password(…)")
    }
}

/// The hash of a password that nobody knows, with the parameters of all others.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5bm9ib2R5$\
                      wQ0Zl1o0Vw9h7m5z3l8jv0mZ2bq0i3w6q4s8d1f2g3g";

/// Hashes passwords, a few at a time: each takes 19 MiB and a core.
#[derive(Clone)]
pub struct PasswordHasher {
    turns: Arc<Semaphore>,
}

impl Default for PasswordHasher {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            turns: Arc::new(Semaphore::new(cores)),
        }
    }
}

impl PasswordHasher {
    /// Argon2id with the parameters that OWASP recommends, as a PHC string.
    pub async fn hash(&self, password: Password) -> String {
        self.in_turn(move || {
            Argon2::default()
                .hash_password(password.0.as_bytes())
                .expect("the operating system has random numbers and the password fits")
                .to_string()
        })
        .await
    }

    /// Whether the password is the one that was hashed. Without a hash it
    /// takes the same time and says no, so that an unknown username looks like
    /// a wrong password.
    pub async fn verify(&self, password: Password, hash: Option<String>) -> bool {
        self.in_turn(move || {
            let known = hash.is_some();
            let text = hash.as_deref().unwrap_or(NOBODY);
            let matches = PasswordHash::new(text).is_ok_and(|hash| {
                Argon2::default()
                    .verify_password(password.0.as_bytes(), &hash)
                    .is_ok()
            });
            known && matches
        })
        .await
    }

    async fn in_turn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> T {
        let turn = self
            .turns
            .clone()
            .acquire_owned()
            .await
            .expect("the semaphore is never closed");
        tokio::task::spawn_blocking(move || {
            let result = work();
            drop(turn);
            result
        })
        .await
        .expect("hashing does not panic")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_right_password_is_known_and_a_wrong_one_is_not() {
        let hasher = PasswordHasher::default();
        let hash = hasher
            .hash(Password::chosen("a long enough one", "alice").unwrap())
            .await;
        assert!(hash.starts_with("$argon2id$"));
        let right = Password::presented("a long enough one");
        assert!(hasher.verify(right.clone(), Some(hash.clone())).await);
        assert!(
            !hasher
                .verify(Password::presented("another"), Some(hash))
                .await
        );
        assert!(!hasher.verify(right, None).await);
    }

    #[test]
    fn the_hash_for_nobody_is_one_that_takes_time() {
        let parsed = PasswordHash::new(NOBODY).expect("it parses");
        let default = argon2::Params::default();
        assert_eq!(parsed.params.get_decimal("m"), Some(default.m_cost()));
        assert_eq!(parsed.params.get_decimal("t"), Some(default.t_cost()));
    }

    #[test]
    fn short_long_and_obvious_passwords_are_refused() {
        let refused = |text: &str| Password::chosen(text, "alice-in-wonderland").unwrap_err();
        assert_eq!(refused("too short"), PasswordError::Short);
        assert_eq!(refused(&"x".repeat(1025)), PasswordError::Long);
        assert_eq!(refused("Alice-in-Wonderland"), PasswordError::IsUsername);
        assert!(Password::chosen("ünïcödé ok", "alice").is_ok());
    }
}
