//! Tokens that members make for programs of their own.

use diesel::prelude::*;
use hob_plugin_sdk::{
    auth::TokenId,
    db::{Connection, Hob, Timestamp},
};

use super::{
    access_token::AccessToken, last_use::Use, schema::oauth_personal_tokens as personal_tokens,
};
use crate::{
    resource::Resource,
    scope::Scope,
    secret::{self, SecretDigest},
};

/// A personal access token.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(
    table_name = personal_tokens,
    check_for_backend(Hob),
    treat_none_as_default_value = false
)]
pub struct PersonalToken {
    pub digest: SecretDigest,
    pub member_id: i64,
    /// What the member calls it.
    pub name: String,
    pub scope: Scope,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    /// When a resource was last asked with it, to the hour, and from which
    /// address.
    #[diesel(skip_insertion)]
    pub last_used_at: Option<Timestamp>,
    #[diesel(skip_insertion)]
    pub last_used_from: Option<String>,
}

/// What the check of a personal token needs.
#[derive(Queryable, Selectable)]
#[diesel(table_name = personal_tokens, check_for_backend(Hob))]
struct Checked {
    digest: SecretDigest,
    member_id: i64,
    scope: Scope,
    created_at: Timestamp,
    expires_at: Timestamp,
    last_used_at: Option<Timestamp>,
}

impl From<Checked> for AccessToken {
    /// It opens what an access token of this scope opens that belongs to no
    /// client.
    fn from(checked: Checked) -> Self {
        Self {
            client_id: PersonalToken::client_id(&checked.digest),
            digest: checked.digest,
            member_id: Some(checked.member_id),
            consent: None,
            client: None,
            family: 0,
            scope: checked.scope,
            resource: Resource::default(),
            created_at: checked.created_at,
            expires_at: checked.expires_at,
            key_thumbprint: None,
            last_used_at: checked.last_used_at,
        }
    }
}

impl PersonalToken {
    /// What stands where a client's id would. Those that are given out have no
    /// colon.
    #[must_use]
    pub fn client_id(digest: &SecretDigest) -> String {
        format!("personal:{}", digest.name())
    }

    /// None if it was never used.
    #[must_use]
    pub fn last_use(&self) -> Option<Use> {
        self.last_used_at.map(|at| Use {
            at,
            from: self.last_used_from.as_deref().unwrap_or_default().into(),
        })
    }

    /// One indexed read. Also one that has expired.
    pub fn find(connection: &mut Connection, digest: &SecretDigest) -> QueryResult<Option<Self>> {
        personal_tokens::table
            .find(digest)
            .select(Self::as_select())
            .first(connection)
            .optional()
    }

    /// As [`Self::find`], for a check.
    pub fn find_for_check(
        connection: &mut Connection,
        digest: &SecretDigest,
    ) -> QueryResult<Option<AccessToken>> {
        let found: Option<Checked> = personal_tokens::table
            .find(digest)
            .select(Checked::as_select())
            .first(connection)
            .optional()?;
        Ok(found.map(AccessToken::from))
    }

    /// The one that logs call by this name.
    pub fn named(connection: &mut Connection, token_id: TokenId) -> QueryResult<Option<Self>> {
        let (first, last) = secret::named(token_id);
        personal_tokens::table
            .filter(personal_tokens::digest.between(first, last))
            .select(Self::as_select())
            .first(connection)
            .optional()
    }

    /// Those of a member that count, the latest first.
    pub fn live_of_member(
        connection: &mut Connection,
        member_id: i64,
        now: Timestamp,
    ) -> QueryResult<Vec<Self>> {
        personal_tokens::table
            .filter(personal_tokens::member_id.eq(member_id))
            .filter(personal_tokens::expires_at.gt(now))
            .order((
                personal_tokens::created_at.desc(),
                personal_tokens::digest.desc(),
            ))
            .select(Self::as_select())
            .load(connection)
    }

    /// How many of a member count.
    pub fn count_live(
        connection: &mut Connection,
        member_id: i64,
        now: Timestamp,
    ) -> QueryResult<u64> {
        let count: i64 = personal_tokens::table
            .filter(personal_tokens::member_id.eq(member_id))
            .filter(personal_tokens::expires_at.gt(now))
            .count()
            .get_result(connection)?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// How many of all members count and have not been used since then. For
    /// the operator: it reads all of them.
    pub fn count_unused(
        connection: &mut Connection,
        since: Timestamp,
        now: Timestamp,
    ) -> QueryResult<u64> {
        let long_ago = personal_tokens::last_used_at.le(since);
        let count: i64 = personal_tokens::table
            .filter(personal_tokens::expires_at.gt(now))
            .filter(personal_tokens::created_at.le(since))
            .filter(personal_tokens::last_used_at.is_null().or(long_ago))
            .count()
            .get_result(connection)?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    pub fn insert(&self, connection: &mut Connection) -> QueryResult<()> {
        diesel::insert_into(personal_tokens::table)
            .values(self)
            .execute(connection)?;
        Ok(())
    }

    /// Ends it.
    pub fn revoke(&self, connection: &mut Connection) -> QueryResult<()> {
        diesel::delete(personal_tokens::table.find(self.digest)).execute(connection)?;
        Ok(())
    }

    /// Ends all of a member's. Whoever makes one holds the member's epoch.
    pub fn revoke_all_of_member(
        connection: &mut Connection,
        member_id: i64,
    ) -> QueryResult<Vec<Self>> {
        diesel::delete(personal_tokens::table.filter(personal_tokens::member_id.eq(member_id)))
            .returning(Self::as_returning())
            .get_results(connection)
    }
}
