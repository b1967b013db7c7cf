//! Events: delivered inside the transaction that raises them.

use abi_stable::std_types::RString;
use hob::db::{Connection, DatabaseOptions};
use hob_plugin_sdk::abi::{
    RawError,
    db::{RawJobOutcome, RawSavepoint, RawVerdict},
    event::RawMemberEvent,
};

use crate::driver::{
    Fixture, block_on, count, execute, job, must, on_each, raise, rows, savepoint, start_write,
};

/// A subscriber that notes the member, refuses number 13, fails on number 14
/// and raises a second event for number 1.
fn subscribe(fixture: &Fixture) {
    must(fixture.db(), |c| {
        c.batch("CREATE TABLE noted (id BIGINT PRIMARY KEY)")
    });
    let sink = fixture.database().set_event_sink(Box::new(|event, raw| {
        // SAFETY: the test raises only this payload.
        let member = unsafe { &*event.payload.cast::<RawMemberEvent>() }.member_id;
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
        Connection::new(raw)
            .execute("INSERT INTO noted VALUES ($1)", &[member.into()])
            .unwrap();
        savepoint(raw, RawSavepoint::Release, 1).unwrap();
        if member == 14 {
            let _swallowed = execute(raw, 0, "INSERT INTO noted VALUES (14)", &[]);
        }
        if member == 1 {
            raise(raw, 2)?;
        }
        Ok(())
    }));
    assert!(sink.is_ok());
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
        for member in [13, 14, 15] {
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
        block_on((db.read)(
            db.context,
            job(|raw| {
                assert_eq!(raise(raw, 1).unwrap_err().kind, RawError::KIND_INVALID);
                RawVerdict::Commit
            }),
        ));
        assert_eq!(count(db, "SELECT count(*) FROM noted"), 0);
    });
}
