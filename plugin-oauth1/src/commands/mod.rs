//! `hob oauth1 …`: what an operator does on the command line.

pub mod consumer_add;
pub mod consumer_change;
pub mod consumer_list;
pub mod doctor;
mod shown_consumer;
pub mod tokens;

use hob_plugin_sdk::{CommandError, Invocation, Output, prelude::*};

use self::shown_consumer::ConsumerJson;
use crate::{OAuth1, act::Act, housekeeping, models::Consumer};

/// `prune`
pub async fn prune(oauth1: Arc<OAuth1>, invocation: Invocation) -> Result<Output, CommandError> {
    let act = Act::of_operator(oauth1.host(), &invocation);
    let pruned = housekeeping::prune(&oauth1, &act).await?;
    if invocation.given("json") {
        return Output::json(&pruned);
    }
    Ok(Output::text(format!(
        "{} expired rows and {} applications that nobody uses were deleted.\n",
        pruned.expired_rows, pruned.unused_applications
    )))
}

async fn named_consumer(
    oauth1: &OAuth1,
    invocation: &Invocation,
) -> Result<Consumer, CommandError> {
    let key = invocation
        .value("consumer-key")
        .unwrap_or_default()
        .to_owned();
    let wanted = key.clone();
    oauth1
        .read(move |connection| Consumer::find(connection, &wanted))
        .await?
        .ok_or_else(|| {
            CommandError::usage(
                format!("no application has the consumer key {key:?}"),
                "`hob oauth1 consumer list` shows all of them",
            )
        })
}

fn output(invocation: &Invocation, consumer: &ConsumerJson<'_>) -> Result<Output, CommandError> {
    if invocation.given("json") {
        Output::json(consumer)
    } else {
        Ok(Output::text(consumer.text()))
    }
}
