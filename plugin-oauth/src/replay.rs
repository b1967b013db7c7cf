//! What holds once: the ids of tokens that strangers sign are used up, in the
//! database, so that it counts on every node and after a restart.
//!
//! Where tokens are issued, that happens in the same transaction; this is for
//! all else.

use hob_plugin_sdk::PluginError;

use crate::{OAuth, models::UsedJwtId};

impl OAuth {
    /// Uses it up. False if somebody was faster.
    ///
    /// # Errors
    /// The database's.
    pub async fn use_up(&self, jwt_id: UsedJwtId) -> Result<bool, PluginError> {
        let (housekeeping, now) = (self.housekeeping(), self.now());
        self.write(move |connection| {
            let first = jwt_id.use_up(connection)?;
            housekeeping.run(connection, now)?;
            Ok(first)
        })
        .await
    }
}
