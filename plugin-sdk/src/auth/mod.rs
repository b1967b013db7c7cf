//! The service `hob.auth.token_verifier`: who may call, whatever the scheme.
//!
//! A plugin that issues tokens implements [`TokenVerifier`] and offers
//! [`token_verifier`]; a plugin with an API asks [`TokenVerifiers`], which
//! knows no scheme by name.

mod request;
mod verdict;
mod verifier;
mod verifiers;

pub use request::{HeaderValues, TokenRequest, Wanted};
pub use verdict::{Grant, Refusal, TokenId, Verdict};
pub use verifier::{TokenVerifier, token_verifier};
pub use verifiers::{NoGrant, TokenVerifiers};

/// The words of a scope: what stands between its spaces.
fn words(scope: &str) -> impl Iterator<Item = &str> {
    scope.split(' ').filter(|word| !word.is_empty())
}
