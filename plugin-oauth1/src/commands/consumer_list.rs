//! `consumer list` and `consumer show`.

use std::fmt::Write;

use hob_plugin_sdk::{CommandError, Invocation, Output, prelude::*};

use super::{named_consumer, shown_consumer::ConsumerJson};
use crate::{OAuth1, models::Consumer};

/// Lists all.
pub async fn list(oauth1: Arc<OAuth1>, invocation: Invocation) -> Result<Output, CommandError> {
    let consumers = oauth1.read(Consumer::all).await?;
    if invocation.given("json") {
        let all: Vec<ConsumerJson<'_>> = consumers
            .iter()
            .map(|consumer| ConsumerJson::new(consumer, None))
            .collect();
        return Output::json(&all);
    }
    let mut text = String::new();
    for consumer in &consumers {
        let state = if consumer.is_suspended() {
            "  suspended"
        } else {
            ""
        };
        writeln!(
            text,
            "{}  {:<6}  {}{state}",
            consumer.consumer_key,
            consumer.credential.as_str(),
            consumer.name
        )
        .expect("a text takes what is written to it");
    }
    if consumers.is_empty() {
        text.push_str("No application is registered.\n");
    }
    Ok(Output::text(text))
}

/// Shows one.
pub async fn show(oauth1: Arc<OAuth1>, invocation: Invocation) -> Result<Output, CommandError> {
    let consumer = named_consumer(&oauth1, &invocation).await?;
    super::output(&invocation, &ConsumerJson::new(&consumer, None))
}
