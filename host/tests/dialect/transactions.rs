//! Savepoints, and what a failed statement leaves behind.

use diesel::{
    connection::SimpleConnection,
    prelude::*,
    result::{DatabaseErrorKind, Error},
    sql_query,
};
use hob_plugin_sdk::db::Connection;

use crate::schema::{member, members, names, post, posts};

crate::cases![
    what_is_committed_stays,
    what_is_rolled_back_goes,
    transactions_in_transactions,
    a_test_transaction_leaves_nothing,
    an_error_inside_leaves_the_outside_usable,
    an_error_outside_ends_the_transaction,
    a_swallowed_error_is_not_committed,
    ending_what_was_not_begun_is_an_error,
    a_unique_violation_is_named,
    a_foreign_key_violation_is_named,
    a_not_null_violation_is_named,
    a_check_violation_is_named,
    bad_sql_is_an_error,
    transaction_words_are_refused,
    batches_run_statement_by_statement,
];

fn what_is_committed_stays(connection: &mut Connection) -> QueryResult<()> {
    connection.transaction(|connection| member(connection, "ada").map(drop))?;
    assert_eq!(names(connection)?, ["ada"]);
    Ok(())
}

fn what_is_rolled_back_goes(connection: &mut Connection) -> QueryResult<()> {
    member(connection, "ada")?;
    let result = connection.transaction(|connection| {
        member(connection, "bo")?;
        Err::<(), _>(Error::RollbackTransaction)
    });
    assert_eq!(result, Err(Error::RollbackTransaction));
    assert_eq!(names(connection)?, ["ada"]);
    Ok(())
}

fn transactions_in_transactions(connection: &mut Connection) -> QueryResult<()> {
    connection.transaction(|connection| {
        member(connection, "ada")?;
        let inner = connection.transaction(|connection| {
            member(connection, "bo")?;
            connection.transaction(|connection| member(connection, "cy").map(drop))?;
            Err::<(), _>(Error::RollbackTransaction)
        });
        assert!(inner.is_err());
        connection.transaction(|connection| member(connection, "di").map(drop))
    })?;
    assert_eq!(names(connection)?, ["ada", "di"]);
    Ok(())
}

fn a_test_transaction_leaves_nothing(connection: &mut Connection) -> QueryResult<()> {
    let seen = diesel::Connection::test_transaction::<_, Error, _>(connection, |connection| {
        member(connection, "ada")?;
        names(connection)
    });
    assert_eq!(seen, ["ada"]);
    assert_eq!(names(connection)?.len(), 0);
    Ok(())
}

fn an_error_inside_leaves_the_outside_usable(connection: &mut Connection) -> QueryResult<()> {
    member(connection, "ada")?;
    for _ in 0..3 {
        let again = connection.transaction(|connection| {
            member(connection, "bo")?;
            member(connection, "ada")
        });
        assert!(again.is_err());
        assert_eq!(names(connection)?, ["ada"]);
    }
    Ok(())
}

fn an_error_outside_ends_the_transaction(connection: &mut Connection) -> QueryResult<()> {
    // Stands for a job that can be looked at afterwards.
    let job = connection.transaction(|connection| {
        member(connection, "ada")?;
        assert!(member(connection, "ada").is_err());
        let next = names(connection);
        assert!(next.is_err(), "{next:?}");
        assert!(connection.batch_execute("SELECT 1").is_err());
        assert!(connection.transaction(names).is_err());
        Err::<(), _>(Error::RollbackTransaction)
    });
    assert_eq!(job, Err(Error::RollbackTransaction));
    assert_eq!(names(connection)?.len(), 0);
    Ok(())
}

fn a_swallowed_error_is_not_committed(connection: &mut Connection) -> QueryResult<()> {
    let swallowed = connection.transaction(|connection| {
        member(connection, "ada")?;
        let _ = member(connection, "ada");
        Ok(())
    });
    assert!(
        matches!(swallowed, Err(Error::DatabaseError(..))),
        "{swallowed:?}"
    );
    assert_eq!(names(connection)?.len(), 0);
    Ok(())
}

