//! What operators see of applications beside what they are: who allows them,
//! and when they were last used.

use std::collections::BTreeMap;

use diesel::{
    dsl::{count, max},
    prelude::*,
};
use hob_plugin_sdk::db::{Connection, Timestamp, contains};

use super::{
    consumer::Consumer,
    schema::{oauth1_access_tokens as access_tokens, oauth1_consumers},
};

/// How an application is used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ConsumerUse {
    /// How many members allow it.
    pub members: u64,
    /// When a token that counts was last used (to the hour), or issued; none
    /// if there is none.
    pub last_used_at: Option<Timestamp>,
}

/// An application in the operator's list.
#[derive(Debug, Clone)]
pub struct ListedConsumer {
    pub consumer: Consumer,
    pub usage: ConsumerUse,
}

type Counted = (i64, i64, Option<Timestamp>, Option<Timestamp>);

impl ConsumerUse {
    /// Of one.
    pub fn of(connection: &mut Connection, consumer: i64, now: Timestamp) -> QueryResult<Self> {
        let uses = Self::of_these(connection, &[consumer], now)?;
        Ok(uses.get(&consumer).copied().unwrap_or_default())
    }

    /// Of these, by their rows; none of one that no member allows.
    fn of_these(
        connection: &mut Connection,
        consumers: &[i64],
        now: Timestamp,
    ) -> QueryResult<BTreeMap<i64, Self>> {
        let counted = access_tokens::table
            .filter(access_tokens::consumer.eq_any(consumers.to_vec()))
            .filter(
                access_tokens::expires_at
                    .is_null()
                    .or(access_tokens::expires_at.gt(now)),
            )
            .group_by(access_tokens::consumer)
            .select((
                access_tokens::consumer,
                count(access_tokens::member_id).aggregate_distinct(),
                max(access_tokens::last_used_at),
                max(access_tokens::created_at),
            ))
            .load::<Counted>(connection)?;
        let told = |(consumer, members, used_at, issued_at): Counted| {
            let usage = Self {
                members: u64::try_from(members).unwrap_or(0),
                last_used_at: used_at.max(issued_at),
            };
            (consumer, usage)
        };
        Ok(counted.into_iter().map(told).collect())
    }
}

impl ListedConsumer {
    /// Those whose name or consumer key has `part` in it, in whichever case; the
    /// last that was registered comes first, and before the row `before` where
    /// one is given.
    pub fn page(
        connection: &mut Connection,
        part: &str,
        before: Option<i64>,
        most: i64,
        now: Timestamp,
    ) -> QueryResult<Vec<Self>> {
        let mut query = oauth1_consumers::table
            .order(oauth1_consumers::id.desc())
            .select(Consumer::as_select())
            .limit(most)
            .into_boxed();
        if !part.is_empty() {
            let name = contains(oauth1_consumers::name, part);
            query = query.filter(name.or(contains(oauth1_consumers::consumer_key, part)));
        }
        if let Some(before) = before {
            query = query.filter(oauth1_consumers::id.lt(before));
        }
        let consumers = query.load::<Consumer>(connection)?;
        let ids: Vec<i64> = consumers.iter().map(|consumer| consumer.id).collect();
        let uses = ConsumerUse::of_these(connection, &ids, now)?;
        let listed = |consumer: Consumer| Self {
            usage: uses.get(&consumer.id).copied().unwrap_or_default(),
            consumer,
        };
        Ok(consumers.into_iter().map(listed).collect())
    }
}
