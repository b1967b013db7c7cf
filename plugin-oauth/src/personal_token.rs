//! Personal access tokens: a member makes one for a program of his or her own,
//! with chosen scopes and an end, and needs no application and no consent.
//!
//! Knows neither forms nor pages. A token dies with all else that may use the
//! account: when the member is disabled or deleted or changes the password.

use std::time::Duration;

use hob_plugin_sdk::{PluginError, db::Timestamp};
use jiff::{ToSpan, civil::Date, tz::TimeZone};

use crate::{
    OAuth,
    act::Act,
    models::{MemberEpoch, PersonalToken},
    registration::{self, RegistrationError},
    scope::Scope,
    secret::{PlainSecret, SecretKind, operating_system_randomness},
};

const DAY: Duration = Duration::from_secs(24 * 3600);
/// So many days are offered, as far as the operator allows them.
pub const OFFERED_DAYS: [u64; 4] = [7, 30, 90, 365];

/// When a token is to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lifetime {
    /// After so many days.
    Days(u64),
    /// With this day, in UTC.
    Until(Date),
}

/// What a member typed.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    pub name: &'a str,
    pub scope: &'a [&'a str],
    /// None where nothing that could be read was said.
    pub lifetime: Option<Lifetime>,
}

/// What is wrong, field by field, or with the whole.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Problems {
    pub name: Option<RegistrationError>,
    pub scope: Option<RegistrationError>,
    pub lifetime: Option<LifetimeError>,
    pub whole: Option<LimitError>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LifetimeError {
    #[error("say when it ends: choose a number of days, or a day such as 2027-03-31")]
    Missing,
    #[error("this day is over")]
    Past,
    #[error("this site lets a token live for {} days at most", whole_days(*.0))]
    TooLong(Duration),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LimitError {
    #[error(
        "you have {0} tokens, and this site allows no more: revoke one that you no longer need"
    )]
    TooMany(u64),
    #[error("your password was changed this very moment: look whether it was you")]
    PasswordChanged,
}

/// A token that was just made. Only now is its secret known.
#[derive(Debug)]
pub struct Made {
    pub secret: PlainSecret,
    pub token: PersonalToken,
}

/// How many days are over before this is.
#[must_use]
pub fn whole_days(lifetime: Duration) -> u64 {
    lifetime.as_secs() / DAY.as_secs()
}

/// Makes one for a member who may.
///
/// # Errors
/// The database's, and within: all that is wrong with what is wanted.
pub async fn make(
    oauth: &OAuth,
    member_id: i64,
    act: Act,
    wanted: Wanted<'_>,
) -> Result<Result<Made, Box<Problems>>, PluginError> {
    let now = act.at;
    let longest = oauth.settings().personal_token_longest_lifetime();
    let mut problems = Problems::default();
    let name = registration::check_name(wanted.name)
        .map_err(|error| problems.name = Some(error))
        .ok();
    let scope = registration::check_scope(oauth.declared_scope(), wanted.scope)
        .map_err(|error| problems.scope = Some(error))
        .ok();
    let expires_at = end(wanted.lifetime, now, longest)
        .map_err(|error| problems.lifetime = Some(error))
        .ok();
    let (Some(name), Some(scope), Some(expires_at)) = (name, scope, expires_at) else {
        return Ok(Err(Box::new(problems)));
    };
    let randomness = &mut operating_system_randomness();
    let secret = PlainSecret::generate(SecretKind::PersonalToken, now, randomness);
    let token = new_token(&secret, member_id, name, scope, now, expires_at);
    Ok(store(oauth, token, act).await?.map_or_else(
        |limit| {
            Err(Box::new(Problems {
                whole: Some(limit),
                ..Problems::default()
            }))
        },
        |token| Ok(Made { secret, token }),
    ))
}

fn new_token(
    secret: &PlainSecret,
    member_id: i64,
    name: String,
    scope: Scope,
    now: Timestamp,
    expires_at: Timestamp,
) -> PersonalToken {
    PersonalToken {
        digest: secret.digest(),
        member_id,
        name,
        scope,
        created_at: now,
        expires_at,
        last_used_at: None,
        last_used_from: None,
    }
}

