//! How long an application can use what a member allows it now, as far as that
//! is settled when the member is asked.
//!
//! Knows neither pages nor words.

use std::time::Duration;

use crate::{grants::refresh_token, models::Client, settings::Settings};

/// How long it lasts, unless it is taken back sooner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lasting {
    /// How long the member's decision counts; none: until it is taken back.
    pub decision: Option<Duration>,
    pub access: Access,
}

/// How long the application's access lasts within that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// It gets no refresh token, so it has to come back each time that this
    /// has passed.
    EachTime(Duration),
    /// It renews its access by itself.
    Renewed {
        /// At most; none where the decision ends no later.
        longest: Option<Duration>,
        /// If for so long it does not; none where all has ended by then.
        idle: Option<Duration>,
    },
}

/// What bounds an application that has refresh tokens.
#[derive(Debug, Clone, Copy)]
struct Renewal {
    absolute: Duration,
    idle: Duration,
}

impl Lasting {
    /// For this client, by the operator's settings.
    pub fn of(settings: &Settings, client: &Client) -> Self {
        let renewal = Renewal {
            absolute: settings.refresh_token_absolute_lifetime(),
            idle: settings.refresh_token_lifetime(),
        };
        Self::new(
            settings.consent_lifetime(),
            settings.access_token_lifetime(),
            client.may_use(&refresh_token::GRANT).then_some(renewal),
        )
    }

    /// No token outlives the decision.
    fn new(decision: Option<Duration>, access_token: Duration, renewal: Option<Renewal>) -> Self {
        let within = |lifetime: Duration| decision.map_or(lifetime, |end| end.min(lifetime));
        let access = match renewal {
            None => Access::EachTime(within(access_token)),
            Some(Renewal { absolute, idle }) => Access::Renewed {
                longest: Some(absolute).filter(|_| decision.is_none_or(|end| absolute < end)),
                idle: Some(idle).filter(|_| idle < within(absolute)),
            },
        };
        Self { decision, access }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn days(days: u64) -> Duration {
        Duration::from_secs(days * 24 * 3600)
    }

    const HOUR: Duration = Duration::from_secs(3600);

    fn renewal(absolute: u64, idle: u64) -> Option<Renewal> {
        Some(Renewal {
            absolute: days(absolute),
            idle: days(idle),
        })
    }

    fn renewed(longest: Option<u64>, idle: Option<u64>) -> Access {
        Access::Renewed {
            longest: longest.map(days),
            idle: idle.map(days),
        }
    }

    #[test]
    fn without_a_refresh_token_each_access_token_counts() {
        let access = |decision| Lasting::new(decision, HOUR, None).access;
        assert_eq!(access(None), Access::EachTime(HOUR));
        assert_eq!(access(Some(days(30))), Access::EachTime(HOUR));
        let shorter = HOUR / 2;
        assert_eq!(access(Some(shorter)), Access::EachTime(shorter));
    }

    #[test]
    fn of_what_ends_a_refresh_token_only_what_comes_first_is_told() {
        let access = |decision: Option<u64>, renewal| {
            let lasting = Lasting::new(decision.map(days), HOUR, renewal);
            assert_eq!(lasting.decision, decision.map(days));
            lasting.access
        };
        assert_eq!(access(None, renewal(365, 30)), renewed(Some(365), Some(30)));
        assert_eq!(access(None, renewal(365, 365)), renewed(Some(365), None));
        assert_eq!(access(None, renewal(30, 365)), renewed(Some(30), None));
        // The decision's own end comes first, or no later.
        assert_eq!(access(Some(90), renewal(365, 30)), renewed(None, Some(30)));
        assert_eq!(access(Some(365), renewal(365, 30)), renewed(None, Some(30)));
        assert_eq!(access(Some(30), renewal(365, 30)), renewed(None, None));
        assert_eq!(
            access(Some(366), renewal(365, 30)),
            renewed(Some(365), Some(30))
        );
    }
}
