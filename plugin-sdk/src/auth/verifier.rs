//! The side of the plugin that judges tokens.

use std::{future::Future, sync::Arc};

use abi_stable::std_types::{ROption, RResult, RString, RVec};

use super::{TokenRequest, Verdict, Wanted, verdict::strings_out};
use crate::{
    PluginError,
    abi::{
        FfiFutureExt, RawContext, RawError,
        auth::{RawTokenRequest, RawVerdict, RawWanted, TokenVerifierV1, VerdictFuture},
    },
    panic::{Guarded, guard, guard_or},
};

/// A plugin that judges tokens.
pub trait TokenVerifier: Send + Sync + 'static {
    /// Judges a request. An error is a 503 for the caller, never access.
    fn verify(
        &self,
        request: TokenRequest<'_>,
    ) -> impl Future<Output = Result<Verdict, PluginError>> + Send;

    /// The challenges for a request without any credentials.
    fn challenges(&self, wanted: Wanted<'_>) -> Vec<String>;

    /// The issuer identifier of the authorization server (RFC 8414), if any.
    fn issuer(&self) -> Option<String>;
}

/// The function table of a verifier, for [`crate::Declaration::offer`].
#[must_use]
pub fn token_verifier<V: TokenVerifier>(verifier: Arc<V>) -> &'static TokenVerifierV1 {
    // Plugins are never unloaded, so the table and its verifier live for ever.
    let context: RawContext = Arc::into_raw(verifier).cast();
    Box::leak(Box::new(TokenVerifierV1 {
        context,
        verify: verify::<V>,
        challenges: challenges::<V>,
        issuer: issuer::<V>,
    }))
}

fn verifier<V: TokenVerifier>(context: RawContext) -> &'static V {
    // SAFETY: `token_verifier::<V>` made the context from an `Arc<V>` whose
    // count it never gives back, so the verifier lives for ever.
    unsafe { &*context.cast::<V>() }
}

extern "C" fn verify<'a, V: TokenVerifier>(
    context: RawContext,
    raw: &'a RawTokenRequest<'a>,
) -> VerdictFuture<'a> {
    let begun = guard(|| {
        let verdict = verifier::<V>(context).verify(TokenRequest::from_raw(raw));
        let answer = |verdict: Result<Verdict, PluginError>| {
            verdict.map(RawVerdict::from).map_err(RawError::from)
        };
        Ok(Guarded::new(verdict, answer).into_ffi())
    });
    match begun {
        RResult::ROk(verdict) => verdict,
        RResult::RErr(error) => std::future::ready(RResult::RErr(error)).into_ffi(),
    }
}

extern "C" fn challenges<V: TokenVerifier>(
    context: RawContext,
    wanted: RawWanted<'_>,
) -> RVec<RString> {
    guard_or(RVec::new(), || {
        strings_out(verifier::<V>(context).challenges(Wanted::from_raw(wanted)))
    })
}

extern "C" fn issuer<V: TokenVerifier>(context: RawContext) -> ROption<RString> {
    guard_or(ROption::RNone, || {
        verifier::<V>(context).issuer().map(RString::from).into()
    })
}
