//! Demonstrating proof of possession (RFC 9449): a token that works only for
//! whoever holds the key that it was issued to.
//!
//! `proof` says what a proof is worth, `nonce` how old it can be; here they
//! meet the requests to this server. How a resource is asked for stands in
//! `token_verifier`.

mod nonce;
mod proof;

use hob_plugin_sdk::{PluginError, Request, Response};

pub use nonce::Nonces;
pub use proof::{DpopError, Proof, ProvedRequest};

use crate::{OAuth, error::OAuthError};

/// What the server's key for nonces is kept under.
const NONCE_KEY: &str = "dpop_nonce";

/// The proof that a request to this server carries; none where there is no
/// header `DPoP`. It is not used up yet.
///
/// # Errors
/// The proof does not hold.
pub async fn proof_of(oauth: &OAuth, request: &Request) -> Result<Option<Proof>, OAuthError> {
    let headers: Vec<&str> = request.headers("dpop").collect();
    let text = match (request.header_count("dpop"), headers.as_slice()) {
        (0, _) => return Ok(None),
        (1, [text]) => text,
        (1, _) => return Err(DpopError::Missing.into()),
        (_, _) => return Err(DpopError::Repeated.into()),
    };
    let proved = ProvedRequest {
        method: request.method(),
        origin: oauth.host().site().origin(),
        path: request.path(),
        access_token: None,
    };
    let nonces = oauth.dpop_nonces().await?;
    Ok(Some(Proof::check(text, &proved, nonces, oauth.now())?))
}

/// The answer to a request with this proof, with the nonce for the next one.
pub fn with_next_nonce(response: Response, proof: Option<&Proof>) -> Response {
    match proof.and_then(|proof| proof.next_nonce.clone()) {
        Some(nonce) => response.with_header("dpop-nonce", nonce),
        None => response,
    }
}

impl OAuth {
    /// The nonces that proofs have to carry; none where the operator wants
    /// none.
    ///
    /// # Errors
    /// The database's.
    pub async fn dpop_nonces(&self) -> Result<Option<&Nonces>, PluginError> {
        if !self.settings().dpop_nonce {
            return Ok(None);
        }
        if let Some(nonces) = self.nonces.get() {
            return Ok(Some(nonces));
        }
        let key = self.server_key(NONCE_KEY).await?;
        Ok(Some(self.nonces.get_or_init(|| Nonces::new(key))))
    }
}
