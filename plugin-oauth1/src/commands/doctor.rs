//! `doctor`: what is risky, and what would mend it.

use hob_authorization::doctor::report;
use hob_plugin_sdk::{CommandError, Invocation, Output, prelude::*};

use crate::{
    OAuth1,
    doctor::{Facts, examine},
};

/// `doctor`.
pub async fn examine_site(
    oauth1: Arc<OAuth1>,
    invocation: Invocation,
) -> Result<Output, CommandError> {
    report(&invocation, &examine(&Facts::collect(&oauth1).await?))
}
