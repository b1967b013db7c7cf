//! `hob oauth client suspend` and `resume`: an application stops for everybody,
//! and may go on.

use hob_plugin_sdk::{CommandError, Invocation, Output, prelude::*};

use super::{named_client, remark, told};
use crate::{OAuth, act::Act, events::Revoked, models::Client};

/// `client suspend`
pub async fn suspend(oauth: Arc<OAuth>, invocation: Invocation) -> Result<Output, CommandError> {
    let client = named_client(&oauth, &invocation).await?;
    let reason = remark::given(&invocation, "reason")?;
    let noted = reason.clone();
    let (events, act) = (oauth.events(), Act::of_operator(&oauth, &invocation));
    let suspended = oauth
        .change(move |connection| {
            let ended = client.suspend(connection, noted.as_deref(), act.at)?;
            let of = (client.client_id.as_str(), None);
            events.client_suspended(connection, &act, &client, noted.as_deref(), ended)?;
            events.tokens_revoked(connection, &act, of, Revoked::ClientSuspended, ended)?;
            Ok(Client::find(connection, &client.client_id)?)
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
    let (events, act) = (oauth.events(), Act::of_operator(&oauth, &invocation));
    let resumed = oauth
        .change(move |connection| {
            if client.resume(connection)? {
                events.client_resumed(connection, &act, &client)?;
            }
            Ok(Client::find(connection, &client.client_id)?)
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
