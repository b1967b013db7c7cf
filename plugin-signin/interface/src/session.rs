//! The service `hob.signin.session`: another plugin makes requests to a
//! provider as a member, or as the site itself.
//!
//! The sign-in plugin keeps the tokens, puts them into the requests, and
//! refreshes them; whoever asks never sees one. A request goes only to where
//! the operator, or the kind of the provider, says that its API stands.

use std::{future::Future, sync::Arc};

use abi_stable::{
    StableAbi,
    std_types::{RResult, RVec},
};
use hob_plugin_sdk::{
    Host, PluginError, Text,
    abi::{
        FfiFuture, RawContext, RawError,
        http_client::{RawOutboundRequest, RawOutboundResponse},
    },
    http_client::{OutboundRequest, OutboundResponse},
    interface,
    service::answer,
};

/// As whom a request is made.
#[repr(C, u8)]
#[derive(StableAbi, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// A member, by an account that is linked.
    Member {
        member_id: i64,
        /// The session in which the member asks, for tokens that are kept no
        /// longer than that; 0 where there is none, as in a periodic job.
        session_id: i64,
    },
    /// The site itself, by an account that an administrator linked.
    Site,
}

/// An account elsewhere that requests can be made with.
#[repr(C)]
#[derive(StableAbi, Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// What the operator calls the provider.
    pub provider: Text,
    /// What members call it.
    pub provider_title: Text,
    /// Whose accounts they are, whatever the operator calls the provider: its
    /// issuer identifier.
    pub issuer: Text,
    /// The account's id there, which never changes.
    pub subject: Text,
    /// What it is called there for people; empty if the provider does not say.
    pub name: Text,
    /// The scopes that were granted, divided by spaces, as far as the provider
    /// said so.
    pub scope: Text,
}

/// With which account elsewhere a request is made.
#[repr(C)]
#[derive(StableAbi, Clone, Debug, PartialEq, Eq)]
pub struct Which {
    /// What the operator calls the provider.
    pub provider: Text,
    /// The account's id there; empty for the only one that there is.
    pub subject: Text,
}

impl Which {
    /// The only account at this provider.
    #[must_use]
    pub fn only_at(provider: &str) -> Self {
        Self {
            provider: provider.into(),
            subject: Text::default(),
        }
    }
}

impl Account {
    /// What names this account in a request.
    #[must_use]
    pub fn which(&self) -> Which {
        Which {
            provider: self.provider.clone(),
            subject: self.subject.clone(),
        }
    }
}

/// Why a request has no answer.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// No plugin offers this: `signin` is not enabled.
    #[error("no plugin keeps accounts of other sites")]
    NotThere,
    /// No token is kept: nothing is linked, or the provider's tokens are kept
    /// nowhere, or the one there was has ended. The member can link anew.
    #[error("{0}")]
    NotLinked(PluginError),
    /// There are several accounts at the provider, and the request does not say
    /// which is meant.
    #[error("{0}")]
    Several(PluginError),
    /// The request would go to where the provider's API does not stand.
    #[error("{0}")]
    Elsewhere(PluginError),
    /// The answer is larger than the request wants it, or than the operator
    /// lets answers be (`max_bytes` in `[http_client]`).
    #[error("{0}")]
    TooLarge(PluginError),
    /// The provider can't be reached, or something failed here.
    #[error("{0}")]
    Failed(PluginError),
}

/// A plugin that keeps accounts of other sites.
pub trait ProviderSessions: Send + Sync + 'static {
    /// The accounts with which requests can be made.
    fn accounts(
        &self,
        whose: Whose,
    ) -> impl Future<Output = Result<Vec<Account>, PluginError>> + Send;

    /// Sends a request with this account. Its URL may be a path below the
    /// provider's API. An error is one of [`SessionError`]'s by its kind: not
    /// found is [`SessionError::NotLinked`], invalid [`SessionError::Several`],
    /// forbidden [`SessionError::Elsewhere`], too large
    /// [`SessionError::TooLarge`].
    fn send(
        &self,
        whose: Whose,
        which: Which,
        request: RawOutboundRequest,
    ) -> impl Future<Output = Result<RawOutboundResponse, PluginError>> + Send;
}

