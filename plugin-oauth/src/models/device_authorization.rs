//! Devices that wait for a member to let them in (RFC 8628).

use diesel::{
    deserialize::{self, FromSql, FromSqlRow},
    expression::AsExpression,
    prelude::*,
    serialize::{self, IsNull, Output, ToSql},
    sql_types::Text,
};
use hob_plugin_sdk::{
    Member,
    db::{Connection, Hob, Timestamp, Value},
};

use super::{
    consent::ConsentTerm,
    schema::oauth_device_authorizations::{self as devices, dsl},
};
use crate::{resource::Resource, scope::Scope, secret::SecretDigest};

/// How far it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
pub enum DeviceState {
    /// Nobody has decided.
    Pending,
    Approved,
    Denied,
    /// Its tokens were issued.
    Redeemed,
}

impl DeviceState {
    const ALL: [Self; 4] = [Self::Pending, Self::Approved, Self::Denied, Self::Redeemed];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Denied => "denied",
            Self::Redeemed => "redeemed",
        }
    }
}

impl ToSql<Text, Hob> for DeviceState {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Hob>) -> serialize::Result {
        out.set_value(self.as_str());
        Ok(IsNull::No)
    }
}

impl FromSql<Text, Hob> for DeviceState {
    fn from_sql(value: Value<'_>) -> deserialize::Result<Self> {
        let text = <String as FromSql<Text, Hob>>::from_sql(value)?;
        Self::ALL
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or_else(|| format!("{text:?} is no state of a device authorization").into())
    }
}

/// A device that waits.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(
    table_name = devices,
    check_for_backend(Hob),
    treat_none_as_default_value = false
)]
pub struct DeviceAuthorization {
    pub device_code: SecretDigest,
    pub user_code: SecretDigest,
    pub client: i64,
    /// What is asked; once it is approved, what is granted.
    pub scope: Scope,
    pub resource: Resource,
    pub state: DeviceState,
    /// Who entered the user code, and in which session.
    pub member_id: Option<i64>,
    pub session_id: Option<i64>,
    /// Where it is approved.
    pub consent: Option<i64>,
    /// What the tokens that it gives have in common.
    pub family: i64,
    pub interval_seconds: i64,
    pub next_poll_at: Timestamp,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    /// When its row may go.
    pub forget_at: Timestamp,
    /// When the consent ends; none if never, or if it is not approved.
    pub consent_expires_at: Option<Timestamp>,
}

impl DeviceAuthorization {
    /// By the digest of its device code; in whatever state, and also one that
    /// has expired.
    pub fn find(
        connection: &mut Connection,
        device_code: &SecretDigest,
    ) -> QueryResult<Option<Self>> {
        devices::table
            .find(device_code)
            .select(Self::as_select())
            .first(connection)
            .optional()
    }

    /// By the digest of its user code, while it can be decided.
    pub fn find_pending(
        connection: &mut Connection,
        user_code: &SecretDigest,
        now: Timestamp,
    ) -> QueryResult<Option<Self>> {
        let found = devices::table
            .filter(dsl::user_code.eq(user_code))
            .select(Self::as_select())
            .first(connection)
            .optional()?;
        Ok(found.filter(|device: &Self| {
            device.state == DeviceState::Pending && now < device.expires_at
        }))
    }

    /// False if its user code is another's already.
    pub fn insert(&self, connection: &mut Connection) -> QueryResult<bool> {
        let inserted = diesel::insert_into(devices::table)
            .values(self)
            .on_conflict(dsl::user_code)
            .do_nothing()
            .execute(connection)?;
        Ok(inserted == 1)
    }

