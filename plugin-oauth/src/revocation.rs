//! A client gives its own tokens back (RFC 7009).
//!
//! | revoked | what dies |
//! |---|---|
//! | a refresh token, also one that was superseded | it, and all tokens that came of the same authorization |
//! | an access token | it alone; the refresh token beside it lives |
//!
//! An access token alone is what a client gives back that has lent it to
//! somebody; one that signs its member out gives the refresh token back. The
//! consent stays in either case: it is the member's to take back.

use crate::{
    OAuth,
    act::{Act, Origin},
    error::OAuthError,
    issued_token::IssuedToken,
    models::Client,
};

/// Revokes a token, if it is this client's. Another's stays as it is, and
/// nobody is told that there is one.
///
/// # Errors
/// The database's.
pub async fn revoke(
    oauth: &OAuth,
    client: &Client,
    origin: Origin,
    token: IssuedToken,
) -> Result<(), OAuthError> {
    let found = oauth.read(move |connection| token.find(connection)).await?;
    let Some(found) = found.filter(|found| found.is_of(client)) else {
        return Ok(());
    };
    let events = oauth.events();
    let act = Act::of_client(&client.client_id, origin, oauth.now());
    oauth
        .change(move |connection| found.revoke(connection, events, &act, false))
        .await?;
    Ok(())
}