/// Two at once are counted one after the other, and none is made beside a
/// change of the password.
async fn store(
    oauth: &OAuth,
    token: PersonalToken,
    act: Act,
) -> Result<Result<PersonalToken, LimitError>, PluginError> {
    let most = oauth.settings().personal_tokens_per_member();
    let (member_id, now) = (token.member_id, token.created_at);
    let epoch = oauth
        .read(move |connection| MemberEpoch::of(connection, member_id))
        .await?;
    let events = oauth.events();
    oauth
        .change(move |connection| {
            if !epoch.hold(connection, member_id, now)? {
                return Ok(Err(LimitError::PasswordChanged));
            }
            let live = PersonalToken::count_live(connection, member_id, now)?;
            if most.is_some_and(|most| live >= most) {
                return Ok(Err(LimitError::TooMany(live)));
            }
            token.insert(connection)?;
            events.personal_token_made(connection, &act, &token)?;
            Ok(Ok(token))
        })
        .await
}

/// When a token of this lifetime ends that is made now.
fn end(
    lifetime: Option<Lifetime>,
    now: Timestamp,
    longest: Duration,
) -> Result<Timestamp, LifetimeError> {
    let latest = now + longest;
    let end = match lifetime.ok_or(LifetimeError::Missing)? {
        Lifetime::Days(0) => return Err(LifetimeError::Missing),
        Lifetime::Days(days) => {
            let seconds = days.saturating_mul(DAY.as_secs());
            now + Duration::from_secs(seconds)
        }
        Lifetime::Until(day) => {
            let (begins, ends) = bounds(day).ok_or(LifetimeError::Missing)?;
            if ends <= now {
                return Err(LifetimeError::Past);
            }
            // The last day that is allowed is allowed, though not to its end.
            if begins < latest {
                ends.min(latest)
            } else {
                ends
            }
        }
    };
    if end > latest {
        return Err(LifetimeError::TooLong(longest));
    }
    Ok(end)
}

/// When a day begins and when it is over, in UTC.
fn bounds(day: Date) -> Option<(Timestamp, Timestamp)> {
    let midnight = |day: Date| {
        let zoned = day.to_zoned(TimeZone::UTC).ok()?;
        Some(Timestamp::from(zoned.timestamp()))
    };
    Some((midnight(day)?, midnight(day.checked_add(1.day()).ok()?)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end_of(lifetime: Lifetime) -> Result<String, LifetimeError> {
        let now: Timestamp = "2027-03-01T12:00:00Z".parse().unwrap();
        end(Some(lifetime), now, 30 * DAY).map(|end| end.to_string())
    }

    fn until(day: &str) -> Lifetime {
        Lifetime::Until(day.parse().unwrap())
    }

    #[test]
    fn a_token_ends_after_days_or_with_a_day_and_never_beyond_the_bound() {
        assert_eq!(end_of(Lifetime::Days(7)).unwrap(), "2027-03-08T12:00:00Z");
        assert_eq!(end_of(Lifetime::Days(30)).unwrap(), "2027-03-31T12:00:00Z");
        assert_eq!(end_of(until("2027-03-01")).unwrap(), "2027-03-02T00:00:00Z");
        assert_eq!(end_of(until("2027-03-30")).unwrap(), "2027-03-31T00:00:00Z");
        // The last day, as far as it goes.
        assert_eq!(end_of(until("2027-03-31")).unwrap(), "2027-03-31T12:00:00Z");
        let too_long = Err(LifetimeError::TooLong(30 * DAY));
        for beyond in [
            Lifetime::Days(31),
            Lifetime::Days(u64::MAX),
            until("2027-04-01"),
            until("9000-01-01"),
        ] {
            assert_eq!(end_of(beyond), too_long, "{beyond:?}");
        }
        assert_eq!(end_of(until("2027-02-28")), Err(LifetimeError::Past));
        assert_eq!(end_of(Lifetime::Days(0)), Err(LifetimeError::Missing));
        let nothing = end(None, Timestamp::from_micros(0), DAY);
        assert_eq!(nothing, Err(LifetimeError::Missing));
    }
}
