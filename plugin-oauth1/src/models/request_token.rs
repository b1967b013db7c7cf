//! Request tokens: what waits for a member's decision, and then for the
//! application to take it up.

use diesel::prelude::*;
use hob_authorization::{redirect_uri::RedirectUri, scope::Scope, secret::SecretDigest};
use hob_plugin_sdk::{
    Member,
    db::{Connection, Hob, Timestamp},
    sealing::{KeyId, Sealed},
};

use super::{
    consumer::Consumer,
    schema::{oauth1_consumers, oauth1_request_tokens as request_tokens},
};

/// So many wrong verifiers, and it is over: one that is typed is short.
const MOST_WRONG_VERIFIERS: i64 = 5;

/// A request token.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = request_tokens, check_for_backend(Hob))]
pub struct RequestToken {
    pub digest: SecretDigest,
    /// None where the verifier is shown.
    pub callback: Option<RedirectUri>,
    pub scope: Scope,
    pub sealed_secret: Sealed,
    pub member_id: Option<i64>,
    pub session_id: Option<i64>,
    pub verifier: Option<SecretDigest>,
    pub expires_at: Timestamp,
}

/// A request token that is to be issued.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = request_tokens, treat_none_as_default_value = false)]
pub struct NewRequestToken {
    pub digest: SecretDigest,
    pub consumer: i64,
    pub callback: Option<RedirectUri>,
    pub scope: Scope,
    pub sealed_secret: Sealed,
    pub key_id: KeyId,
    pub wrong_verifiers: i64,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

/// What a member allowed, taken up.
#[derive(Debug, Clone, Queryable)]
pub struct Permission {
    pub member_id: Option<i64>,
    pub scope: Option<Scope>,
}

impl RequestToken {
    /// Where its secret is sealed for.
    #[must_use]
    pub fn place(digest: &SecretDigest) -> String {
        format!("request token {}, secret", digest.name())
    }

    /// With its application; also one that has expired.
    pub fn find(
        connection: &mut Connection,
        digest: &SecretDigest,
    ) -> QueryResult<Option<(Self, Consumer)>> {
        request_tokens::table
            .inner_join(oauth1_consumers::table)
            .filter(request_tokens::digest.eq(digest))
            .select((Self::as_select(), Consumer::as_select()))
            .first(connection)
            .optional()
    }

    /// Binds it to whom it is shown to. False if it was decided meanwhile, or
    /// is over.
    pub fn show_to(
        &self,
        connection: &mut Connection,
        member: &Member,
        now: Timestamp,
    ) -> QueryResult<bool> {
        let touched = diesel::update(
            request_tokens::table
                .find(self.digest)
                .filter(request_tokens::verifier.is_null())
                .filter(request_tokens::expires_at.gt(now)),
        )
        .set((
            request_tokens::member_id.eq(member.id),
            request_tokens::session_id.eq(member.session_id),
        ))
        .execute(connection)?;
        Ok(touched == 1)
    }

    /// Whether it was shown to this member in this session.
    #[must_use]
    pub fn was_shown_to(&self, member: &Member) -> bool {
        self.member_id == Some(member.id) && self.session_id == Some(member.session_id)
    }

    /// Stores that the member to whom it was shown allows this. False if that
    /// was decided before, or is over.
    pub fn allow(
        &self,
        connection: &mut Connection,
        member: &Member,
        scope: &Scope,
        verifier: SecretDigest,
        now: Timestamp,
    ) -> QueryResult<bool> {
        let touched = diesel::update(
            request_tokens::table
                .find(self.digest)
                .filter(request_tokens::member_id.eq(member.id))
                .filter(request_tokens::session_id.eq(member.session_id))
                .filter(request_tokens::verifier.is_null())
                .filter(request_tokens::expires_at.gt(now)),
        )
        .set((
            request_tokens::verifier.eq(verifier),
            request_tokens::granted_scope.eq(scope),
        ))
        .execute(connection)?;
        Ok(touched == 1)
    }

