//! What others are told of sign-ins (`hob-signin`), each inside the transaction
//! that it tells of. Where nobody listens nothing is made.

use hob_plugin_sdk::{
    Channel, Declaration, Host, PluginError, Who,
    db::{Connection, Db, DbError, Timestamp},
};
use hob_signin::{SignInAuthorized, SignInFailed};

use crate::{SignIn, error::SignInError, identity::Identity};

/// Who listens to what. Settled when the site starts.
#[derive(Debug, Clone, Copy)]
pub struct Events {
    authorized: Channel<SignInAuthorized>,
    failed: Channel<SignInFailed>,
}

/// What is to come of a journey to a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    SignIn,
    Link,
    /// An account here is made with it.
    Register,
    /// The site itself may use it.
    Site,
}

/// Who does something at which provider, and when.
#[derive(Debug, Clone)]
pub struct Act {
    pub who: Who,
    pub at: Timestamp,
    /// What the operator calls the provider.
    pub provider: String,
}

impl Purpose {
    const fn as_str(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::Link => "link",
            Self::Register => "register",
            Self::Site => "site",
        }
    }
}

impl Events {
    /// Binds each to its line of `plugin.toml`.
    pub fn declare(declaration: &mut Declaration<SignIn>) {
        declaration
            .raises::<SignInAuthorized>()
            .raises::<SignInFailed>();
    }

    /// Asks the host who listens.
    ///
    /// # Errors
    /// This host has no events.
    pub fn new(host: &Host) -> Result<Self, PluginError> {
        Ok(Self {
            authorized: host.channel()?,
            failed: host.channel()?,
        })
    }

    /// An account elsewhere opens, or is about to open, a member's.
    ///
    /// # Errors
    /// A subscriber refuses it.
    pub fn authorized(
        self,
        connection: &mut Connection,
        act: &Act,
        purpose: Purpose,
        identity: &Identity,
        member_id: i64,
    ) -> Result<(), DbError> {
        self.authorized.raise(connection, || SignInAuthorized {
            at: act.at.as_micros(),
            who: act.who.clone(),
            provider: act.provider.as_str().into(),
            issuer: identity.issuer.as_str().into(),
            subject: identity.subject.as_str().into(),
            name: identity.name.as_str().into(),
            purpose: purpose.as_str().into(),
            member_id,
        })
    }

    /// What was begun came to nothing. There is no transaction to tell of it
    /// in, so it has one of its own, where somebody listens.
    pub async fn failed(self, db: &Db, act: Act, purpose: Purpose, error: &SignInError) {
        if !self.failed.is_heard() {
            return;
        }
        let (code, description) = (error.code(), error.to_string());
        let told = db.write(move |connection| {
            self.failed.raise(connection, || SignInFailed {
                at: act.at.as_micros(),
                who: act.who,
                provider: act.provider.into(),
                purpose: purpose.as_str().into(),
                error: code.into(),
                description: description.into(),
            })
        });
        if let Err(error) = told.await {
            tracing::error!(%error, "nobody could be told of a failed sign-in");
        }
    }
}
