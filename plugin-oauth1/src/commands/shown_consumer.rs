//! An application as the commands print it, for programs and for people.

use std::fmt::Write;

use hob_authorization::{redirect_uri::RedirectUri, secret::PlainSecret};
use serde::Serialize;

use crate::models::Consumer;

/// An application, for programs.
#[derive(Serialize)]
pub struct ConsumerJson<'a> {
    consumer_key: &'a str,
    /// Only when it is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    consumer_secret: Option<&'a str>,
    name: &'a str,
    /// `secret`, `key` or `none`.
    credential: &'static str,
    website: Option<&'a str>,
    callbacks: Vec<&'a str>,
    scope: &'a str,
    required_scope: &'a str,
    /// `operator`, `member` or `itself`.
    registered_by: &'static str,
    owner_id: Option<i64>,
    created_at: String,
    suspended_at: Option<String>,
    suspension_reason: Option<&'a str>,
}

impl<'a> ConsumerJson<'a> {
    pub fn new(consumer: &'a Consumer, secret: Option<&'a PlainSecret>) -> Self {
        Self {
            consumer_key: &consumer.consumer_key,
            consumer_secret: secret.map(PlainSecret::reveal),
            name: &consumer.name,
            credential: consumer.credential.as_str(),
            website: consumer.website.as_deref(),
            callbacks: consumer
                .callbacks
                .0
                .iter()
                .map(RedirectUri::as_str)
                .collect(),
            scope: consumer.scope.as_str(),
            required_scope: consumer.required_scope.as_str(),
            registered_by: consumer.registrar().as_str(),
            owner_id: consumer.owner_id,
            created_at: consumer.created_at.to_string(),
            suspended_at: consumer.suspended_at.map(|time| time.to_string()),
            suspension_reason: consumer
                .suspension_reason
                .as_deref()
                .filter(|_| consumer.is_suspended()),
        }
    }

    /// The same for people.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let mut line = |name: &str, value: &str| {
            if !value.is_empty() {
                writeln!(text, "{name:<16} {value}").expect("a text takes what is written to it");
            }
        };
        line("name", self.name);
        line("consumer key", self.consumer_key);
        line("consumer secret", self.consumer_secret.unwrap_or_default());
        line("proves itself by", self.credential);
        line("website", self.website.unwrap_or_default());
        for callback in &self.callbacks {
            line("callback", callback);
        }
        line("scope", self.scope);
        line("needs", self.required_scope);
        line("registered by", self.registered_by);
        line("registered", &self.created_at);
        line(
            "suspended",
            self.suspended_at.as_deref().unwrap_or_default(),
        );
        line("reason", self.suspension_reason.unwrap_or_default());
        text
    }
}
