//! What a member allows an application by all the tokens that it has together.

use std::collections::BTreeMap;

use diesel::prelude::*;
use hob_authorization::scope::Scope;
use hob_plugin_sdk::db::{Connection, Timestamp};

use super::{
    access_token::{AccessToken, AllowedToken},
    schema::oauth1_access_tokens as access_tokens,
};

/// What some tokens allow together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Together {
    pub scope: Scope,
    /// When the first of them was issued.
    pub granted_at: Timestamp,
    /// When (to the hour) and from where the last of them was used; the address
    /// may be empty.
    pub last_used: Option<(Timestamp, String)>,
    /// None where any of them lasts until it is taken back.
    pub expires_at: Option<Timestamp>,
}

/// A member who allows an application something.
#[derive(Debug, Clone)]
pub struct AllowingMember {
    pub member_id: i64,
    pub allowed: Together,
}

impl Together {
    /// None where there is no token.
    pub fn of<'a>(tokens: impl Iterator<Item = &'a AllowedToken>) -> Option<Self> {
        tokens
            .map(|one| Self::of_one(&one.token, one.last_used_from.as_deref()))
            .reduce(Self::and)
    }

    fn of_one(token: &AccessToken, last_used_from: Option<&str>) -> Self {
        let from = last_used_from.unwrap_or_default();
        Self {
            scope: token.scope.clone(),
            granted_at: token.created_at,
            last_used: token.last_used_at.map(|at| (at, from.to_owned())),
            expires_at: token.expires_at,
        }
    }

    fn and(self, other: Self) -> Self {
        Self {
            scope: self.scope.union(&other.scope),
            granted_at: self.granted_at.min(other.granted_at),
            last_used: self.last_used.max(other.last_used),
            expires_at: self.expires_at.zip(other.expires_at).map(|(a, b)| a.max(b)),
        }
    }
}

impl AllowingMember {
    /// Those who allow this application something now, in the order of their
    /// ids, after the member `after`; at most so many.
    pub fn page(
        connection: &mut Connection,
        consumer: i64,
        after: i64,
        most: i64,
        now: Timestamp,
    ) -> QueryResult<Vec<Self>> {
        let live = access_tokens::table
            .filter(access_tokens::consumer.eq(consumer))
            .filter(
                access_tokens::expires_at
                    .is_null()
                    .or(access_tokens::expires_at.gt(now)),
            );
        let ids = live
            .filter(access_tokens::member_id.gt(after))
            .select(access_tokens::member_id)
            .distinct()
            .order(access_tokens::member_id)
            .limit(most)
            .load::<i64>(connection)?;
        let mut tokens = live
            .filter(access_tokens::member_id.eq_any(ids))
            .select((AccessToken::as_select(), access_tokens::last_used_from))
            .load::<(AccessToken, Option<String>)>(connection)?;
        tokens.sort_by_key(|(token, _)| (token.created_at, token.digest));
        let mut allowed: BTreeMap<i64, Together> = BTreeMap::new();
        for (token, from) in &tokens {
            let one = Together::of_one(token, from.as_deref());
            let together = match allowed.remove(&token.member_id) {
                Some(before) => before.and(one),
                None => one,
            };
            allowed.insert(token.member_id, together);
        }
        let told = |(member_id, allowed)| Self { member_id, allowed };
        Ok(allowed.into_iter().map(told).collect())
    }
}
