//! The service `hob.auth.token_verifier`: who may call, whatever the scheme.
//!
//! A plugin that issues tokens implements [`TokenVerifier`] and offers
//! [`token_verifier`]; a plugin with an API asks [`TokenVerifiers`], which
//! knows no scheme by name. What the API should say in public of those tokens
//! comes by [`ResourceMetadata`].

mod request;
mod resource_metadata;
mod verdict;
mod verifier;
mod verifiers;

pub use request::{HeaderValues, TokenRequest, Wanted};
pub use resource_metadata::{ResourceMetadata, resource_metadata};
pub use verdict::{Grant, Refusal, TokenId, Verdict};
pub use verifier::{TokenVerifier, token_verifier};
pub use verifiers::{NoGrant, TokenVerifiers};

/// The words of a scope: what stands between its spaces.
fn words(scope: &str) -> impl Iterator<Item = &str> {
    scope.split(' ').filter(|word| !word.is_empty())
}
