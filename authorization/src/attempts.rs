//! Telling of what was tried: by an event, and by an entry of the audit log.
//!
//! Neither tells of any other write, so each has one of its own, for which
//! nobody waits. Nobody who tries can fill the queue of writes, whatever a
//! listener keeps, or the audit log: [`Seldom`] lets few of them through,
//! whatever name is tried. It does not know what was tried, nor by whom.

use std::time::Duration;

use hob_plugin_sdk::{
    AuditEntry, Channel, Event, Seldom,
    db::{Connection, DbError, Timestamp},
};

const MINUTE: Duration = Duration::from_secs(60);
/// Of all events of one kind, so many at a time, and then one in this time.
const MOST_EVENTS: u32 = 600;
const EVENT_EACH: Duration = Duration::from_millis(100);
/// Of a name as it was sent, so much is told.
const LONGEST_NAME: usize = 64;

/// What was told of lately of one kind, by each node for itself.
#[derive(Debug)]
pub struct Gates {
    events: Seldom,
    notes: Seldom,
}

impl Gates {
    /// For what anybody can bring about: an event of the same thing in a minute,
    /// and an entry in an hour.
    #[must_use]
    pub fn for_strangers() -> Self {
        Self::new(MINUTE, Seldom::for_audit_log())
    }

    /// For what has been proven, as applications do it all the time: an event of
    /// the same thing in `event_each`, and an entry in `note_each`.
    #[must_use]
    pub fn for_proven(event_each: Duration, note_each: Duration) -> Self {
        Self::new(event_each, Seldom::new(note_each, MOST_EVENTS, MINUTE))
    }

    fn new(event_each: Duration, notes: Seldom) -> Self {
        Self {
            events: Seldom::new(event_each, MOST_EVENTS, EVENT_EACH),
            notes,
        }
    }

    /// How this is to be told, with an entry only where it is `noteworthy`.
    /// None where it is not, which is mostly so.
    pub fn pass<E: Event>(
        &self,
        channel: Channel<E>,
        noteworthy: bool,
        (what, peer): (&str, &str),
        now: Timestamp,
    ) -> Option<Passed<E>> {
        let heard = channel.is_heard() && self.events.tell(what, peer, now).is_some();
        let noted = match noteworthy {
            true => self.notes.tell(what, peer, now),
            false => None,
        };
        (heard || noted.is_some()).then_some(Passed {
            channel: heard.then_some(channel),
            left_out: noted,
        })
    }
}

/// What was let through, and how it is to be told.
#[derive(Debug)]
pub struct Passed<E: Event> {
    /// None where nobody is to hear of it.
    channel: Option<Channel<E>>,
    /// None where nothing is to be noted.
    left_out: Option<u64>,
}

impl<E: Event> Passed<E> {
    /// Notes it and raises the event, each as far as it was let through.
    ///
    /// # Errors
    /// The database's.
    pub fn tell(
        self,
        connection: &mut Connection,
        entry: impl FnOnce(&mut Connection) -> Result<AuditEntry, DbError>,
        event: impl FnOnce() -> E,
    ) -> Result<(), DbError> {
        if let Some(left_out) = self.left_out {
            let entry = entry(connection)?;
            connection.note(entry.with_left_out(left_out))?;
        }
        match self.channel {
            Some(channel) => channel.raise(connection, event),
            None => Ok(()),
        }
    }
}

/// The beginning of a name as it was sent: whatever may stand there.
#[must_use]
pub fn cut(name: &str) -> String {
    name.chars().take(LONGEST_NAME).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_name_as_it_was_sent_sixty_four_letters_are_told() {
        assert_eq!(cut(&"é".repeat(64)), "é".repeat(64));
        assert_eq!(cut(&"é".repeat(65)), "é".repeat(64));
        assert_eq!(cut(""), "");
    }
}
