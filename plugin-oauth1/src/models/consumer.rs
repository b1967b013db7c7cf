//! Applications that sign their requests.

use diesel::{
    deserialize::{self, FromSql, FromSqlRow},
    dsl::{exists, not},
    expression::AsExpression,
    prelude::*,
    serialize::{self, IsNull, Output, ToSql},
    sql_types::Text,
    upsert::excluded,
};
use hob_authorization::{redirect_uri::RedirectUri, scope::Scope};
use hob_oauth1_signature::SignatureMethod;
use hob_plugin_sdk::{
    db::{Connection, Dialect, Hob, Json, Timestamp, Value},
    sealing::{KeyId, Sealed},
};

use super::{
    kept_key::KeptKey,
    schema::{oauth1_access_tokens, oauth1_consumers, oauth1_owners, oauth1_request_tokens},
};

/// How an application proves who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
pub enum Credential {
    Secret,
    /// By the RSA key whose public half is registered.
    Key,
    /// Not at all: its secret is empty.
    None,
}

/// An application.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = oauth1_consumers, check_for_backend(Hob))]
pub struct Consumer {
    pub id: i64,
    pub consumer_key: String,
    pub name: String,
    /// The member who registered it.
    pub owner_id: Option<i64>,
    pub website: Option<String>,
    pub callbacks: Json<Vec<RedirectUri>>,
    /// All that it may ask for.
    pub scope: Scope,
    /// What of it it does not work without.
    pub required_scope: Scope,
    pub credential: Credential,
    pub sealed_secret: Option<Sealed>,
    pub public_key: Option<KeptKey>,
    pub registered_itself: bool,
    pub created_at: Timestamp,
    pub suspended_at: Option<Timestamp>,
    /// What the operator gave for it.
    pub suspension_reason: Option<String>,
}

/// An application that is to be registered.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = oauth1_consumers, treat_none_as_default_value = false)]
pub struct NewConsumer {
    pub consumer_key: String,
    pub name: String,
    pub owner_id: Option<i64>,
    pub website: Option<String>,
    pub callbacks: Json<Vec<RedirectUri>>,
    pub scope: Scope,
    pub required_scope: Scope,
    pub credential: Credential,
    pub sealed_secret: Option<Sealed>,
    pub key_id: Option<KeyId>,
    pub public_key: Option<String>,
    pub registered_itself: bool,
    pub created_at: Timestamp,
}

/// What can be changed of an application: what is none stays as it is.
#[derive(Debug, Clone, Default, AsChangeset)]
#[diesel(table_name = oauth1_consumers)]
pub struct ConsumerChanges {
    pub name: Option<String>,
    /// None within: from now on there is none.
    pub website: Option<Option<String>>,
    pub callbacks: Option<Json<Vec<RedirectUri>>>,
    pub scope: Option<Scope>,
    pub required_scope: Option<Scope>,
}

/// By what an application proves who it is from now on.
#[derive(Debug, Clone, AsChangeset)]
#[diesel(table_name = oauth1_consumers, treat_none_as_null = true)]
pub struct NewCredential {
    pub credential: Credential,
    pub sealed_secret: Option<Sealed>,
    pub key_id: Option<KeyId>,
    pub public_key: Option<String>,
}

/// Who registered an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registrar {
    Operator,
    /// On the site's pages.
    Member(i64),
    /// The application, at the registration endpoint.
    Itself,
}

