//! How long what a member allows lasts, in words.

use std::time::Duration;

use hob_plugin_sdk::{Words, db::Timestamp};

use crate::pages::{Moment, ShownAccess, ShownDecision, ShownLasting};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// From here on the day says enough of when a decision ends.
const LONG_ENOUGH_FOR_A_DAY: Duration = Duration::from_secs(2 * DAY);

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
    /// It has it for as long as the decision counts, and has nothing to renew.
    WithDecision,
}

/// Owns what the page borrows.
pub struct LastingText {
    lasting: Lasting,
    /// When the decision ends, if it does.
    day: Option<TimeText>,
    decision: String,
    each_time: String,
    longest: String,
    idle: String,
}

impl LastingText {
    /// Of what is allowed now.
    pub fn of(words: Words, lasting: Lasting, now: Timestamp) -> Self {
        let text = |lifetime: Option<Duration>| {
            lifetime.map_or_else(String::new, |lifetime| duration(words, lifetime))
        };
        let (each_time, longest, idle) = match lasting.access {
            Access::EachTime(lifetime) => (Some(lifetime), None, None),
            Access::Renewed { longest, idle } => (None, longest, idle),
            Access::WithDecision => (None, None, None),
        };
        Self {
            lasting,
            day: lasting
                .decision
                .map(|lifetime| TimeText::of_end(words, now + lifetime)),
            decision: text(lasting.decision),
            each_time: text(each_time),
            longest: text(longest),
            idle: text(idle),
        }
    }

    pub fn shown(&self) -> ShownLasting<'_> {
        let decision = match (self.lasting.decision, &self.day) {
            (Some(lifetime), Some(day)) if lifetime >= LONG_ENOUGH_FOR_A_DAY => {
                ShownDecision::UntilDay(day.moment())
            }
            (Some(_), _) => ShownDecision::For(&self.decision),
            (None, _) => ShownDecision::UntilTakenBack,
        };
        let access = match self.lasting.access {
            Access::EachTime(_) => ShownAccess::EachTime(&self.each_time),
            Access::Renewed { longest, idle } => ShownAccess::Renewed {
                longest: longest.map(|_| self.longest.as_str()),
                idle: idle.map(|_| self.idle.as_str()),
            },
            Access::WithDecision => ShownAccess::WithDecision,
        };
        ShownLasting { decision, access }
    }
}

/// A length of time in the largest unit that leaves nothing over.
fn duration(words: Words, lifetime: Duration) -> String {
    let seconds = lifetime.as_secs();
    let units = [
        ("duration-days", DAY),
        ("duration-hours", HOUR),
        ("duration-minutes", MINUTE),
    ];
    let whole = units
        .into_iter()
        .find(|(_, unit)| seconds.is_multiple_of(*unit));
    let (message, unit) = whole.unwrap_or(("duration-seconds", 1));
    words.say(message).with("count", seconds / unit).to_string()
}

/// A time, as text for people and for programs.
pub struct TimeText {
    pub text: String,
    pub machine: String,
}

impl TimeText {
    /// The day, in UTC.
    pub fn of(words: Words, time: Timestamp) -> Self {
        Self {
            text: words.day(time),
            machine: time.to_string(),
        }
    }

    /// The last day on which something works that ends at this time.
    pub fn of_end(words: Words, end: Timestamp) -> Self {
        Self {
            text: words.last_day(end),
            machine: end.to_string(),
        }
    }

    pub fn moment(&self) -> Moment<'_> {
        Moment {
            text: &self.text,
            machine: &self.machine,
        }
    }
}
