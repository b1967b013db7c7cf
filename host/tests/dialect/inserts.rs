//! INSERT, its RETURNING and its ON CONFLICT.

use diesel::{insert_into, prelude::*, result::Error, upsert::excluded};
use hob_plugin_sdk::db::{Connection, Timestamp};

use crate::schema::{
    Member, NewMember, NewPost, NewValue, Value, member, members, names, orders, posts,
    three_members, values,
};

crate::cases![
    one_row_and_how_many,
    returning_the_whole_row,
    returning_one_column,
    none_takes_the_default,
    a_left_out_column_of_a_tuple,
    nothing_but_defaults,
    many_rows_in_one_statement,
    many_rows_with_nulls,
    many_rows_that_leave_out_the_same,
    many_rows_that_leave_out_others,
    many_rows_returning,
    an_array_of_rows,
    no_rows_at_all,
    from_a_select,
    conflict_does_nothing,
    conflict_on_a_column_does_nothing,
    conflict_updates_with_excluded,
    conflict_updates_with_an_expression,
    conflict_updates_only_where,
    conflict_on_two_columns,
    conflict_in_many_rows,
];

fn one_row_and_how_many(connection: &mut Connection) -> QueryResult<()> {
    let inserted = insert_into(members::table)
        .values(members::name.eq("ada"))
        .execute(connection)?;
    assert_eq!(inserted, 1);
    assert_eq!(names(connection)?, ["ada"]);
    Ok(())
}

fn returning_the_whole_row(connection: &mut Connection) -> QueryResult<()> {
    let ada: Member = insert_into(members::table)
        .values(NewMember {
            name: "ada",
            email: Some("ada@example.org"),
            karma: Some(-3),
            created_at: Some(Timestamp::from_micros(1_700_000_000_123_456)),
        })
        .get_result(connection)?;
    assert!(ada.id > 0);
    assert_eq!(
        ada,
        Member {
            id: ada.id,
            name: "ada".to_owned(),
            email: Some("ada@example.org".to_owned()),
            karma: -3,
            is_admin: false,
            created_at: Timestamp::from_micros(1_700_000_000_123_456),
        }
    );
    Ok(())
}

fn returning_one_column(connection: &mut Connection) -> QueryResult<()> {
    let first = member(connection, "ada")?;
    let second = member(connection, "bo")?;
    assert!(second > first);
    Ok(())
}

fn none_takes_the_default(connection: &mut Connection) -> QueryResult<()> {
    let ada: Member = insert_into(members::table)
        .values(NewMember {
            name: "ada",
            ..NewMember::default()
        })
        .returning(Member::as_returning())
        .get_result(connection)?;
    assert_eq!((ada.email, ada.karma), (None, 7));
    Ok(())
}

fn a_left_out_column_of_a_tuple(connection: &mut Connection) -> QueryResult<()> {
    for (name, karma, expected) in [("ada", None, 7), ("bo", Some(1), 1)] {
        let stored: i32 = insert_into(members::table)
            .values((
                members::name.eq(name),
                karma.map(|k: i32| members::karma.eq(k)),
            ))
            .returning(members::karma)
            .get_result(connection)?;
        assert_eq!(stored, expected, "{name}");
    }
    Ok(())
}

fn nothing_but_defaults(connection: &mut Connection) -> QueryResult<()> {
    let row: Value = insert_into(values::table)
        .default_values()
        .get_result(connection)?;
    assert_eq!((row.a_bool, row.a_text), (None, None));
    Ok(())
}

fn many_rows_in_one_statement(connection: &mut Connection) -> QueryResult<()> {
    let member_id = member(connection, "ada")?;
    let rows: Vec<NewPost<'_>> = ["one", "two", "three"]
        .map(|title| NewPost { member_id, title })
        .into();
    let inserted = insert_into(posts::table)
        .values(&rows)
        .execute(connection)?;
    assert_eq!(inserted, 3);
    let bodies: Vec<String> = posts::table.select(posts::body).load(connection)?;
    assert_eq!(bodies, ["empty; or nearly so"; 3]);
    Ok(())
}

fn many_rows_with_nulls(connection: &mut Connection) -> QueryResult<()> {
    let rows = vec![
        NewValue {
            id: 1,
            a_text: Some("text"),
            ..NewValue::default()
        },
        NewValue {
            id: 2,
            a_big: Some(2),
            ..NewValue::default()
        },
    ];
    assert_eq!(
        insert_into(values::table)
            .values(rows)
            .execute(connection)?,
        2
    );
    let stored: Vec<(Option<String>, Option<i64>)> = values::table
        .select((values::a_text, values::a_big))
        .order(values::id)
        .load(connection)?;
    assert_eq!(stored, [(Some("text".to_owned()), None), (None, Some(2))]);
    Ok(())
}

fn many_rows_that_leave_out_the_same(connection: &mut Connection) -> QueryResult<()> {
    let row = |name, karma| NewMember {
        name,
        karma,
        ..NewMember::default()
    };
    let rows = [row("ada", None), row("bo", None)];
    insert_into(members::table)
        .values(&rows)
        .execute(connection)?;
    let rows = [row("cy", Some(1)), row("di", Some(2))];
    insert_into(members::table)
        .values(&rows)
        .execute(connection)?;
    let karmas: Vec<i32> = members::table
        .select(members::karma)
        .order(members::name)
        .load(connection)?;
    assert_eq!(karmas, [7, 7, 1, 2]);
    Ok(())
}