    /// Binds it to the member who entered its user code, in this session.
    /// False if it is another member's, or can't be decided any longer.
    pub fn claim(
        &self,
        connection: &mut Connection,
        member: &Member,
        now: Timestamp,
    ) -> QueryResult<bool> {
        let touched = diesel::update(
            devices::table
                .filter(dsl::device_code.eq(self.device_code))
                .filter(dsl::state.eq(DeviceState::Pending))
                .filter(dsl::expires_at.gt(now))
                .filter(dsl::member_id.is_null().or(dsl::member_id.eq(member.id))),
        )
        .set((
            dsl::member_id.eq(member.id),
            dsl::session_id.eq(member.session_id),
        ))
        .execute(connection)?;
        Ok(touched == 1)
    }

    /// Whether this member entered its user code, in this session.
    #[must_use]
    pub fn was_claimed_by(&self, member: &Member) -> bool {
        self.member_id == Some(member.id) && self.session_id == Some(member.session_id)
    }

    /// Decides it, once. False if it was decided before, is somebody else's,
    /// or has expired.
    pub fn decide(
        &self,
        connection: &mut Connection,
        member: &Member,
        decision: DeviceState,
        now: Timestamp,
    ) -> QueryResult<bool> {
        let touched = diesel::update(
            devices::table
                .filter(dsl::device_code.eq(self.device_code))
                .filter(dsl::state.eq(DeviceState::Pending))
                .filter(dsl::expires_at.gt(now))
                .filter(dsl::member_id.eq(member.id))
                .filter(dsl::session_id.eq(member.session_id)),
        )
        .set(dsl::state.eq(decision))
        .execute(connection)?;
        Ok(touched == 1)
    }

    /// Notes what was granted, in the transaction that approved it.
    pub fn grant(
        &self,
        connection: &mut Connection,
        consent: ConsentTerm,
        scope: &Scope,
    ) -> QueryResult<()> {
        diesel::update(devices::table.find(self.device_code))
            .set((
                dsl::consent.eq(consent.id),
                dsl::consent_expires_at.eq(consent.expires_at),
                dsl::scope.eq(scope),
            ))
            .execute(connection)?;
        Ok(())
    }

    /// Notes that its device has asked. False if that was too soon: then the
    /// device has to wait `more_seconds` longer, from now on each time.
    pub fn poll(
        &self,
        connection: &mut Connection,
        now: Timestamp,
        next_poll_at: Timestamp,
        more_seconds: i64,
    ) -> QueryResult<bool> {
        let own = devices::table.filter(dsl::device_code.eq(self.device_code));
        let touched = diesel::update(own.filter(dsl::next_poll_at.le(now)))
            .set(dsl::next_poll_at.eq(next_poll_at))
            .execute(connection)?;
        if touched == 1 {
            return Ok(true);
        }
        let slower = more_seconds * MICROSECONDS;
        diesel::update(own)
            .set((
                dsl::interval_seconds.eq(dsl::interval_seconds + more_seconds),
                dsl::next_poll_at
                    .eq(dsl::interval_seconds * MICROSECONDS + now.as_micros() + slower),
            ))
            .execute(connection)?;
        Ok(false)
    }

    /// Redeems it, once, and keeps it until `forget_at`. False if that was
    /// done before, or if it has died.
    pub fn redeem(&self, connection: &mut Connection, forget_at: Timestamp) -> QueryResult<bool> {
        let touched = diesel::update(
            devices::table
                .filter(dsl::device_code.eq(self.device_code))
                .filter(dsl::state.eq(DeviceState::Approved)),
        )
        .set((
            dsl::state.eq(DeviceState::Redeemed),
            dsl::forget_at.eq(forget_at),
        ))
        .execute(connection)?;
        Ok(touched == 1)
    }

    /// Deletes its row: nothing is left that a replay could end. False if
    /// somebody else did.
    pub fn forget(connection: &mut Connection, device_code: &SecretDigest) -> QueryResult<bool> {
        let own = devices::table.filter(dsl::device_code.eq(device_code));
        let touched = diesel::delete(own).execute(connection)?;
        Ok(touched == 1)
    }
}

/// Of a second.
const MICROSECONDS: i64 = 1_000_000;
