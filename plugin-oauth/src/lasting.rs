//! How long an application can use what a member allows it now, as far as that
//! is settled when the member is asked.
//!
//! Knows neither pages nor words.

use std::time::Duration;

use hob_authorization::lasting::{Access, Lasting};

use crate::{grants::refresh_token, models::Client, settings::Settings};

/// What bounds an application that has refresh tokens.
#[derive(Debug, Clone, Copy)]
struct Renewal {
    absolute: Duration,
    idle: Duration,
}

/// What this client is allowed now, by the operator's settings.
pub fn lasting(settings: &Settings, client: &Client) -> Lasting {
    let renewal = Renewal {
        absolute: settings.refresh_token_absolute_lifetime(),
        idle: settings.refresh_token_lifetime(),
    };
    bounded(
        settings.consent_lifetime(),
        settings.access_token_lifetime(),
        client.may_use(&refresh_token::GRANT).then_some(renewal),
    )
}

/// No token outlives the decision.
fn bounded(
    decision: Option<Duration>,
    access_token: Duration,
    renewal: Option<Renewal>,
) -> Lasting {
    let within = |lifetime: Duration| decision.map_or(lifetime, |end| end.min(lifetime));
    let access = match renewal {
        None => Access::EachTime(within(access_token)),
        Some(Renewal { absolute, idle }) => Access::Renewed {
            longest: Some(absolute).filter(|_| decision.is_none_or(|end| absolute < end)),
            idle: Some(idle).filter(|_| idle < within(absolute)),
        },
    };
    Lasting { decision, access }
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
        let access = |decision| bounded(decision, HOUR, None).access;
        assert_eq!(access(None), Access::EachTime(HOUR));
        assert_eq!(access(Some(days(30))), Access::EachTime(HOUR));
        let shorter = HOUR / 2;
        assert_eq!(access(Some(shorter)), Access::EachTime(shorter));
    }

    #[test]
    fn of_what_ends_a_refresh_token_only_what_comes_first_is_told() {
        let access = |decision: Option<u64>, renewal| {
            let lasting = bounded(decision.map(days), HOUR, renewal);
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
