//! Secrets that signatures are checked with: made, sealed, opened, and sealed
//! anew when the operator changes keys.

use hob_authorization::secret::{PlainSecret, SecretKind, operating_system_randomness};
use hob_plugin_sdk::{
    PluginError,
    db::Connection,
    sealing::{KeyId, Opened, Resealed, Sealed, SealedSecrets, Sealing},
};

use crate::{
    OAuth1,
    models::{Cursor, SealedRow},
};

/// How many rows are sealed anew in one transaction.
const RESEALED_AT_ONCE: i64 = 200;

/// A new secret, as it is given out once and as it is kept.
pub struct NewSecret {
    pub plain: PlainSecret,
    pub sealed: Sealed,
    pub key_id: KeyId,
}

impl OAuth1 {
    /// Makes a secret for this place.
    ///
    /// # Errors
    /// It can't be sealed.
    pub fn new_secret(&self, place: &str) -> Result<NewSecret, PluginError> {
        let kind = SecretKind::SigningSecret;
        let plain = PlainSecret::generate(kind, self.now(), &mut operating_system_randomness());
        let sealed = self.sealing().seal(plain.reveal().as_bytes(), place)?;
        Ok(NewSecret {
            key_id: sealed.key().unwrap_or_default(),
            plain,
            sealed,
        })
    }

    /// Opens what was sealed for this place.
    ///
    /// # Errors
    /// Its key is not there, or it is not what was sealed for this place.
    pub fn open(&self, sealed: &Sealed, place: &str) -> Result<Opened, PluginError> {
        Ok(self.sealing().open(sealed, place)?)
    }
}

impl SealedSecrets for OAuth1 {
    async fn uses(&self) -> Result<Vec<(KeyId, u64)>, PluginError> {
        self.read(SealedRow::count_by_key).await
    }

    async fn reseal(&self) -> Result<Resealed, PluginError> {
        let mut counts = Resealed {
            anew: 0,
            unopened: 0,
        };
        let mut from = Some(Cursor::Consumers(0));
        while let Some(start) = from {
            let sealing = self.sealing();
            let (next, counted) = self
                .change(move |connection| {
                    let mut counts = counts;
                    let next = reseal_some(connection, sealing, start, &mut counts)?;
                    Ok((next, counts))
                })
                .await?;
            (from, counts) = (next, counted);
        }
        Ok(counts)
    }
}

fn reseal_some(
    connection: &mut Connection,
    sealing: Sealing,
    from: Cursor,
    counts: &mut Resealed,
) -> Result<Option<Cursor>, hob_plugin_sdk::db::DbError> {
    let key = sealing.key();
    let (rows, next) = SealedRow::sealed_otherwise(connection, key, from, RESEALED_AT_ONCE)?;
    for row in rows {
        match sealing.reseal(&row.sealed, &row.place) {
            Ok(Some(sealed)) => counts.anew += u64::from(row.replace(connection, sealed)?),
            Ok(None) => {}
            Err(_) => counts.unopened += 1,
        }
    }
    Ok(next)
}