impl Consumer {
    /// By its public name. What can be none is not looked for: a database may
    /// not even take it.
    pub fn find(connection: &mut Connection, consumer_key: &str) -> QueryResult<Option<Self>> {
        if !consumer_key
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric())
        {
            return Ok(None);
        }
        oauth1_consumers::table
            .filter(oauth1_consumers::consumer_key.eq(consumer_key))
            .select(Self::as_select())
            .first(connection)
            .optional()
    }

    /// Registers an application.
    pub fn insert(connection: &mut Connection, new: &NewConsumer) -> QueryResult<Self> {
        diesel::insert_into(oauth1_consumers::table)
            .values(new)
            .returning(Self::as_returning())
            .get_result(connection)
    }

    /// All, in the order in which they were registered.
    pub fn all(connection: &mut Connection) -> QueryResult<Vec<Self>> {
        oauth1_consumers::table
            .order(oauth1_consumers::id)
            .select(Self::as_select())
            .load(connection)
    }

    /// Those of a member, in the order in which they were registered.
    pub fn of_owner(connection: &mut Connection, owner_id: i64) -> QueryResult<Vec<Self>> {
        oauth1_consumers::table
            .filter(oauth1_consumers::owner_id.eq(owner_id))
            .order(oauth1_consumers::id)
            .select(Self::as_select())
            .load(connection)
    }

    /// Those that registered themselves before this, that no member allows, and
    /// that ask none: so many at most.
    pub fn unused(
        connection: &mut Connection,
        before: Timestamp,
        most: i64,
    ) -> QueryResult<Vec<i64>> {
        oauth1_consumers::table
            .filter(oauth1_consumers::registered_itself)
            .filter(oauth1_consumers::created_at.lt(before))
            .filter(not(exists(tokens())))
            .filter(not(exists(waiting())))
            .order(oauth1_consumers::id)
            .limit(most)
            .select(oauth1_consumers::id)
            .load(connection)
    }

    /// Deletes it, unless it is used by now. Answers with what it was.
    ///
    /// Whoever issues it anything holds its row ([`Self::hold`]) and is waited
    /// for; what was issued meanwhile is found by the next statement alone.
    pub fn delete_if_unused(connection: &mut Connection, id: i64) -> QueryResult<Option<Self>> {
        diesel::update(oauth1_consumers::table.find(id))
            .set(oauth1_consumers::suspended_at.eq(oauth1_consumers::suspended_at))
            .execute(connection)?;
        diesel::delete(
            oauth1_consumers::table
                .find(id)
                .filter(not(exists(tokens())))
                .filter(not(exists(waiting()))),
        )
        .returning(Self::as_returning())
        .get_result(connection)
        .optional()
    }

    /// The one of this name, if it is this member's.
    pub fn find_of_owner(
        connection: &mut Connection,
        consumer_key: &str,
        owner_id: i64,
    ) -> QueryResult<Option<Self>> {
        let found = Self::find(connection, consumer_key)?;
        Ok(found.filter(|consumer| consumer.owner_id == Some(owner_id)))
    }

    /// How many a member has registered.
    pub fn count_of_owner(connection: &mut Connection, owner_id: i64) -> QueryResult<u64> {
        let count: i64 = oauth1_consumers::table
            .filter(oauth1_consumers::owner_id.eq(owner_id))
            .count()
            .get_result(connection)?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// Whether this member may register one more, and has not `most` already.
    /// Whoever asks for the same member at the same time waits until this
    /// transaction ends, and then counts what it registered too.
    pub fn has_room_for_owner(
        connection: &mut Connection,
        owner_id: i64,
        most: Option<u64>,
    ) -> QueryResult<bool> {
        let Some(most) = most else { return Ok(true) };
        diesel::insert_into(oauth1_owners::table)
            .values(oauth1_owners::member_id.eq(owner_id))
            .on_conflict(oauth1_owners::member_id)
            .do_update()
            .set(oauth1_owners::member_id.eq(excluded(oauth1_owners::member_id)))
            .execute(connection)?;
        Ok(Self::count_of_owner(connection, owner_id)? < most)
    }

    /// Forgets that this member has registered any.
    pub fn forget_owner(connection: &mut Connection, owner_id: i64) -> QueryResult<()> {
        diesel::delete(oauth1_owners::table.find(owner_id)).execute(connection)?;
        Ok(())
    }

    /// As [`Self::update`]; none too if it was suspended meanwhile.
    pub fn update_active(
        &self,
        connection: &mut Connection,
        changes: &ConsumerChanges,
    ) -> QueryResult<Option<Self>> {
        diesel::update(
            oauth1_consumers::table
                .find(self.id)
                .filter(oauth1_consumers::suspended_at.is_null()),
        )
        .set(changes)
        .returning(Self::as_returning())
        .get_result(connection)
        .optional()
    }

    /// Changes it. Answers with what it is now; none if it is gone.
    pub fn update(
        &self,
        connection: &mut Connection,
        changes: &ConsumerChanges,
    ) -> QueryResult<Option<Self>> {
        diesel::update(oauth1_consumers::table.find(self.id))
            .set(changes)
            .returning(Self::as_returning())
            .get_result(connection)
            .optional()
    }

    /// Gives it another proof of who it is; the old one is dead. Answers with
    /// what it is now; none if it is gone.
    pub fn replace_credential(
        &self,
        connection: &mut Connection,
        credential: &NewCredential,
    ) -> QueryResult<Option<Self>> {
        diesel::update(oauth1_consumers::table.find(self.id))
            .set(credential)
            .returning(Self::as_returning())
            .get_result(connection)
            .optional()
    }

    /// Stops it for everybody. What members allowed it stays, and is refused
    /// meanwhile. Without a new reason, one that was given before still counts.
    pub fn suspend(
        &self,
        connection: &mut Connection,
        reason: Option<&str>,
        now: Timestamp,
    ) -> QueryResult<Option<Self>> {
        diesel::update(oauth1_consumers::table.find(self.id))
            .set((
                oauth1_consumers::suspended_at.eq(now),
                reason.map(|reason| oauth1_consumers::suspension_reason.eq(reason)),
            ))
            .returning(Self::as_returning())
            .get_result(connection)
            .optional()
    }

    /// Ends a suspension; none if there was none.
    pub fn resume(&self, connection: &mut Connection) -> QueryResult<Option<Self>> {
        diesel::update(
            oauth1_consumers::table
                .find(self.id)
                .filter(oauth1_consumers::suspended_at.is_not_null()),
        )
        .set((
            oauth1_consumers::suspended_at.eq(None::<Timestamp>),
            oauth1_consumers::suspension_reason.eq(None::<String>),
        ))
        .returning(Self::as_returning())
        .get_result(connection)
        .optional()
    }

    /// Deletes it, with all that members allowed it. False if it was gone.
    pub fn delete(&self, connection: &mut Connection) -> QueryResult<bool> {
        let deleted = diesel::delete(oauth1_consumers::table.find(self.id)).execute(connection)?;
        Ok(deleted == 1)
    }

    /// Holds the row until the transaction ends, so that whoever suspends or
    /// deletes it waits for what is issued here, and then finds it. False if it
    /// is suspended, or gone.
    pub fn hold(connection: &mut Connection, id: i64) -> QueryResult<bool> {
        let active = oauth1_consumers::table
            .find(id)
            .filter(oauth1_consumers::suspended_at.is_null());
        if connection.dialect() == Dialect::Sqlite {
            // Nobody else writes meanwhile, and a row that is written anew is
            // read anew by all.
            let found = active.select(oauth1_consumers::id).first::<i64>(connection);
            return Ok(found.optional()?.is_some());
        }
        let touched = diesel::update(active)
            .set(oauth1_consumers::suspended_at.eq(oauth1_consumers::suspended_at))
            .execute(connection)?;
        Ok(touched == 1)
    }

    /// Where its secret is sealed for.
    #[must_use]
    pub fn place(consumer_key: &str) -> String {
        format!("consumer {consumer_key}, secret")
    }

    #[must_use]
    pub const fn is_suspended(&self) -> bool {
        self.suspended_at.is_some()
    }

    #[must_use]
    pub const fn registrar(&self) -> Registrar {
        match (self.registered_itself, self.owner_id) {
            (true, _) => Registrar::Itself,
            (false, Some(member_id)) => Registrar::Member(member_id),
            (false, None) => Registrar::Operator,
        }
    }

    /// The registered callback that `presented` is; any port is as good on a
    /// loopback address.
    #[must_use]
    pub fn admit(&self, presented: &str) -> Option<RedirectUri> {
        let registered = self.callbacks.0.iter();
        registered
            .filter_map(|own| own.admit(presented, false))
            .next()
    }

    /// Whether what it asked for before is still what it may ask for.
    #[must_use]
    pub fn still_admits(&self, callback: Option<&RedirectUri>, scope: &Scope) -> bool {
        let leads_there = callback.is_none_or(|callback| self.admit(callback.as_str()).is_some());
        leads_there && scope.is_within(&self.scope)
    }
}

