//! Whose something is that a command is about.

use hob_plugin_sdk::{CommandError, Invocation, members::Members};

/// The id of the member whom `--member` names; none without it.
///
/// # Errors
/// Nobody is called so; or the database's.
pub async fn named_member(
    members: &Members,
    invocation: &Invocation,
) -> Result<Option<i64>, CommandError> {
    let Some(username) = invocation.value("member") else {
        return Ok(None);
    };
    let profile = members.find_by_username(username).await?;
    let profile = profile.ok_or_else(|| {
        CommandError::usage(
            format!("no member is called {username:?}"),
            "`hob user list` shows all of them",
        )
    })?;
    Ok(Some(profile.id))
}
