//! What may use a member's account, by all plugins that let programs in.
//!
//! All are asked at once, each for a bounded time. One that fails or is silent
//! hides nothing of the others. Knows neither pages nor any plugin by name.

use std::{future::Future, time::Duration};

use abi_stable::std_types::{ROption, RResult};
use futures_util::future::join_all;
use hob_plugin_sdk::{
    Who,
    abi::{RawError, connections::ConnectionsV1},
    connections::{Connection, Revocation, Which},
};

use crate::watchdog::{Watchdog, Watched};

/// A provider gets so long to answer, or a whole request's time if that is
/// less.
const PATIENCE: Duration = Duration::from_secs(5);

/// A plugin that lets programs use members' accounts.
#[derive(Clone)]
pub struct ConnectionProvider {
    /// The plugin's id.
    pub id: String,
    /// What the plugin is called.
    pub title: String,
    table: &'static ConnectionsV1,
    watched: Watched,
}

/// A provider that does not say what it knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Silent;

/// Whom a member asks about the account, and how long that may take.
pub struct Asking<'a> {
    pub watchdog: &'a Watchdog,
    pub member_id: i64,
    /// What a whole request may take.
    pub time: Duration,
}

impl ConnectionProvider {
    #[must_use]
    pub fn new(
        id: String,
        title: String,
        table: &'static ConnectionsV1,
        watchdog: &Watchdog,
    ) -> Self {
        Self {
            watched: watchdog.name(format!("plugin {id}, the service hob.connections")),
            id,
            title,
            table,
        }
    }
}

impl Asking<'_> {
    /// All that each of them knows, in their order.
    pub async fn list(
        &self,
        providers: &[ConnectionProvider],
    ) -> Vec<Result<Vec<Connection>, Silent>> {
        join_all(providers.iter().map(|provider| async move {
            let table = provider.table;
            let asked = (table.list)(table.context, self.member_id);
            let listed = self.patiently(provider, asked).await?;
            Ok(listed.into_iter().map(Connection::from_raw).collect())
        }))
        .await
    }

    /// The one that this provider calls so.
    ///
    /// # Errors
    /// It does not say.
    pub async fn find(
        &self,
        provider: &ConnectionProvider,
        id: &str,
    ) -> Result<Option<Connection>, Silent> {
        let table = provider.table;
        let asked = (table.find)(table.context, self.member_id, id.into());
        let found: ROption<_> = self.patiently(provider, asked).await?;
        Ok(found.into_option().map(Connection::from_raw))
    }

    /// Takes back of each what is said; of the others nothing. Answers with
    /// those that did not say that it is done.
    pub async fn revoke<'p>(
        &self,
        wanted: Vec<(&'p ConnectionProvider, Which)>,
        who: &Who,
    ) -> Vec<&'p ConnectionProvider> {
        let answers = join_all(wanted.into_iter().map(|(provider, which)| async move {
            let revocation = Revocation {
                member_id: self.member_id,
                who: who.clone(),
                which,
            };
            let table = provider.table;
            let asked = (table.revoke)(table.context, revocation.into_raw());
            let revoked = self.patiently(provider, asked).await;
            if let Ok(revoked) = revoked {
                tracing::info!(
                    member_id = self.member_id,
                    provider = provider.id,
                    revoked,
                    "a member took connections back"
                );
            }
            revoked.is_err().then_some(provider)
        }))
        .await;
        answers.into_iter().flatten().collect()
    }

    /// A plugin that is told to do something does it also if nobody waits for
    /// its answer any longer: what it has queued runs.
    async fn patiently<T>(
        &self,
        provider: &ConnectionProvider,
        asked: impl Future<Output = RResult<T, RawError>>,
    ) -> Result<T, Silent> {
        let inside = self.watchdog.inside(provider.watched, asked);
        let patience = self.time.min(PATIENCE);
        let failed = match tokio::time::timeout(patience, inside).await {
            Ok(RResult::ROk(answer)) => return Ok(answer),
            Ok(RResult::RErr(error)) => String::from(error.message),
            Err(_) => format!("no answer for {} seconds", patience.as_secs()),
        };
        tracing::error!(
            provider = provider.id,
            error = failed,
            "a plugin does not say what may use a member's account"
        );
        Err(Silent)
    }
}
