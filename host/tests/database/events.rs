//! Events: delivered inside the transaction that raises them, and again once
//! that is committed.

use std::sync::{Arc, Mutex};

use abi_stable::std_types::RString;
use hob::db::{Connection, DatabaseOptions, DeliverEvents, Lender, OwnedEvent};
use hob_plugin_sdk::abi::{
    RawError,
    db::{RawConnection, RawJobOutcome, RawSavepoint, RawVerdict},
    event::{RawEvent, RawMemberEvent},
};

use crate::driver::{
    Fixture, block_on, count, execute, job, must, on_each, raise, rows, savepoint, start_write,
};

/// One subscriber, which hears of everything inside and after.
struct Subscriber {
    /// Each delivery is guarded: the subscriber may not refuse.
    guarded: bool,
    heard_after: Arc<Mutex<Vec<i64>>>,
}

fn member_of(payload: *const ()) -> i64 {
    // SAFETY: the tests raise only this payload.
    unsafe { &*payload.cast::<RawMemberEvent>() }.member_id
}

impl DeliverEvents for Subscriber {
    fn deliver(
        &self,
        event: &RawEvent<'_>,
        lender: &dyn Lender,
    ) -> Result<Option<OwnedEvent>, RawError> {
        let heard = lender.lend(self.guarded, &mut |raw| hear(member_of(event.payload), raw));
        if !self.guarded {
            heard?;
        }
        OwnedEvent::copy(event).map(Some)
    }

    fn committed(&self, events: Vec<OwnedEvent>) {
        let members = events.iter().map(|event| member_of(event.payload()));
        self.heard_after.lock().unwrap().extend(members);
    }
}

/// Notes the member, refuses number 13, fails on number 14, panics over number
/// 15, leaves a savepoint open for number 16, raises a second event for number
/// 1, and number 20 again and again.
fn hear(member: i64, raw: &mut RawConnection) -> Result<(), RawError> {
    if member == 13 {
        return Err(RawError {
            kind: RawError::KIND_FORBIDDEN,
            message: RString::from("not this one"),
        });
    }
    if member == 15 {
        panic!("on purpose");
    }
    // Its own savepoints count from 1, whatever the raiser has open.
    savepoint(raw, RawSavepoint::Open, 1).unwrap();
    if member != 20 {
        Connection::new(raw)
            .execute("INSERT INTO noted VALUES ($1)", &[member.into()])
            .unwrap();
    }
    if member != 16 {
        savepoint(raw, RawSavepoint::Release, 1).unwrap();
    }
    match member {
        14 => drop(execute(raw, 0, "INSERT INTO noted VALUES (14)", &[])),
        1 => raise(raw, 2)?,
        20 => raise(raw, 20)?,
        _ => {}
    }
    Ok(())
}

/// What it will hear of after the commit.
fn subscribe_as(fixture: &Fixture, guarded: bool) -> Arc<Mutex<Vec<i64>>> {
    must(fixture.db(), |c| {
        c.batch("CREATE TABLE noted (id BIGINT PRIMARY KEY)")
    });
    let heard_after = Arc::new(Mutex::new(Vec::new()));
    let sink = fixture.database().set_event_sink(Box::new(Subscriber {
        guarded,
        heard_after: heard_after.clone(),
    }));
    assert!(sink.is_ok());
    heard_after
}

fn subscribe(fixture: &Fixture) -> Arc<Mutex<Vec<i64>>> {
    subscribe_as(fixture, false)
}

#[test]
fn subscribers_act_in_the_same_transaction() {
    on_each(DatabaseOptions::default(), |fixture| {
        subscribe(fixture);
        for verdict in [RawVerdict::RollBack, RawVerdict::Commit] {
            block_on(start_write(fixture.db(), move |raw| {
                savepoint(raw, RawSavepoint::Open, 1).unwrap();
                raise(raw, 1).unwrap();
                execute(raw, 0, "INSERT INTO noted VALUES (100)", &[]).unwrap();
                savepoint(raw, RawSavepoint::Release, 1).unwrap();
                verdict
            }));
        }
        assert_eq!(
            rows(fixture.db(), "SELECT id FROM noted ORDER BY id"),
            [[1.into()], [2.into()], [100.into()]]
        );
    });
}

#[test]
fn a_refusal_cannot_be_committed_over() {
    on_each(DatabaseOptions::default(), |fixture| {
        subscribe(fixture);
        for member in [13, 14, 15, 16, 20] {
            let outcome = block_on(start_write(fixture.db(), move |raw| {
                execute(raw, 0, "INSERT INTO noted VALUES (100)", &[]).unwrap();
                raise(raw, member).unwrap_err();
                RawVerdict::Commit
            }));
            assert!(matches!(outcome, RawJobOutcome::Failed(_)), "{outcome:?}");
        }
        assert_eq!(count(fixture.db(), "SELECT count(*) FROM noted"), 0);
    });
}

