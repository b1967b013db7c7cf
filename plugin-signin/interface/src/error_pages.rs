//! The service `hob.signin.error_pages`: another plugin says what a visitor
//! reads where a sign-in fails.
//!
//! It implements [`ErrorPages`], and offers [`error_pages`]. Where several do,
//! the first one with an answer of its own counts, in the operator's order.
//! The status and the request's id stay the sign-in plugin's.

use std::{future::Future, sync::Arc};

use abi_stable::{StableAbi, std_types::RResult};
use hob_plugin_sdk::{
    PluginError, Service, Text,
    abi::{FfiFuture, RawContext, RawError},
    interface,
    service::answer,
};

/// A plugin that words what goes wrong.
pub trait ErrorPages: Send + Sync + 'static {
    /// What the visitor reads. An error is logged, and the usual page shown.
    fn answer(&self, failure: Failure) -> impl Future<Output = Result<Answer, PluginError>> + Send;
}

/// What went wrong, as far as a visitor may know.
#[repr(C)]
#[derive(StableAbi, Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What the operator calls the provider; empty if there is none of the name.
    pub provider: Text,
    /// What members call it.
    pub provider_title: Text,
    /// In one word: `unknown_provider`, `state`, `other_provider`, `declined`,
    /// `not_linked`, `linked_elsewhere`, `last_way`, `member_changed`,
    /// `not_anew`, `refused`, `throttled`, `provider` or `internal`. More may come.
    pub error: Text,
    /// The status of the answer.
    pub status: u16,
    /// Which language the visitor reads, such as `de`.
    pub language: Text,
    /// The usual sentence in that language, as plain text.
    pub sentence: Text,
}

/// What the visitor reads.
#[repr(C, u8)]
#[derive(StableAbi, Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// What the sign-in plugin says itself.
    Usual,
    /// Its page with another sentence: plain text.
    Sentence(Text),
    /// A page in the site's layout, by its title (plain text) and its body
    /// (HTML, set in as it is: whoever makes it escapes what is not its own).
    Page { title: Text, html: Text },
}

#[repr(C)]
#[derive(StableAbi)]
pub struct ErrorPagesV1 {
    context: RawContext,
    answer: extern "C" fn(RawContext, Failure) -> FfiFuture<RResult<Answer, RawError>>,
}

interface!(ErrorPagesV1, "hob.signin.error_pages", 1);

/// The function table of a provider, for
/// [`Declaration::offer`](hob_plugin_sdk::Declaration::offer).
#[must_use]
pub fn error_pages<E: ErrorPages>(provider: Arc<E>) -> &'static ErrorPagesV1 {
    // Plugins are never unloaded, so the table and its provider live for ever.
    Box::leak(Box::new(ErrorPagesV1 {
        context: Arc::into_raw(provider).cast(),
        answer: answer_of::<E>,
    }))
}

extern "C" fn answer_of<E: ErrorPages>(
    context: RawContext,
    failure: Failure,
) -> FfiFuture<RResult<Answer, RawError>> {
    // SAFETY: `error_pages::<E>` made the context from an `Arc<E>` whose count
    // it never gives back, so the provider lives for ever.
    let provider = unsafe { &*context.cast::<E>() };
    answer(|| provider.answer(failure), std::convert::identity)
}

/// What these providers say, the first that has an answer of its own. For the
/// sign-in plugin.
pub async fn ask(providers: &[Service<ErrorPagesV1>], failure: &Failure) -> Answer {
    for one in providers {
        let answered = (one.table.answer)(one.table.context, failure.clone()).await;
        match answered.into_result() {
            Ok(Answer::Usual) => {}
            Ok(own) => return own,
            Err(error) => tracing::error!(
                plugin = one.provider,
                error = error.message.as_str(),
                "what visitors read of a failed sign-in could not be asked for"
            ),
        }
    }
    Answer::Usual
}
