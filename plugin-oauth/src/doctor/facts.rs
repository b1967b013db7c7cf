//! What the doctor looks at, gathered in one read.

use std::{collections::BTreeMap, time::Duration};

use hob_plugin_sdk::{PluginError, db::Timestamp};

use super::settings::UNUSED_FOR;
use crate::{
    OAuth,
    models::{Client, ClientSecret, ClientUse, PersonalToken, count_expired},
    scope::Scope,
    settings::Settings,
};

/// The hourly job has had its chance.
const PRUNED_WITHIN: Duration = Duration::from_secs(24 * 3600);

/// All that is known.
#[derive(Debug, Clone)]
pub struct Facts {
    pub now: Timestamp,
    /// At which the site stands.
    pub site_urls: Vec<String>,
    pub settings: Settings,
    /// What an application that registers itself may ask for.
    pub self_registered_scope: Scope,
    /// The scopes of the site that are marked as sensitive.
    pub sensitive_scope: Scope,
    pub clients: Vec<ClientFacts>,
    /// Personal access tokens that count and that nobody has used for long.
    pub unused_personal_tokens: u64,
    /// Rows that expired a day ago and are still there.
    pub expired_rows: u64,
}

/// What is known of an application.
#[derive(Debug, Clone)]
pub struct ClientFacts {
    pub client: Client,
    pub usage: ClientUse,
    /// Those that count now.
    pub secrets: Vec<ClientSecret>,
}

impl Facts {
    /// As things are now.
    ///
    /// # Errors
    /// The database's.
    pub async fn collect(oauth: &OAuth) -> Result<Self, PluginError> {
        let now = oauth.now();
        let (clients, unused_personal_tokens, expired_rows) = oauth
            .read(move |connection| {
                let mut uses = ClientUse::of_all(connection, now)?;
                let mut secrets: BTreeMap<i64, Vec<ClientSecret>> = BTreeMap::new();
                for secret in ClientSecret::live(connection, now)? {
                    secrets.entry(secret.client).or_default().push(secret);
                }
                let facts_of = |client: Client| ClientFacts {
                    usage: uses.remove(&client.id).unwrap_or_default(),
                    secrets: secrets.remove(&client.id).unwrap_or_default(),
                    client,
                };
                let clients = Client::all(connection)?.into_iter().map(facts_of).collect();
                let unused = PersonalToken::count_unused(connection, now - UNUSED_FOR, now)?;
                Ok((
                    clients,
                    unused,
                    count_expired(connection, now - PRUNED_WITHIN)?,
                ))
            })
            .await?;
        let sensitive = oauth.scope_descriptions().iter();
        Ok(Self {
            now,
            site_urls: oauth.host().site().all_urls.clone(),
            settings: oauth.settings().clone(),
            self_registered_scope: oauth.self_registered_scope().clone(),
            sensitive_scope: sensitive
                .filter(|description| description.dangerous)
                .map(|description| description.name.as_str())
                .collect(),
            clients,
            unused_personal_tokens,
            expired_rows,
        })
    }
}
