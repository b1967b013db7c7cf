//! Several tables or several SELECTs in one query.

use diesel::{alias, prelude::*, query_dsl::positional_order_dsl::PositionalOrderDsl};
use hob_plugin_sdk::db::Connection;

use crate::schema::{Member, Post, members, post, posts, three_members};

crate::cases![
    inner_join,
    left_join,
    join_on_a_condition,
    join_with_an_alias,
    children_of_parents,
    union_of_two,
    union_all_of_two,
    intersection,
    difference,
    combinations_in_order,
    combinations_of_combinations,
    subselect_as_a_value,
    subselect_as_a_list,
];

/// Ada wrote one and two, bo wrote three; cy nothing.
fn three_posts(connection: &mut Connection) -> QueryResult<[i64; 3]> {
    let ids = three_members(connection)?;
    post(connection, ids[0], "one")?;
    post(connection, ids[0], "two")?;
    post(connection, ids[1], "three")?;
    Ok(ids)
}

fn inner_join(connection: &mut Connection) -> QueryResult<()> {
    three_posts(connection)?;
    let rows: Vec<(String, String)> = members::table
        .inner_join(posts::table)
        .filter(posts::title.ne("one"))
        .select((members::name, posts::title))
        .order(posts::title)
        .load(connection)?;
    assert_eq!(
        rows,
        [
            ("bo".to_owned(), "three".to_owned()),
            ("ada".to_owned(), "two".to_owned())
        ]
    );
    Ok(())
}

fn left_join(connection: &mut Connection) -> QueryResult<()> {
    three_posts(connection)?;
    let rows: Vec<(Member, Option<Post>)> = members::table
        .left_join(posts::table)
        .order((members::name, posts::id))
        .load(connection)?;
    assert_eq!(rows.len(), 4);
    assert_eq!(
        rows[0].1.as_ref().map(|post| post.title.as_str()),
        Some("one")
    );
    assert_eq!((rows[3].0.name.as_str(), &rows[3].1), ("cy", &None));
    Ok(())
}

fn join_on_a_condition(connection: &mut Connection) -> QueryResult<()> {
    three_posts(connection)?;
    let rows: Vec<(String, Option<String>)> = members::table
        .left_join(posts::table.on(posts::member_id.eq(members::id).and(posts::title.eq("two"))))
        .select((members::name, posts::title.nullable()))
        .order(members::name)
        .load(connection)?;
    assert_eq!(
        rows,
        [
            ("ada".to_owned(), Some("two".to_owned())),
            ("bo".to_owned(), None),
            ("cy".to_owned(), None)
        ]
    );
    Ok(())
}

fn join_with_an_alias(connection: &mut Connection) -> QueryResult<()> {
    three_members(connection)?;
    let richer = alias!(members as richer);
    let pairs: Vec<(String, String)> = members::table
        .inner_join(richer.on(richer.field(members::karma).gt(members::karma)))
        .select((members::name, richer.field(members::name)))
        .order((members::name, richer.field(members::name)))
        .load(connection)?;
    let pairs: Vec<(&str, &str)> = pairs.iter().map(|(a, b)| (&**a, &**b)).collect();
    assert_eq!(pairs, [("ada", "bo"), ("ada", "cy"), ("bo", "cy")]);
    Ok(())
}

fn children_of_parents(connection: &mut Connection) -> QueryResult<()> {
    three_posts(connection)?;
    let parents: Vec<Member> = members::table.order(members::name).load(connection)?;
    let children: Vec<Post> = Post::belonging_to(&parents).load(connection)?;
    let counts: Vec<usize> = children.grouped_by(&parents).iter().map(Vec::len).collect();
    assert_eq!(counts, [2, 1, 0]);
    Ok(())
}

fn sorted(mut texts: Vec<String>) -> Vec<String> {
    texts.sort();
    texts
}

fn union_of_two(connection: &mut Connection) -> QueryResult<()> {
    three_members(connection)?;
    let query = || members::table.select(members::name);
    let found = query()
        .filter(members::karma.le(2))
        .union(query().filter(members::karma.ge(2)))
        .load(connection)?;
    assert_eq!(sorted(found), ["ada", "bo", "cy"]);
    Ok(())
}

fn union_all_of_two(connection: &mut Connection) -> QueryResult<()> {
    three_members(connection)?;
    let query = || members::table.select(members::name);
    let found = query()
        .filter(members::karma.le(2))
        .union_all(query().filter(members::karma.ge(2)))
        .load(connection)?;
    assert_eq!(sorted(found), ["ada", "bo", "bo", "cy"]);
    Ok(())
}

fn intersection(connection: &mut Connection) -> QueryResult<()> {
    three_members(connection)?;
    let query = || members::table.select(members::name);
    let found: Vec<String> = query()
        .filter(members::karma.le(2))
        .intersect(query().filter(members::karma.ge(2)))
        .load(connection)?;
    assert_eq!(found, ["bo"]);
    Ok(())
}

fn difference(connection: &mut Connection) -> QueryResult<()> {
    three_members(connection)?;
    let query = || members::table.select(members::name);
    let found: Vec<String> = query()
        .filter(members::karma.le(2))
        .except(query().filter(members::karma.ge(2)))
        .load(connection)?;
    assert_eq!(found, ["ada"]);
    Ok(())
}

/// Each part keeps its own order and limit, and the whole has one too.
fn combinations_in_order(connection: &mut Connection) -> QueryResult<()> {
    three_members(connection)?;
    let query = || members::table.select(members::name);
    let found: Vec<String> = query()
        .order(members::karma.desc())
        .limit(1)
        .union(query().order(members::karma.asc()).limit(1))
        .positional_order_by(1)
        .limit(5)
        .load(connection)?;
    assert_eq!(found, ["ada", "cy"]);
    Ok(())
}

fn combinations_of_combinations(connection: &mut Connection) -> QueryResult<()> {
    three_members(connection)?;
    let named = |name: &'static str| {
        members::table
            .select(members::name)
            .filter(members::name.eq(name))
    };
    // Read from left to right without regard for the nesting, it would be empty.
    let found: Vec<String> = named("ada")
        .union(named("bo").except(named("ada").union(named("cy"))))
        .positional_order_by(1)
        .load(connection)?;
    assert_eq!(found, ["ada", "bo"]);
    Ok(())
}

fn subselect_as_a_value(connection: &mut Connection) -> QueryResult<()> {
    three_members(connection)?;
    let richest = members::table
        .select(diesel::dsl::max(members::karma))
        .single_value();
    let richer = alias!(members as richer);
    let name: String = richer
        .filter(richer.field(members::karma).nullable().eq(richest))
        .select(richer.field(members::name))
        .first(connection)?;
    assert_eq!(name, "cy");
    Ok(())
}

fn subselect_as_a_list(connection: &mut Connection) -> QueryResult<()> {
    three_posts(connection)?;
    let authors: Vec<String> = members::table
        .filter(
            members::id.eq_any(
                posts::table
                    .filter(posts::title.like("t%"))
                    .select(posts::member_id),
            ),
        )
        .select(members::name)
        .order(members::name)
        .load(connection)?;
    assert_eq!(authors, ["ada", "bo"]);
    Ok(())
}
