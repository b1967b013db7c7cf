//! One SELECT: what it filters, orders, counts and calculates.

use diesel::{
    dsl::{case_when, count, count_star, exists, max, min, not, sql, sum},
    prelude::*,
    sql_query,
    sql_types::{BigInt, Bool, Integer, Text},
};
use hob_plugin_sdk::db::{Connection, Hob, contains};

use crate::schema::{Member, member, members, names, post, posts, three_members};

crate::cases![
    find_and_first,
    not_found_is_optional,
    select_as_a_struct,
    and_or_not,
    order_by_two,
    limit_and_offset,
    offset_alone,
    limits_that_change,
    like_and_escape,
    contains_ignores_case,
    null_and_not_null,
    among_a_list,
    among_an_empty_list,
    between_two,
    counts_and_extremes,
    group_by_and_having,
    distinct_values,
    case_of_an_expression,
    concatenated_texts,
    literal_sql,
    a_window,
    boxed_queries,
    raw_queries_by_name,
    raw_queries_with_binds,
    raw_statements,
    existence,
];

fn find_and_first(connection: &mut Connection) -> QueryResult<()> {
    let [_, bo, _] = three_members(connection)?;
    let found: Member = members::table.find(bo).first(connection)?;
    assert_eq!((found.id, found.name.as_str()), (bo, "bo"));
    Ok(())
}

fn not_found_is_optional(connection: &mut Connection) -> QueryResult<()> {
    let nobody: QueryResult<Member> = members::table.find(-1).first(connection);
    assert_eq!(nobody, Err(diesel::NotFound));
    assert_eq!(nobody.optional()?, None);
    // Nothing failed in the database, so the job goes on.
    assert_eq!(names(connection)?.len(), 0);
    Ok(())
}

fn select_as_a_struct(connection: &mut Connection) -> QueryResult<()> {
    three_members(connection)?;
    let all = members::table
        .select(Member::as_select())
        .order(members::id)
        .load(connection)?;
    assert_eq!(all.len(), 3);
    assert_eq!(all[2].karma, 3);
    Ok(())
}

fn and_or_not(connection: &mut Connection) -> QueryResult<()> {
    three_members(connection)?;
    let found: Vec<String> = members::table
        .filter(members::karma.eq(1).or(members::name.eq("cy")))
        .filter(not(members::is_admin))
        .filter(members::karma.ne(99).and(members::karma.le(3)))
        .select(members::name)
        .order(members::name.desc())
        .load(connection)?;
    assert_eq!(found, ["cy", "ada"]);
    Ok(())
}

fn order_by_two(connection: &mut Connection) -> QueryResult<()> {
    three_members(connection)?;
    diesel::update(members::table.filter(members::karma.lt(3)))
        .set(members::karma.eq(0))
        .execute(connection)?;
    let found: Vec<String> = members::table
        .order(members::karma.asc())
        .then_order_by(members::name.desc())
        .select(members::name)
        .load(connection)?;
    assert_eq!(found, ["bo", "ada", "cy"]);
    Ok(())
}

fn limit_and_offset(connection: &mut Connection) -> QueryResult<()> {
    three_members(connection)?;
    let found: Vec<i32> = members::table
        .select(members::karma)
        .order(members::karma)
        .limit(1)
        .offset(1)
        .load(connection)?;
    assert_eq!(found, [2]);
    Ok(())
}

fn offset_alone(connection: &mut Connection) -> QueryResult<()> {
    three_members(connection)?;
    let query = members::table.select(members::karma).order(members::karma);
    assert_eq!(query.offset(2).load::<i32>(connection)?, [3]);
    let boxed = query.into_boxed::<Hob>().offset(1);
    assert_eq!(boxed.load::<i32>(connection)?, [2, 3]);
    Ok(())
}

fn limits_that_change(connection: &mut Connection) -> QueryResult<()> {
    three_members(connection)?;
    for limit in [0, 1, 2, 3, 100] {
        let found: Vec<i64> = members::table
            .select(members::id)
            .limit(limit)
            .load(connection)?;
        assert_eq!(found.len() as i64, limit.min(3));
    }
    Ok(())
}

fn like_and_escape(connection: &mut Connection) -> QueryResult<()> {
    for name in ["100%", "1000", "snow"] {
        member(connection, name)?;
    }
    let found = |connection: &mut Connection, pattern: &str| {
        members::table
            .filter(members::name.like(pattern.to_owned()).escape('!'))
            .select(members::name)
            .order(members::name)
            .load::<String>(connection)
    };
    assert_eq!(found(connection, "100%")?, ["100%", "1000"]);
    assert_eq!(found(connection, "100!%")?, ["100%"]);
    assert_eq!(found(connection, "_now")?, ["snow"]);
    let others: Vec<String> = members::table
        .filter(members::name.not_like("1%"))
        .select(members::name)
        .load(connection)?;
    assert_eq!(others, ["snow"]);
    Ok(())
}

