//! Initial access tokens are given out and taken back: each lets applications
//! register themselves (RFC 7591, section 3).

use std::time::Duration;

use hob_plugin_sdk::PluginError;

use crate::{
    OAuth,
    act::Act,
    events::{initial_token_issued, initial_token_revoked},
    models::{InitialAccessToken, NewInitialAccessToken},
    secret::{PlainSecret, SecretKind, operating_system_randomness},
};

pub const MOST_USES: i64 = 1_000_000;
pub const USUAL_LIFETIME: Duration = Duration::from_secs(7 * 24 * 3600);
const LONGEST_LIFETIME: Duration = Duration::from_secs(3650 * 24 * 3600);

/// What a token is to be like. It is right once it exists.
#[derive(Debug, Clone)]
pub struct Wanted {
    uses: i64,
    lifetime: Duration,
    note: Option<String>,
}

/// Why there can be no such token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InitialTokenError {
    #[error("it is no number from 1 to {MOST_USES}")]
    Uses,
    #[error("it must be from 1s to 3650d")]
    Lifetime,
}

impl Wanted {
    /// How many applications can be registered with it, for how long, and for
    /// whom it is.
    ///
    /// # Errors
    /// A number or a time out of bounds.
    pub fn new(
        uses: i64,
        lifetime: Duration,
        note: Option<String>,
    ) -> Result<Self, InitialTokenError> {
        if !(1..=MOST_USES).contains(&uses) {
            return Err(InitialTokenError::Uses);
        }
        if lifetime.is_zero() || lifetime > LONGEST_LIFETIME {
            return Err(InitialTokenError::Lifetime);
        }
        Ok(Self {
            uses,
            lifetime,
            note,
        })
    }
}

/// A token that was just made, with what is shown only now.
pub struct Issued {
    pub plain: PlainSecret,
    pub token: InitialAccessToken,
}

/// Gives one out.
///
/// # Errors
/// The database's.
pub async fn issue_initial_token(
    oauth: &OAuth,
    act: Act,
    wanted: Wanted,
) -> Result<Issued, PluginError> {
    let kind = SecretKind::InitialAccessToken;
    let plain = PlainSecret::generate(kind, act.at, &mut operating_system_randomness());
    let new = NewInitialAccessToken {
        digest: plain.digest(),
        note: wanted.note,
        uses_left: wanted.uses,
        created_at: act.at,
        expires_at: act.at + wanted.lifetime,
    };
    let token = oauth
        .change(move |connection| {
            let token = InitialAccessToken::insert(connection, &new)?;
            initial_token_issued(connection, &act, &token)?;
            Ok(token)
        })
        .await?;
    Ok(Issued { plain, token })
}

/// Ends one. Applications that it let in stay. False if there is none of this
/// number.
///
/// # Errors
/// The database's.
pub async fn revoke_initial_token(oauth: &OAuth, act: Act, id: i64) -> Result<bool, PluginError> {
    oauth
        .change(move |connection| {
            let revoked = InitialAccessToken::revoke(connection, id)?;
            if revoked {
                initial_token_revoked(connection, &act, id)?;
            }
            Ok(revoked)
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uses_and_lifetime_have_bounds() {
        let wanted = |uses, lifetime| Wanted::new(uses, lifetime, None).map(drop);
        let second = Duration::from_secs(1);
        for (uses, lifetime) in [(1, second), (MOST_USES, LONGEST_LIFETIME)] {
            assert_eq!(wanted(uses, lifetime), Ok(()));
        }
        for uses in [0, -1, MOST_USES + 1] {
            assert_eq!(wanted(uses, second), Err(InitialTokenError::Uses));
        }
        for lifetime in [Duration::ZERO, LONGEST_LIFETIME + second] {
            assert_eq!(wanted(1, lifetime), Err(InitialTokenError::Lifetime));
        }
    }
}
