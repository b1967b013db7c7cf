//! `hob oauth client suspend` and `resume`: an application stops for everybody,
//! and may go on.

use hob_plugin_sdk::{CommandError, Invocation, Output, prelude::*};

use super::{named_client, remark, told};
use crate::{OAuth, models::Client};

/// `client suspend`
pub async fn suspend(oauth: Arc<OAuth>, invocation: Invocation) -> Result<Output, CommandError> {
    let client = named_client(&oauth, &invocation).await?;
    let (reason, now) = (remark::given(&invocation, "reason")?, oauth.now());
    let noted = reason.clone();
    let suspended = oauth
        .write(move |connection| {
            client.suspend(connection, noted.as_deref(), now)?;
            Client::find(connection, &client.client_id)
        })
        .await?;
    if let Some(client) = &suspended {
        tracing::info!(
            client_id = client.client_id,
            reason,
            "an operator suspended an application"
        );
    }
    told(&invocation, suspended, |client| {
        format!(
            "{} is suspended: its tokens are dead, and nobody can allow it.\n",
            client.name
        )
    })
}

/// `client resume`
pub async fn resume(oauth: Arc<OAuth>, invocation: Invocation) -> Result<Output, CommandError> {
    let client = named_client(&oauth, &invocation).await?;
    let resumed = oauth
        .write(move |connection| {
            client.resume(connection)?;
            Client::find(connection, &client.client_id)
        })
        .await?;
    if let Some(client) = &resumed {
        tracing::info!(
            client_id = client.client_id,
            "an operator resumed an application"
        );
    }
    told(&invocation, resumed, |client| {
        format!(
            "{} may ask again. Members' consents still stand; its old tokens stay dead.\n",
            client.name
        )
    })
}
