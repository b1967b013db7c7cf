//! How long what a member allows lasts, in words.

use std::time::Duration;

use hob_plugin_sdk::Words;

use super::member_page::TimeText;
use crate::{
    OAuth,
    lasting::{Access, Lasting},
    models::Client,
    pages::{ShownAccess, ShownDecision, ShownLasting},
};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// From here on the day says enough of when a decision ends.
const LONG_ENOUGH_FOR_A_DAY: Duration = Duration::from_secs(2 * DAY);

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
    /// Of what this client is allowed now.
    pub fn of(oauth: &OAuth, words: Words, client: &Client) -> Self {
        let lasting = Lasting::of(oauth.settings(), client);
        let text = |lifetime: Option<Duration>| {
            lifetime.map_or_else(String::new, |lifetime| duration(words, lifetime))
        };
        let (each_time, longest, idle) = match lasting.access {
            Access::EachTime(lifetime) => (Some(lifetime), None, None),
            Access::Renewed { longest, idle } => (None, longest, idle),
        };
        let end = oauth.consent_expires_at(oauth.now());
        Self {
            lasting,
            day: end.map(|end| TimeText::of_end(words, end)),
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
