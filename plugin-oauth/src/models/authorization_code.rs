//! Authorization codes.

use diesel::prelude::*;
use hob_jose::KeyThumbprint;
use hob_plugin_sdk::db::{Connection, Hob, Timestamp};

use super::{
    consent::ConsentTerm,
    schema::oauth_authorization_codes::{self as codes, dsl},
};
use crate::{
    pkce::CodeChallenge, redirect_uri::RedirectUri, resource::Resource, scope::Scope,
    secret::SecretDigest,
};

/// An authorization code.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(
    table_name = codes,
    check_for_backend(Hob),
    treat_none_as_default_value = false
)]
pub struct AuthorizationCode {
    pub digest: SecretDigest,
    pub client_id: String,
    pub member_id: i64,
    pub consent: i64,
    /// What the tokens that it gives have in common.
    pub family: i64,
    pub redirect_uri: RedirectUri,
    pub scope: Scope,
    pub resource: Resource,
    pub code_challenge: Option<CodeChallenge>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub consumed_at: Option<Timestamp>,
    /// When its row may go.
    pub forget_at: Timestamp,
    /// Of the key whose owner alone may redeem it (RFC 9449, section 10).
    pub key_thumbprint: Option<KeyThumbprint>,
    /// When the consent ends; none if never.
    pub consent_expires_at: Option<Timestamp>,
}

impl AuthorizationCode {
    /// Under which it was issued.
    #[must_use]
    pub const fn term(&self) -> ConsentTerm {
        ConsentTerm {
            id: self.consent,
            expires_at: self.consent_expires_at,
        }
    }

    /// Also one that was consumed or has expired.
    pub fn find(connection: &mut Connection, digest: &SecretDigest) -> QueryResult<Option<Self>> {
        codes::table
            .find(digest)
            .select(Self::as_select())
            .first(connection)
            .optional()
    }

    pub fn insert(&self, connection: &mut Connection) -> QueryResult<()> {
        diesel::insert_into(codes::table)
            .values(self)
            .execute(connection)?;
        Ok(())
    }

    /// Consumes it, once, and keeps it until `forget_at`. False if it was
    /// consumed before, or has died.
    pub fn consume(
        &self,
        connection: &mut Connection,
        now: Timestamp,
        forget_at: Timestamp,
    ) -> QueryResult<bool> {
        let touched = diesel::update(
            codes::table
                .filter(dsl::digest.eq(self.digest))
                .filter(dsl::consumed_at.is_null()),
        )
        .set((dsl::consumed_at.eq(now), dsl::forget_at.eq(forget_at)))
        .execute(connection)?;
        Ok(touched == 1)
    }

    /// Deletes its row: nothing is left that a replay could end. False if
    /// somebody else did.
    pub fn forget(connection: &mut Connection, digest: &SecretDigest) -> QueryResult<bool> {
        let touched = diesel::delete(codes::table.find(digest)).execute(connection)?;
        Ok(touched == 1)
    }
}
