//! What is of no use any longer goes before the hourly job takes it.

use hob_plugin_sdk::PluginError;

use crate::{
    OAuth,
    act::Act,
    events,
    housekeeping::{self, Pruned},
};

/// As the hourly job, and notes who did so: at its end, in a transaction of its
/// own, since the rows go in many.
///
/// # Errors
/// The database's.
pub async fn prune(oauth: &OAuth, act: Act) -> Result<Pruned, PluginError> {
    let pruned = housekeeping::prune(oauth, &act).await?;
    oauth
        .change(move |connection| events::pruned(connection, &act, pruned))
        .await?;
    Ok(pruned)
}
