//! What members are called, for whoever looks at what is theirs.

use std::collections::{BTreeMap, btree_map::Entry};

use hob_plugin_sdk::{PluginError, Text, members::Members};

/// What these members are called; None for one who is gone.
///
/// # Errors
/// The database's.
pub async fn usernames(
    members: &Members,
    member_ids: impl Iterator<Item = i64>,
) -> Result<BTreeMap<i64, Option<Text>>, PluginError> {
    let mut usernames = BTreeMap::new();
    for member_id in member_ids {
        if let Entry::Vacant(place) = usernames.entry(member_id) {
            let profile = members.find(member_id).await?;
            place.insert(profile.map(|profile| profile.username));
        }
    }
    Ok(usernames)
}