#[test]
fn a_refusal_can_be_taken_back_to_a_savepoint() {
    on_each(DatabaseOptions::default(), |fixture| {
        subscribe(fixture);
        let outcome = block_on(start_write(fixture.db(), |raw| {
            execute(raw, 0, "INSERT INTO noted VALUES (100)", &[]).unwrap();
            savepoint(raw, RawSavepoint::Open, 1).unwrap();
            execute(raw, 0, "INSERT INTO noted VALUES (101)", &[]).unwrap();
            raise(raw, 13).unwrap_err();
            savepoint(raw, RawSavepoint::RollBack, 1).unwrap();
            RawVerdict::Commit
        }));
        assert!(matches!(outcome, RawJobOutcome::Done), "{outcome:?}");
        assert_eq!(rows(fixture.db(), "SELECT id FROM noted"), [[100.into()]]);
    });
}

#[test]
fn a_read_raises_nothing() {
    on_each(DatabaseOptions::default(), |fixture| {
        subscribe(fixture);
        let db = fixture.db();
        let outcome = block_on((db.read)(
            db.context,
            job(|raw| {
                assert_eq!(raise(raw, 1).unwrap_err().kind, RawError::KIND_INVALID);
                RawVerdict::Commit
            }),
        ));
        assert!(matches!(outcome, RawJobOutcome::Done), "{outcome:?}");
        assert_eq!(count(db, "SELECT count(*) FROM noted"), 0);
    });
}

#[test]
fn a_guarded_subscriber_fails_alone() {
    on_each(DatabaseOptions::default(), |fixture| {
        let heard_after = subscribe_as(fixture, true);
        for member in [13, 14, 15, 16, 20, 21] {
            let outcome = block_on(start_write(fixture.db(), move |raw| {
                savepoint(raw, RawSavepoint::Open, 1).unwrap();
                raise(raw, member).unwrap();
                savepoint(raw, RawSavepoint::Release, 1).unwrap();
                let mut connection = Connection::new(raw);
                connection
                    .execute("INSERT INTO noted VALUES ($1)", &[(100 + member).into()])
                    .unwrap();
                RawVerdict::Commit
            }));
            assert!(
                matches!(outcome, RawJobOutcome::Done),
                "{member}: {outcome:?}"
            );
        }
        assert_eq!(
            rows(fixture.db(), "SELECT id FROM noted ORDER BY id"),
            [21, 113, 114, 115, 116, 120, 121].map(|id: i64| [id.into()])
        );
        // Number 20 raised itself until that was too deep.
        let mut heard = vec![13, 14, 15, 16];
        heard.extend([20; 8]);
        heard.push(21);
        assert_eq!(*heard_after.lock().unwrap(), heard);
    });
}

#[test]
fn what_is_heard_after_is_heard_once_it_is_committed() {
    on_each(DatabaseOptions::default(), |fixture| {
        let heard_after = subscribe(fixture);
        let seen = heard_after.clone();
        let outcome = block_on(start_write(fixture.db(), move |raw| {
            raise(raw, 31).unwrap();
            // Rolled back with its savepoint, and with one around it.
            savepoint(raw, RawSavepoint::Open, 1).unwrap();
            raise(raw, 32).unwrap();
            savepoint(raw, RawSavepoint::RollBack, 1).unwrap();
            savepoint(raw, RawSavepoint::Open, 1).unwrap();
            savepoint(raw, RawSavepoint::Open, 2).unwrap();
            raise(raw, 33).unwrap();
            savepoint(raw, RawSavepoint::Release, 2).unwrap();
            savepoint(raw, RawSavepoint::RollBack, 1).unwrap();
            savepoint(raw, RawSavepoint::Open, 1).unwrap();
            raise(raw, 34).unwrap();
            savepoint(raw, RawSavepoint::Release, 1).unwrap();
            // One that is opened later does not take it along.
            savepoint(raw, RawSavepoint::Open, 1).unwrap();
            savepoint(raw, RawSavepoint::RollBack, 1).unwrap();
            assert!(seen.lock().unwrap().is_empty(), "before the commit");
            RawVerdict::Commit
        }));
        assert!(matches!(outcome, RawJobOutcome::Done), "{outcome:?}");
        assert_eq!(*heard_after.lock().unwrap(), [31, 34]);
        for verdict in [RawVerdict::RollBack, RawVerdict::Panicked] {
            block_on(start_write(fixture.db(), move |raw| {
                raise(raw, 35).unwrap();
                verdict
            }));
        }
        assert_eq!(*heard_after.lock().unwrap(), [31, 34]);
    });
}

/// The foreign key is looked at when all statements have run, so a job can
/// still fail after it has raised everything.
#[test]
fn a_commit_that_fails_is_heard_by_nobody() {
    on_each(DatabaseOptions::default(), |fixture| {
        let heard_after = subscribe(fixture);
        must(fixture.db(), |c| {
            c.batch(
                "CREATE TABLE pointing (id BIGINT REFERENCES noted (id) \
                 DEFERRABLE INITIALLY DEFERRED)",
            )
        });
        for (member, there) in [(41, false), (42, true)] {
            let outcome = block_on(start_write(fixture.db(), move |raw| {
                raise(raw, member).unwrap();
                let points_to = if there { member } else { 999 };
                Connection::new(raw)
                    .execute("INSERT INTO pointing VALUES ($1)", &[points_to.into()])
                    .unwrap();
                RawVerdict::Commit
            }));
            assert_eq!(matches!(outcome, RawJobOutcome::Done), there, "{outcome:?}");
        }
        assert_eq!(*heard_after.lock().unwrap(), [42]);
    });
}