    /// Ends what the member to whom it was shown does not allow. False if that
    /// was decided before, or is over.
    pub fn deny(
        &self,
        connection: &mut Connection,
        member: &Member,
        now: Timestamp,
    ) -> QueryResult<bool> {
        let deleted = diesel::delete(
            request_tokens::table
                .find(self.digest)
                .filter(request_tokens::member_id.eq(member.id))
                .filter(request_tokens::session_id.eq(member.session_id))
                .filter(request_tokens::verifier.is_null())
                .filter(request_tokens::expires_at.gt(now)),
        )
        .execute(connection)?;
        Ok(deleted == 1)
    }

    /// Counts a try to take it up, before anybody knows whether it is a right
    /// one; of many at once, each. False if there were too many, or it is gone.
    pub fn count_try(&self, connection: &mut Connection) -> QueryResult<bool> {
        let touched = diesel::update(
            request_tokens::table
                .find(self.digest)
                .filter(request_tokens::wrong_verifiers.lt(MOST_WRONG_VERIFIERS)),
        )
        .set(request_tokens::wrong_verifiers.eq(request_tokens::wrong_verifiers + 1))
        .execute(connection)?;
        Ok(touched == 1)
    }

    /// Uses it up, once, with the verifier that the member brought back.
    pub fn take_up(
        &self,
        connection: &mut Connection,
        verifier: SecretDigest,
        now: Timestamp,
    ) -> QueryResult<Option<Permission>> {
        diesel::delete(
            request_tokens::table
                .find(self.digest)
                .filter(request_tokens::verifier.eq(verifier))
                .filter(request_tokens::expires_at.gt(now)),
        )
        .returning((request_tokens::member_id, request_tokens::granted_scope))
        .get_result(connection)
        .optional()
    }

    /// What a member was shown or has allowed of this application is over.
    pub fn delete_between(
        connection: &mut Connection,
        member_id: i64,
        consumer: i64,
    ) -> QueryResult<()> {
        diesel::delete(
            request_tokens::table
                .filter(request_tokens::member_id.eq(member_id))
                .filter(request_tokens::consumer.eq(consumer)),
        )
        .execute(connection)?;
        Ok(())
    }

    /// What a member has allowed of this application and is not taken up yet is
    /// over, where it allows any of `taken`. Before
    /// [`super::AccessToken::delete_allowing`], as [`Self::delete_of_member`] is.
    pub fn delete_allowing(
        connection: &mut Connection,
        member_id: i64,
        consumer: i64,
        taken: &Scope,
    ) -> QueryResult<()> {
        let allowed: Vec<(SecretDigest, Option<Scope>)> = request_tokens::table
            .filter(request_tokens::member_id.eq(member_id))
            .filter(request_tokens::consumer.eq(consumer))
            .select((request_tokens::digest, request_tokens::granted_scope))
            .load(connection)?;
        for (digest, scope) in allowed {
            if scope.is_some_and(|scope| !scope.intersection(taken).is_empty()) {
                diesel::delete(request_tokens::table.find(digest)).execute(connection)?;
            }
        }
        Ok(())
    }

    /// All that waits for an application is over.
    pub fn delete_of_consumer(connection: &mut Connection, consumer: i64) -> QueryResult<()> {
        diesel::delete(request_tokens::table.filter(request_tokens::consumer.eq(consumer)))
            .execute(connection)?;
        Ok(())
    }

    /// All that a member was shown or has allowed is over. Before
    /// [`super::AccessToken::delete_of_member`]: what is being taken up now is
    /// waited for here, and found there.
    pub fn delete_of_member(connection: &mut Connection, member_id: i64) -> QueryResult<()> {
        diesel::delete(request_tokens::table.filter(request_tokens::member_id.eq(member_id)))
            .execute(connection)?;
        Ok(())
    }
}

impl NewRequestToken {
    pub fn insert(&self, connection: &mut Connection) -> QueryResult<()> {
        diesel::insert_into(request_tokens::table)
            .values(self)
            .execute(connection)?;
        Ok(())
    }
}