fn contains_ignores_case(connection: &mut Connection) -> QueryResult<()> {
    for name in ["Snowdrop", "SNOW_MAN", "a\\b", "thaw"] {
        member(connection, name)?;
    }
    diesel::update(members::table.filter(members::name.eq("thaw")))
        .set(members::email.eq("Thaw@Example.org"))
        .execute(connection)?;
    let found = |connection: &mut Connection, part: &str| {
        members::table
            .filter(contains(members::name, part))
            .count()
            .get_result::<i64>(connection)
    };
    assert_eq!(found(connection, "sNoW")?, 2);
    assert_eq!(found(connection, "w_m")?, 1);
    assert_eq!(found(connection, "%")?, 0);
    assert_eq!(found(connection, "A\\B")?, 1);
    let nullable: i64 = members::table
        .filter(contains(members::email, "@example"))
        .count()
        .get_result(connection)?;
    assert_eq!(nullable, 1);
    Ok(())
}

fn null_and_not_null(connection: &mut Connection) -> QueryResult<()> {
    let [ada, ..] = three_members(connection)?;
    diesel::update(members::table.find(ada))
        .set(members::email.eq("ada@example.org"))
        .execute(connection)?;
    let count = |connection: &mut Connection, is_null: bool| -> QueryResult<i64> {
        if is_null {
            members::table
                .filter(members::email.is_null())
                .count()
                .get_result(connection)
        } else {
            members::table
                .filter(members::email.is_not_null())
                .count()
                .get_result(connection)
        }
    };
    assert_eq!(
        (count(connection, true)?, count(connection, false)?),
        (2, 1)
    );
    Ok(())
}

fn among_a_list(connection: &mut Connection) -> QueryResult<()> {
    let [ada, bo, cy] = three_members(connection)?;
    let among = |connection: &mut Connection, ids: Vec<i64>| {
        members::table
            .filter(members::id.eq_any(ids))
            .select(members::id)
            .order(members::id)
            .load::<i64>(connection)
    };
    assert_eq!(among(connection, vec![ada, cy])?, [ada, cy]);
    assert_eq!(among(connection, vec![bo])?, [bo]);
    assert_eq!(among(connection, vec![-1, -2, bo, ada])?, [ada, bo]);
    let others: Vec<String> = members::table
        .filter(members::name.ne_all(vec!["ada", "bo"]))
        .select(members::name)
        .load(connection)?;
    assert_eq!(others, ["cy"]);
    Ok(())
}

fn among_an_empty_list(connection: &mut Connection) -> QueryResult<()> {
    three_members(connection)?;
    let nobody: i64 = members::table
        .filter(members::id.eq_any(Vec::<i64>::new()))
        .count()
        .get_result(connection)?;
    let everybody: i64 = members::table
        .filter(members::id.ne_all(Vec::<i64>::new()))
        .count()
        .get_result(connection)?;
    assert_eq!((nobody, everybody), (0, 3));
    Ok(())
}

fn between_two(connection: &mut Connection) -> QueryResult<()> {
    three_members(connection)?;
    let found: i64 = members::table
        .filter(members::karma.between(2, 3))
        .count()
        .get_result(connection)?;
    assert_eq!(found, 2);
    Ok(())
}

fn counts_and_extremes(connection: &mut Connection) -> QueryResult<()> {
    let extremes = members::table.select((
        count_star(),
        count(members::email),
        max(members::karma),
        min(members::name),
        sum(members::karma),
    ));
    type Extremes = (i64, i64, Option<i32>, Option<String>, Option<i64>);
    assert_eq!(
        extremes.first::<Extremes>(connection)?,
        (0, 0, None, None, None)
    );
    three_members(connection)?;
    assert_eq!(
        extremes.first::<Extremes>(connection)?,
        (3, 0, Some(3), Some("ada".to_owned()), Some(6))
    );
    Ok(())
}

fn group_by_and_having(connection: &mut Connection) -> QueryResult<()> {
    let [ada, bo, _] = three_members(connection)?;
    for title in ["one", "two"] {
        post(connection, ada, title)?;
    }
    post(connection, bo, "three")?;
    let busy: Vec<(i64, i64)> = posts::table
        .group_by(posts::member_id)
        .having(count(posts::id).gt(1))
        .select((posts::member_id, count(posts::id)))
        .load(connection)?;
    assert_eq!(busy, [(ada, 2)]);
    Ok(())
}

fn distinct_values(connection: &mut Connection) -> QueryResult<()> {
    for name in ["ada", "bo"] {
        member(connection, name)?;
    }
    let karmas: Vec<i32> = members::table
        .select(members::karma)
        .distinct()
        .load(connection)?;
    assert_eq!(karmas, [7]);
    Ok(())
}

