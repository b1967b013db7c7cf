//! Signed JSON Web Tokens that strangers send (RFC 7515, RFC 7519), and the
//! public keys that they are signed by (RFC 7517), for the plugins that have to
//! believe one: assertions of clients, proofs of possession, ID tokens.
//!
//! It knows neither who owns a key nor what a claim means, and signs nothing.

mod jwk;
mod jwt;
mod key_set;
mod key_thumbprint;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use jwk::{Algorithm, JsonWebKey, JwkError, PublicKey};
pub use jwt::{JwtError, NumericDate, SignedToken};
pub use key_set::{JsonWebKeySet, KeySet, KeySetError};
pub use key_thumbprint::KeyThumbprint;
