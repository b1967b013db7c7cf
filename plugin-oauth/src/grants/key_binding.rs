//! Which key a code or a refresh token is bound to, and whether a proof is of
//! that key (RFC 9449, sections 5 and 10).

use crate::{dpop::Proof, error::GrantError, models::Client};
use hob_jose::KeyThumbprint;

/// Whether what is presented may be used with this proof.
///
/// # Errors
/// It is bound to a key, and the proof is not of that key.
pub fn verify_key(
    bound_to: Option<&KeyThumbprint>,
    proof: Option<&Proof>,
) -> Result<(), GrantError> {
    match (bound_to, proof) {
        (None, _) => Ok(()),
        (Some(_), None) => Err(GrantError::ProofMissing),
        (Some(thumbprint), Some(proof)) if *thumbprint == proof.thumbprint => Ok(()),
        (Some(_), Some(_)) => Err(GrantError::OtherKey),
    }
}

/// The key that a new refresh token is bound to. That of a confidential client
/// is guarded by its authentication, so such a client can change its key.
pub fn refresh_key(
    client: &Client,
    bound_to: Option<&KeyThumbprint>,
    proof: Option<&Proof>,
) -> Option<KeyThumbprint> {
    let own = proof.map(|proof| &proof.thumbprint);
    bound_to.or(own.filter(|_| client.is_public())).cloned()
}
