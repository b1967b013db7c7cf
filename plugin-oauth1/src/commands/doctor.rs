//! `doctor`: what is risky, and what would mend it.

use hob_authorization::doctor::report;
use hob_plugin_sdk::{CommandError, Invocation, Output, prelude::*};

use crate::{
    OAuth1,
    doctor::{Facts, examine},
    models::Consumer,
    settings::ClientRegistration,
};

/// `doctor`.
pub async fn examine_site(
    oauth1: Arc<OAuth1>,
    invocation: Invocation,
) -> Result<Output, CommandError> {
    let settings = oauth1.settings();
    let facts = Facts {
        now: oauth1.now(),
        signature_methods: oauth1.signature_methods().to_vec(),
        empty_consumer_secrets: settings.empty_consumer_secrets,
        timestamp_window: settings.timestamp_window(),
        tokens_end: settings.access_token_lifetime().is_some(),
        registration_is_open: settings.client_registration == ClientRegistration::Open,
        consumers: oauth1.read(Consumer::all).await?,
    };
    report(&invocation, &examine(&facts))
}