fn many_rows_that_leave_out_others(connection: &mut Connection) -> QueryResult<()> {
    let rows = ["ada", "bo"].map(|name| NewMember {
        name,
        karma: (name == "bo").then_some(1),
        ..NewMember::default()
    });
    let refused = insert_into(members::table)
        .values(&rows)
        .execute(connection);
    assert!(
        matches!(&refused, Err(Error::QueryBuilderError(why)) if why.to_string().contains("row 2")),
        "{refused:?}"
    );
    assert_eq!(names(connection)?.len(), 0);
    Ok(())
}

fn many_rows_returning(connection: &mut Connection) -> QueryResult<()> {
    let rows: Vec<_> = ["ada", "bo"].map(|name| members::name.eq(name)).into();
    let mut stored: Vec<(String, i32)> = insert_into(members::table)
        .values(rows)
        .returning((members::name, members::karma))
        .get_results(connection)?;
    stored.sort();
    assert_eq!(stored, [("ada".to_owned(), 7), ("bo".to_owned(), 7)]);
    Ok(())
}

fn an_array_of_rows(connection: &mut Connection) -> QueryResult<()> {
    // The SQL of an array follows from its type, so it is kept prepared.
    for round in [["ada", "bo"], ["cy", "di"]] {
        let inserted = insert_into(members::table)
            .values(round.map(|name| members::name.eq(name)))
            .execute(connection)?;
        assert_eq!(inserted, 2);
    }
    assert_eq!(names(connection)?, ["ada", "bo", "cy", "di"]);
    Ok(())
}

fn no_rows_at_all(connection: &mut Connection) -> QueryResult<()> {
    member(connection, "ada")?;
    let rows: Vec<NewPost<'_>> = Vec::new();
    let inserted = insert_into(posts::table)
        .values(&rows)
        .execute(connection)?;
    assert_eq!(inserted, 0);
    let returned: Vec<i64> = insert_into(posts::table)
        .values(&rows)
        .returning(posts::id)
        .get_results(connection)?;
    assert!(returned.is_empty());
    Ok(())
}

fn from_a_select(connection: &mut Connection) -> QueryResult<()> {
    three_members(connection)?;
    let inserted = members::table
        .filter(members::karma.gt(1))
        .select((members::id, members::name))
        .insert_into(posts::table)
        .into_columns((posts::member_id, posts::title))
        .execute(connection)?;
    assert_eq!(inserted, 2);
    let titles: Vec<String> = posts::table
        .select(posts::title)
        .order(posts::title)
        .load(connection)?;
    assert_eq!(titles, ["bo", "cy"]);
    Ok(())
}

fn conflict_does_nothing(connection: &mut Connection) -> QueryResult<()> {
    for expected in [1, 0] {
        let inserted = insert_into(members::table)
            .values(members::name.eq("ada"))
            .on_conflict_do_nothing()
            .execute(connection)?;
        assert_eq!(inserted, expected);
    }
    Ok(())
}

fn conflict_on_a_column_does_nothing(connection: &mut Connection) -> QueryResult<()> {
    for expected in [1, 0] {
        let returned: Vec<i64> = insert_into(members::table)
            .values(members::name.eq("ada"))
            .on_conflict(members::name)
            .do_nothing()
            .returning(members::id)
            .get_results(connection)?;
        assert_eq!(returned.len(), expected);
    }
    Ok(())
}

fn conflict_updates_with_excluded(connection: &mut Connection) -> QueryResult<()> {
    let id = member(connection, "ada")?;
    let (same, karma): (i64, i32) = insert_into(members::table)
        .values((members::name.eq("ada"), members::karma.eq(40)))
        .on_conflict(members::name)
        .do_update()
        .set(members::karma.eq(excluded(members::karma)))
        .returning((members::id, members::karma))
        .get_result(connection)?;
    assert_eq!((same, karma), (id, 40));
    Ok(())
}

fn conflict_updates_with_an_expression(connection: &mut Connection) -> QueryResult<()> {
    for expected in [7, 8, 9, 10, 11] {
        let karma: i32 = insert_into(members::table)
            .values(members::name.eq("ada"))
            .on_conflict(members::name)
            .do_update()
            .set(members::karma.eq(members::karma + 1))
            .returning(members::karma)
            .get_result(connection)?;
        assert_eq!(karma, expected);
    }
    Ok(())
}

fn conflict_updates_only_where(connection: &mut Connection) -> QueryResult<()> {
    use diesel::query_dsl::methods::FilterDsl;

    three_members(connection)?;
    for (name, expected) in [("ada", 1), ("cy", 0)] {
        let touched = insert_into(members::table)
            .values((members::name.eq(name), members::karma.eq(2)))
            .on_conflict(members::name)
            .do_update()
            .set(members::karma.eq(excluded(members::karma)))
            .filter(members::karma.lt(2))
            .execute(connection)?;
        assert_eq!(touched, expected, "{name}");
    }
    Ok(())
}

fn conflict_on_two_columns(connection: &mut Connection) -> QueryResult<()> {
    for text in ["first", "second"] {
        insert_into(orders::table)
            .values((
                orders::group.eq(1),
                orders::select.eq(2),
                orders::from.eq(text),
            ))
            .on_conflict((orders::group, orders::select))
            .do_update()
            .set(orders::from.eq(excluded(orders::from)))
            .execute(connection)?;
    }
    let texts: Vec<String> = orders::table.select(orders::from).load(connection)?;
    assert_eq!(texts, ["second"]);
    Ok(())
}

fn conflict_in_many_rows(connection: &mut Connection) -> QueryResult<()> {
    member(connection, "ada")?;
    let rows: Vec<_> = ["ada", "bo"].map(|name| members::name.eq(name)).into();
    let inserted = insert_into(members::table)
        .values(rows)
        .on_conflict_do_nothing()
        .execute(connection)?;
    assert_eq!(inserted, 1);
    Ok(())
}