#[repr(C)]
#[derive(StableAbi)]
pub struct SessionV1 {
    context: RawContext,
    accounts: extern "C" fn(RawContext, Whose) -> FfiFuture<RResult<RVec<Account>, RawError>>,
    send: extern "C" fn(
        RawContext,
        Whose,
        Which,
        RawOutboundRequest,
    ) -> FfiFuture<RResult<RawOutboundResponse, RawError>>,
}

interface!(SessionV1, "hob.signin.session", 1);

/// The function table of a provider, for
/// [`Declaration::offer`](hob_plugin_sdk::Declaration::offer).
#[must_use]
pub fn provider_sessions<S: ProviderSessions>(provider: Arc<S>) -> &'static SessionV1 {
    // Plugins are never unloaded, so the table and its provider live for ever.
    Box::leak(Box::new(SessionV1 {
        context: Arc::into_raw(provider).cast(),
        accounts: accounts_of::<S>,
        send: send_by::<S>,
    }))
}

fn provider<S: ProviderSessions>(context: RawContext) -> &'static S {
    // SAFETY: `provider_sessions::<S>` made the context from an `Arc<S>` whose
    // count it never gives back, so the provider lives for ever.
    unsafe { &*context.cast::<S>() }
}

extern "C" fn accounts_of<S: ProviderSessions>(
    context: RawContext,
    whose: Whose,
) -> FfiFuture<RResult<RVec<Account>, RawError>> {
    answer(|| provider::<S>(context).accounts(whose), RVec::from)
}

extern "C" fn send_by<S: ProviderSessions>(
    context: RawContext,
    whose: Whose,
    which: Which,
    request: RawOutboundRequest,
) -> FfiFuture<RResult<RawOutboundResponse, RawError>> {
    answer(
        || provider::<S>(context).send(whose, which, request),
        std::convert::identity,
    )
}

/// The accounts of other sites, as another plugin uses them. Cheap to clone.
#[derive(Clone)]
pub struct Sessions {
    table: Option<&'static SessionV1>,
}

impl Sessions {
    /// Finds whoever keeps them. A plugin that can't do without names
    /// `"hob.signin.session" = 1` under `[requires]`, and else under
    /// `[optional]`.
    ///
    /// # Errors
    /// What is offered is another interface.
    pub fn of(host: &Host) -> Result<Self, PluginError> {
        let providers = host.services::<SessionV1>()?;
        Ok(Self {
            table: providers.first().map(|one| one.table),
        })
    }

    /// The accounts with which requests can be made.
    ///
    /// # Errors
    /// [`SessionError::NotThere`] and [`SessionError::Failed`].
    pub async fn accounts(&self, whose: Whose) -> Result<Vec<Account>, SessionError> {
        let table = self.table.ok_or(SessionError::NotThere)?;
        let answered = (table.accounts)(table.context, whose).await;
        Ok(answered.into_result().map_err(SessionError::from)?.into())
    }

    /// Sends a request with an account: one of [`Self::accounts`], or
    /// [`Which::only_at`] a provider. Its URL may be a path, which counts below
    /// the provider's API. Redirects are not followed: a token goes nowhere
    /// else.
    ///
    /// # Errors
    /// [`SessionError`]. An answer is an answer whatever its status is.
    pub async fn send(
        &self,
        whose: Whose,
        which: Which,
        request: OutboundRequest,
    ) -> Result<OutboundResponse, SessionError> {
        let table = self.table.ok_or(SessionError::NotThere)?;
        let sent = (table.send)(table.context, whose, which, request.into());
        let answered = sent.await.into_result().map_err(SessionError::from)?;
        Ok(answered.into())
    }
}

impl From<RawError> for SessionError {
    fn from(raw: RawError) -> Self {
        let error = PluginError::from(raw);
        if error.is_not_found() {
            Self::NotLinked(error)
        } else if error.is_invalid() {
            Self::Several(error)
        } else if error.is_forbidden() {
            Self::Elsewhere(error)
        } else if error.is_too_large() {
            Self::TooLarge(error)
        } else {
            Self::Failed(error)
        }
    }
}
