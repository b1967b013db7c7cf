//! `hob oauth client suspend` and `resume`: an application stops for everybody,
//! and may go on.

use hob_authorization::remark;
use hob_plugin_sdk::{CommandError, Invocation, Output, prelude::*};

use super::{named_client, told};
use crate::{OAuth, act::Act, operations};

/// `client suspend`
pub async fn suspend(oauth: Arc<OAuth>, invocation: Invocation) -> Result<Output, CommandError> {
    let client = named_client(&oauth, &invocation).await?;
    let reason = remark::given(&invocation, "reason")?;
    let act = Act::of_operator(oauth.host(), &invocation);
    let suspended = operations::suspend(&oauth, act, client, reason).await?;
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
    let act = Act::of_operator(oauth.host(), &invocation);
    let resumed = operations::resume(&oauth, act, client).await?;
    told(&invocation, resumed, |client| {
        format!(
            "{} may ask again. Members' consents still stand; its old tokens stay dead.\n",
            client.name
        )
    })
}
