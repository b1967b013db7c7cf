//! What members allow is ended.

use hob_plugin_sdk::PluginError;

use crate::{
    OAuth1,
    act::Act,
    events::Revoked,
    models::{AccessToken, Consumer, RequestToken},
};

/// Whose tokens are meant.
#[derive(Debug, Clone)]
pub enum Whose {
    /// All that this member allows.
    Member(i64),
    /// All that members allow this application.
    Consumer(Consumer),
    /// What this member allows this application.
    Between(i64, Consumer),
}

impl Whose {
    #[must_use]
    pub const fn member_id(&self) -> Option<i64> {
        match self {
            Self::Member(member_id) | Self::Between(member_id, _) => Some(*member_id),
            Self::Consumer(_) => None,
        }
    }

    #[must_use]
    pub const fn consumer(&self) -> Option<&Consumer> {
        match self {
            Self::Consumer(consumer) | Self::Between(_, consumer) => Some(consumer),
            Self::Member(_) => None,
        }
    }
}

/// Ends them, with what waits to be taken up. Answers with how many there were.
///
/// # Errors
/// The database's.
pub async fn end_tokens(oauth1: &OAuth1, act: Act, whose: Whose) -> Result<u64, PluginError> {
    let events = oauth1.events();
    oauth1
        .change(move |connection| {
            let ended = match &whose {
                Whose::Between(member_id, consumer) => {
                    RequestToken::delete_between(connection, *member_id, consumer.id)?;
                    AccessToken::delete_between(connection, *member_id, consumer.id)?
                }
                Whose::Member(member_id) => {
                    RequestToken::delete_of_member(connection, *member_id)?;
                    AccessToken::delete_of_member(connection, *member_id)?
                }
                Whose::Consumer(consumer) => {
                    RequestToken::delete_of_consumer(connection, consumer.id)?;
                    AccessToken::delete_of_consumer(connection, consumer.id)?
                }
            };
            let key = whose
                .consumer()
                .map_or("", |consumer| &consumer.consumer_key);
            let of = (key, whose.member_id());
            events.tokens_revoked(connection, &act, of, Revoked::ByOperator, ended)?;
            Ok(ended)
        })
        .await
}