/// What members allow an application.
#[diesel::dsl::auto_type(no_type_alias)]
fn tokens() -> _ {
    oauth1_access_tokens::table.filter(oauth1_access_tokens::consumer.eq(oauth1_consumers::id))
}

/// What it asks members for.
#[diesel::dsl::auto_type(no_type_alias)]
fn waiting() -> _ {
    oauth1_request_tokens::table.filter(oauth1_request_tokens::consumer.eq(oauth1_consumers::id))
}

impl Registrar {
    /// As events and commands have it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Member(_) => "member",
            Self::Itself => "itself",
        }
    }
}

impl Credential {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Secret => "secret",
            Self::Key => "key",
            Self::None => "none",
        }
    }

    /// Whether whoever proves itself so signs by this method. One with a key
    /// never signs by its secret, which is empty.
    #[must_use]
    pub const fn signs_by(self, method: SignatureMethod) -> bool {
        match self {
            Self::Key => method.is_rsa(),
            Self::Secret | Self::None => !method.is_rsa(),
        }
    }
}

impl ToSql<Text, Hob> for Credential {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Hob>) -> serialize::Result {
        out.set_value(self.as_str());
        Ok(IsNull::No)
    }
}

impl FromSql<Text, Hob> for Credential {
    fn from_sql(value: Value<'_>) -> deserialize::Result<Self> {
        match <String as FromSql<Text, Hob>>::from_sql(value)?.as_str() {
            "secret" => Ok(Self::Secret),
            "key" => Ok(Self::Key),
            "none" => Ok(Self::None),
            other => Err(format!("{other:?} is no credential").into()),
        }
    }
}
