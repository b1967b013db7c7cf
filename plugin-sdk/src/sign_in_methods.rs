//! The service `hob.sign_in_methods`: a plugin that signs members in has its
//! buttons on the site's sign-in page.
//!
//! It implements [`SignInMethods`], offers [`sign_in_methods`], says `signs_in
//! = true` in its `plugin.toml`, and answers with
//! [`Response::signing_in`](crate::Response::signing_in) once it knows who
//! somebody is.

use std::sync::Arc;

use abi_stable::std_types::{RStr, RString, RVec};

use crate::{
    Text,
    abi::{
        RawContext,
        sign_in_methods::{RawSignInMethod, SignInMethodsV1},
    },
    panic::guard_or,
};

/// A plugin that signs members in.
pub trait SignInMethods: Send + Sync + 'static {
    /// All ways that there are, in the order in which they are shown, with
    /// words in a language by its name, such as `de`. The sign-in page waits
    /// for it.
    fn list(&self, language: &str) -> Vec<SignInMethod>;

    /// Where a member looks after those of the account: a path of this
    /// plugin's own, as its routes have it.
    fn account_path(&self) -> Option<String>;
}

/// One way to sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInMethod {
    /// What the button says, such as `Continue with Mastodon`.
    pub text: Text,
    /// Where it begins: a path of this plugin's own, as its routes have it. A
    /// GET of it gets `next`, the path of the site to go to afterwards, and
    /// `anew=1` where somebody has to sign in anew.
    pub path: Text,
    /// Whether it can tell when somebody showed there who is there, and has
    /// that done anew: then it says so by
    /// [`Response::authenticated_at`](crate::Response::authenticated_at). Else
    /// it is not offered where somebody has to sign in anew.
    pub tells_when: bool,
}

/// The function table of a provider, for [`crate::Declaration::offer`].
#[must_use]
pub fn sign_in_methods<S: SignInMethods>(provider: Arc<S>) -> &'static SignInMethodsV1 {
    // Plugins are never unloaded, so the table and its provider live for ever.
    let context: RawContext = Arc::into_raw(provider).cast();
    Box::leak(Box::new(SignInMethodsV1 {
        context,
        list: list::<S>,
        account_path: account_path::<S>,
    }))
}

fn provider<S: SignInMethods>(context: RawContext) -> &'static S {
    // SAFETY: `sign_in_methods::<S>` made the context from an `Arc<S>` whose
    // count it never gives back, so the provider lives for ever.
    unsafe { &*context.cast::<S>() }
}

extern "C" fn list<S: SignInMethods>(
    context: RawContext,
    language: RStr<'_>,
) -> RVec<RawSignInMethod> {
    let raw = |method: SignInMethod| RawSignInMethod {
        text: method.text,
        path: method.path,
        tells_when: method.tells_when,
    };
    guard_or(RVec::new(), || {
        let methods = provider::<S>(context).list(&language);
        methods.into_iter().map(raw).collect()
    })
}

extern "C" fn account_path<S: SignInMethods>(context: RawContext) -> RString {
    guard_or(RString::new(), || {
        let path = provider::<S>(context).account_path();
        path.unwrap_or_default().into()
    })
}
