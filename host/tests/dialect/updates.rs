//! UPDATE and DELETE.

use diesel::{prelude::*, result::Error};
use hob_plugin_sdk::db::Connection;

use crate::schema::{Member, member, members, names, post, posts, three_members};

crate::cases![
    update_one_column,
    update_many_rows,
    update_returning_rows,
    update_with_an_expression,
    update_exactly_once,
    update_with_a_changeset,
    update_to_null,
    update_without_changes_is_an_error,
    update_often,
    save_changes,
    delete_some,
    delete_returning_rows,
    delete_by_subselect,
];

#[derive(AsChangeset, Identifiable, Clone, Copy)]
#[diesel(table_name = members)]
struct Changes<'a> {
    id: i64,
    name: Option<&'a str>,
    email: Option<Option<&'a str>>,
    karma: Option<i32>,
}

const NO_CHANGES: Changes<'static> = Changes {
    id: 0,
    name: None,
    email: None,
    karma: None,
};

fn update_one_column(connection: &mut Connection) -> QueryResult<()> {
    let [_, bo, _] = three_members(connection)?;
    let touched = diesel::update(members::table.find(bo))
        .set(members::name.eq("bob"))
        .execute(connection)?;
    assert_eq!(touched, 1);
    assert_eq!(names(connection)?, ["ada", "bob", "cy"]);
    Ok(())
}

fn update_many_rows(connection: &mut Connection) -> QueryResult<()> {
    three_members(connection)?;
    let touched = diesel::update(members::table.filter(members::karma.ge(2)))
        .set((members::is_admin.eq(true), members::karma.eq(0)))
        .execute(connection)?;
    assert_eq!(touched, 2);
    Ok(())
}

fn update_returning_rows(connection: &mut Connection) -> QueryResult<()> {
    let [ada, ..] = three_members(connection)?;
    let updated: Member = diesel::update(members::table.find(ada))
        .set(members::email.eq("ada@example.org"))
        .get_result(connection)?;
    assert_eq!(updated.email.as_deref(), Some("ada@example.org"));
    let none: Option<i64> = diesel::update(members::table.find(-1))
        .set(members::karma.eq(0))
        .returning(members::id)
        .get_result(connection)
        .optional()?;
    assert_eq!(none, None);
    Ok(())
}

fn update_with_an_expression(connection: &mut Connection) -> QueryResult<()> {
    three_members(connection)?;
    diesel::update(members::table)
        .set(members::karma.eq(members::karma * 10 + 1))
        .execute(connection)?;
    let karmas: Vec<i32> = members::table
        .select(members::karma)
        .order(members::karma)
        .load(connection)?;
    assert_eq!(karmas, [11, 21, 31]);
    Ok(())
}

fn update_exactly_once(connection: &mut Connection) -> QueryResult<()> {
    let [ada, ..] = three_members(connection)?;
    let consume = |connection: &mut Connection| {
        diesel::update(members::table.filter(members::id.eq(ada)))
            .filter(members::is_admin.eq(false))
            .set(members::is_admin.eq(true))
            .execute(connection)
    };
    assert_eq!(consume(connection)?, 1);
    assert_eq!(consume(connection)?, 0);
    Ok(())
}

fn update_with_a_changeset(connection: &mut Connection) -> QueryResult<()> {
    let [ada, ..] = three_members(connection)?;
    diesel::update(members::table.find(ada))
        .set(Changes {
            email: Some(Some("ada@example.org")),
            karma: Some(5),
            ..NO_CHANGES
        })
        .execute(connection)?;
    let stored: (String, Option<String>, i32) = members::table
        .find(ada)
        .select((members::name, members::email, members::karma))
        .first(connection)?;
    assert_eq!(
        stored,
        ("ada".to_owned(), Some("ada@example.org".to_owned()), 5)
    );
    Ok(())
}

fn update_to_null(connection: &mut Connection) -> QueryResult<()> {
    let ada = member(connection, "ada")?;
    for email in [Some("ada@example.org"), None] {
        let stored: Option<String> = diesel::update(members::table.find(ada))
            .set(members::email.eq(email))
            .returning(members::email)
            .get_result(connection)?;
        assert_eq!(stored.as_deref(), email);
    }
    Ok(())
}

fn update_without_changes_is_an_error(connection: &mut Connection) -> QueryResult<()> {
    let ada = member(connection, "ada")?;
    let result = diesel::update(members::table.find(ada))
        .set(NO_CHANGES)
        .execute(connection);
    assert!(
        matches!(result, Err(Error::QueryBuilderError(_))),
        "{result:?}"
    );
    // It was refused before it reached the database, so the job goes on.
    assert_eq!(names(connection)?, ["ada"]);
    Ok(())
}

/// An update's SQL does not follow from its type; repeated, it is kept
/// prepared by its text, which must not mix up one with another.
fn update_often(connection: &mut Connection) -> QueryResult<()> {
    let [ada, bo, _] = three_members(connection)?;
    for round in 0..10 {
        let by_name = diesel::update(members::table.find(ada))
            .set(members::name.eq(format!("ada {round}")))
            .execute(connection)?;
        let by_karma = diesel::update(members::table.find(bo))
            .set(members::karma.eq(round))
            .execute(connection)?;
        assert_eq!((by_name, by_karma), (1, 1));
    }
    let stored: Vec<(String, i32)> = members::table
        .select((members::name, members::karma))
        .order(members::id)
        .load(connection)?;
    assert_eq!(
        stored,
        [
            ("ada 9".to_owned(), 1),
            ("bo".to_owned(), 9),
            ("cy".to_owned(), 3)
        ]
    );
    Ok(())
}

fn save_changes(connection: &mut Connection) -> QueryResult<()> {
    let [ada, ..] = three_members(connection)?;
    let saved: Member = Changes {
        id: ada,
        karma: Some(99),
        ..NO_CHANGES
    }
    .save_changes(connection)?;
    assert_eq!((saved.id, saved.karma), (ada, 99));
    Ok(())
}

fn delete_some(connection: &mut Connection) -> QueryResult<()> {
    three_members(connection)?;
    let touched =
        diesel::delete(members::table.filter(members::name.ne("bo"))).execute(connection)?;
    assert_eq!(touched, 2);
    assert_eq!(names(connection)?, ["bo"]);
    Ok(())
}

fn delete_returning_rows(connection: &mut Connection) -> QueryResult<()> {
    three_members(connection)?;
    let gone: String = diesel::delete(members::table.filter(members::karma.eq(3)))
        .returning(members::name)
        .get_result(connection)?;
    assert_eq!(gone, "cy");
    Ok(())
}

fn delete_by_subselect(connection: &mut Connection) -> QueryResult<()> {
    let [ada, bo, _] = three_members(connection)?;
    post(connection, ada, "by ada")?;
    post(connection, bo, "by bo")?;
    let rich = members::table
        .filter(members::karma.gt(1))
        .select(members::id);
    let touched =
        diesel::delete(posts::table.filter(posts::member_id.eq_any(rich))).execute(connection)?;
    assert_eq!(touched, 1);
    Ok(())
}
