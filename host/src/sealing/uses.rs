//! What the plugins of a running site keep sealed, by `hob.sealed`.

use hob_plugin_sdk::{
    abi::{RawError, sealing::SealedV1},
    sealing::{KeyId, Resealed},
};

/// A plugin that keeps secrets sealed.
#[derive(Clone, Copy)]
pub struct SealedProvider<'a> {
    /// The plugin's id.
    pub id: &'a str,
    pub(crate) table: &'static SealedV1,
}

/// How many secrets of one plugin are sealed under one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Uses {
    pub key: KeyId,
    pub secrets: u64,
}

impl SealedProvider<'_> {
    /// How many secrets it keeps sealed under which key.
    ///
    /// # Errors
    /// It does not say.
    pub async fn uses(&self) -> Result<Vec<Uses>, RawError> {
        let uses = (self.table.uses)(self.table.context).await.into_result()?;
        let uses = uses.into_iter().map(|raw| Uses {
            key: KeyId::new(raw.key),
            secrets: raw.secrets,
        });
        Ok(uses.collect())
    }

    /// Has it seal anew what is not sealed under the newest key.
    ///
    /// # Errors
    /// It could not; what it did stays done.
    pub async fn reseal(&self) -> Result<Resealed, RawError> {
        (self.table.reseal)(self.table.context).await.into_result()
    }
}
