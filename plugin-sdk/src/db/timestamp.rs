//! Points in time, kept as microseconds so that they are the same number in
//! every database.

use std::{
    fmt,
    ops::{Add, AddAssign, Sub, SubAssign},
    str::FromStr,
    time::Duration,
};

use diesel::{
    deserialize::{self, FromSql, FromSqlRow},
    expression::AsExpression,
    serialize::{self, IsNull, Output, ToSql},
    sql_types::BigInt,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use super::{Hob, value::Value};

/// A point in time: microseconds since 1970-01-01T00:00:00Z, in a `BigInt`
/// column. Arithmetic stops at the ends of what an `i64` holds, some 292,000
/// years away.
///
/// In JSON and as text it is RFC 3339.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow,
)]
#[diesel(sql_type = BigInt)]
pub struct Timestamp(i64);

impl Timestamp {
    /// 1970-01-01T00:00:00Z.
    pub const UNIX_EPOCH: Self = Self(0);

    /// From microseconds since the epoch.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// From whole seconds since the epoch, as OAuth and JWT count.
    #[must_use]
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1_000_000))
    }

    /// Microseconds since the epoch.
    #[must_use]
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch, rounded down.
    #[must_use]
    pub const fn as_seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// How long after `earlier` this is: zero if it is not after it.
    #[must_use]
    pub fn saturating_duration_since(self, earlier: Self) -> Duration {
        if self <= earlier {
            Duration::ZERO
        } else {
            Duration::from_micros(self.0.abs_diff(earlier.0))
        }
    }
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

impl Add<Duration> for Timestamp {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(micros(duration)))
    }
}

impl Sub<Duration> for Timestamp {
    type Output = Self;

    fn sub(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(micros(duration)))
    }
}

impl AddAssign<Duration> for Timestamp {
    fn add_assign(&mut self, duration: Duration) {
        *self = *self + duration;
    }
}

impl SubAssign<Duration> for Timestamp {
    fn sub_assign(&mut self, duration: Duration) {
        *self = *self - duration;
    }
}

/// Drops what is finer than a microsecond.
impl From<jiff::Timestamp> for Timestamp {
    fn from(timestamp: jiff::Timestamp) -> Self {
        Self(timestamp.as_microsecond())
    }
}

impl TryFrom<Timestamp> for jiff::Timestamp {
    type Error = jiff::Error;

    /// # Errors
    /// The timestamp lies outside of the years -9999 to 9999.
    fn try_from(timestamp: Timestamp) -> Result<Self, jiff::Error> {
        Self::from_microsecond(timestamp.0)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::try_from(*self) {
            Ok(timestamp) => timestamp.fmt(formatter),
            Err(_) => write!(formatter, "{} µs from 1970-01-01T00:00:00Z", self.0),
        }
    }
}

impl FromStr for Timestamp {
    type Err = jiff::Error;

    /// # Errors
    /// The text is not a date and time with an offset, as RFC 3339 has it.
    fn from_str(text: &str) -> Result<Self, jiff::Error> {
        text.parse::<jiff::Timestamp>().map(Self::from)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let timestamp = jiff::Timestamp::try_from(*self).map_err(serde::ser::Error::custom)?;
        serializer.collect_str(&timestamp)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        std::borrow::Cow::<'de, str>::deserialize(deserializer)?
            .parse()
            .map_err(D::Error::custom)
    }
}

impl ToSql<BigInt, Hob> for Timestamp {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Hob>) -> serialize::Result {
        out.set_value(self.0);
        Ok(IsNull::No)
    }
}

impl FromSql<BigInt, Hob> for Timestamp {
    fn from_sql(value: Value<'_>) -> deserialize::Result<Self> {
        <i64 as FromSql<BigInt, Hob>>::from_sql(value).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_reads_and_writes_rfc_3339() {
        let timestamp: Timestamp = "2024-02-29T12:30:00.25+02:00".parse().unwrap();
        assert_eq!(timestamp.to_string(), "2024-02-29T10:30:00.25Z");
        let json = serde_json::to_string(&timestamp).unwrap();
        assert_eq!(json, "\"2024-02-29T10:30:00.25Z\"");
        assert_eq!(serde_json::from_str::<Timestamp>(&json).unwrap(), timestamp);
        assert!("2024-02-29T12:30:00".parse::<Timestamp>().is_err());
    }

    #[test]
    fn arithmetic_stops_at_the_ends() {
        let end = Timestamp::from_micros(i64::MAX);
        assert_eq!(end + Duration::from_secs(1), end);
        assert_eq!(Timestamp::UNIX_EPOCH + Duration::MAX, end);
        assert_eq!(
            Timestamp::from_seconds(10).saturating_duration_since(Timestamp::from_seconds(4)),
            Duration::from_secs(6)
        );
        assert_eq!(
            Timestamp::from_seconds(4).saturating_duration_since(Timestamp::from_seconds(10)),
            Duration::ZERO
        );
    }

    #[test]
    fn seconds_are_rounded_down_before_the_epoch_too() {
        assert_eq!(Timestamp::from_micros(-1).as_seconds(), -1);
        assert_eq!(Timestamp::from_micros(1_999_999).as_seconds(), 1);
    }

    #[test]
    fn a_time_beyond_the_calendar_is_shown_and_not_serialized() {
        let beyond = Timestamp::from_micros(i64::MAX);
        assert!(beyond.to_string().contains("µs"));
        assert!(serde_json::to_string(&beyond).is_err());
    }
}