fn case_of_an_expression(connection: &mut Connection) -> QueryResult<()> {
    three_members(connection)?;
    let ranks: Vec<String> = members::table
        .order(members::karma)
        .select(
            case_when(members::karma.gt(2), "many".into_sql::<Text>())
                .when(members::karma.gt(1), "some")
                .otherwise("few"),
        )
        .load(connection)?;
    assert_eq!(ranks, ["few", "some", "many"]);
    Ok(())
}

fn concatenated_texts(connection: &mut Connection) -> QueryResult<()> {
    three_members(connection)?;
    let first: String = members::table
        .order(members::name)
        .select(members::name.concat("!"))
        .first(connection)?;
    assert_eq!(first, "ada!");
    Ok(())
}

fn literal_sql(connection: &mut Connection) -> QueryResult<()> {
    three_members(connection)?;
    let found: Vec<i32> = members::table
        .filter(sql::<Bool>("karma % 2 = ").bind::<Integer, _>(1))
        .select(sql::<Integer>("karma + 1"))
        .order(members::karma)
        .load(connection)?;
    assert_eq!(found, [2, 4]);
    Ok(())
}

fn a_window(connection: &mut Connection) -> QueryResult<()> {
    use diesel::dsl::row_number;

    three_members(connection)?;
    let ranks: Vec<(String, i64)> = members::table
        .select((
            members::name,
            row_number().window_order(members::karma.desc()),
        ))
        .order(members::name)
        .load(connection)?;
    let numbers: Vec<i64> = ranks.into_iter().map(|(_, number)| number).collect();
    assert_eq!(numbers, [3, 2, 1]);
    Ok(())
}

fn boxed_queries(connection: &mut Connection) -> QueryResult<()> {
    three_members(connection)?;
    // Often enough for each shape to be kept prepared by its text.
    for _ in 0..5 {
        for (least, name, expected) in [
            (None, None, 3),
            (Some(2), None, 2),
            (None, Some("ada"), 1),
            (Some(2), Some("ada"), 0),
        ] {
            let mut query = members::table.into_boxed::<Hob>();
            if let Some(least) = least {
                query = query.filter(members::karma.ge(least));
            }
            if let Some(name) = name {
                query = query.filter(members::name.eq(name));
            }
            let found = query
                .order(members::id)
                .limit(10)
                .load::<Member>(connection)?;
            assert_eq!(found.len(), expected, "{least:?} {name:?}");
        }
    }
    Ok(())
}

#[derive(QueryableByName)]
struct Total {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = BigInt)]
    total: i64,
}

fn raw_queries_by_name(connection: &mut Connection) -> QueryResult<()> {
    three_members(connection)?;
    let row: Total = sql_query("SELECT count(*) AS total, max(name) AS name FROM members")
        .get_result(connection)?;
    assert_eq!((row.total, row.name.as_str()), (3, "cy"));
    let whole: Vec<MemberByName> =
        sql_query("SELECT * FROM members WHERE karma = 2").load(connection)?;
    assert_eq!(whole[0].name, "bo");
    Ok(())
}

#[derive(QueryableByName)]
#[diesel(table_name = members)]
struct MemberByName {
    name: String,
}

fn raw_queries_with_binds(connection: &mut Connection) -> QueryResult<()> {
    three_members(connection)?;
    for _ in 0..5 {
        let rows: Vec<Total> = sql_query(
            "SELECT name, $2 AS total FROM members WHERE karma >= $1 AND name <> $3 ORDER BY name",
        )
        .bind::<Integer, _>(2)
        .bind::<BigInt, _>(40)
        .bind::<Text, _>("cy")
        .load(connection)?;
        let rows: Vec<_> = rows.into_iter().map(|row| (row.name, row.total)).collect();
        assert_eq!(rows, [("bo".to_owned(), 40)]);
    }
    Ok(())
}

fn raw_statements(connection: &mut Connection) -> QueryResult<()> {
    three_members(connection)?;
    let touched = sql_query("UPDATE members SET karma = karma + $1 WHERE karma > $2")
        .bind::<Integer, _>(10)
        .bind::<Integer, _>(1)
        .execute(connection)?;
    assert_eq!(touched, 2);
    Ok(())
}

fn existence(connection: &mut Connection) -> QueryResult<()> {
    let [ada, ..] = three_members(connection)?;
    post(connection, ada, "a post")?;
    let is_there: bool = diesel::select(exists(members::table.filter(members::name.eq("ada"))))
        .get_result(connection)?;
    let is_missing: bool = diesel::select(exists(members::table.filter(members::name.eq("zoe"))))
        .get_result(connection)?;
    assert!(is_there && !is_missing);
    let silent: Vec<String> = members::table
        .filter(not(exists(
            posts::table.filter(posts::member_id.eq(members::id)),
        )))
        .select(members::name)
        .order(members::name)
        .load(connection)?;
    assert_eq!(silent, ["bo", "cy"]);
    Ok(())
}