fn ending_what_was_not_begun_is_an_error(connection: &mut Connection) -> QueryResult<()> {
    use diesel::connection::TransactionManager;
    use hob_plugin_sdk::db::Savepoints;

    for result in [
        Savepoints::commit_transaction(connection),
        Savepoints::rollback_transaction(connection),
    ] {
        assert!(matches!(result, Err(Error::NotInTransaction)), "{result:?}");
    }
    Ok(())
}

/// The kind of the error, with the table, column and constraint if it names them.
type Named = (DatabaseErrorKind, [Option<String>; 3]);

fn named<T: std::fmt::Debug>(
    connection: &mut Connection,
    fails: impl FnOnce(&mut Connection) -> QueryResult<T>,
) -> Named {
    match connection.transaction(fails) {
        Err(Error::DatabaseError(kind, information)) => {
            assert!(!information.message().is_empty());
            let names = [
                information.table_name(),
                information.column_name(),
                information.constraint_name(),
            ];
            (kind, names.map(|name| name.map(ToOwned::to_owned)))
        }
        other => panic!("expected an error of the database: {other:?}"),
    }
}

fn a_unique_violation_is_named(connection: &mut Connection) -> QueryResult<()> {
    member(connection, "ada")?;
    let (kind, [table, ..]) = named(connection, |connection| member(connection, "ada"));
    assert!(matches!(kind, DatabaseErrorKind::UniqueViolation));
    assert_eq!(table.as_deref(), Some("members"));
    Ok(())
}

fn a_foreign_key_violation_is_named(connection: &mut Connection) -> QueryResult<()> {
    let (kind, _) = named(connection, |connection| post(connection, 404, "lost"));
    assert!(matches!(kind, DatabaseErrorKind::ForeignKeyViolation));
    Ok(())
}

fn a_not_null_violation_is_named(connection: &mut Connection) -> QueryResult<()> {
    let (kind, [table, column, _]) = named(connection, |connection| {
        sql_query("INSERT INTO members (name) VALUES (NULL)").execute(connection)
    });
    assert!(matches!(kind, DatabaseErrorKind::NotNullViolation));
    assert_eq!(table.as_deref(), Some("members"));
    assert_eq!(column.as_deref(), Some("name"));
    Ok(())
}

fn a_check_violation_is_named(connection: &mut Connection) -> QueryResult<()> {
    let ada = member(connection, "ada")?;
    let (kind, [.., constraint]) = named(connection, |connection| {
        diesel::insert_into(posts::table)
            .values((
                posts::member_id.eq(ada),
                posts::title.eq("bad"),
                posts::stars.eq(-1),
            ))
            .execute(connection)
    });
    assert!(matches!(kind, DatabaseErrorKind::CheckViolation));
    assert_eq!(constraint.as_deref(), Some("stars_are_not_negative"));
    Ok(())
}

fn bad_sql_is_an_error(connection: &mut Connection) -> QueryResult<()> {
    let (kind, _) = named(connection, |connection| {
        sql_query("SELEC 1").execute(connection)
    });
    assert!(!matches!(kind, DatabaseErrorKind::UniqueViolation));
    Ok(())
}

fn transaction_words_are_refused(connection: &mut Connection) -> QueryResult<()> {
    member(connection, "ada")?;
    for word in [
        "COMMIT",
        "ROLLBACK",
        "BEGIN",
        "SAVEPOINT mine",
        " /* */ commit",
    ] {
        let result = connection.transaction(|connection| sql_query(word).execute(connection));
        assert!(result.is_err(), "{word}");
        let result = connection.transaction(|connection| connection.batch_execute(word));
        assert!(result.is_err(), "{word} in a batch");
    }
    assert_eq!(names(connection)?, ["ada"]);
    Ok(())
}

fn batches_run_statement_by_statement(connection: &mut Connection) -> QueryResult<()> {
    connection.batch_execute(
        "INSERT INTO members (name) VALUES ('a;b');
         -- a comment; with a semicolon
         INSERT INTO members (name) VALUES ('c');",
    )?;
    assert_eq!(names(connection)?, ["a;b", "c"]);
    let broken = connection.transaction(|connection| {
        connection.batch_execute("DELETE FROM members; SELECT * FROM nowhere")
    });
    assert!(broken.is_err());
    assert_eq!(members::table.count().get_result::<i64>(connection)?, 2);
    Ok(())
}
