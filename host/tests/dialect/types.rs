//! Values there and back.

use std::time::Duration;

use diesel::{
    prelude::*,
    result::Error,
    sql_query,
    sql_types::{Integer, Text},
};
use hob_plugin_sdk::{
    db::{Connection, Json, Timestamp},
    sealing::{KeyId, Sealed},
};

use crate::schema::{
    Document, JsonDocument, NewValue, Value, member, members, names, orders, values,
};

crate::cases![
    booleans,
    integers_of_each_size,
    doubles,
    texts,
    binaries,
    nulls_of_each_type,
    timestamps,
    sealed_secrets_and_the_ids_of_keys,
    json_documents,
    an_integer_too_large_is_an_error,
    a_value_of_another_type_is_an_error,
    a_null_where_none_belongs_is_an_error,
    a_text_with_nul_is_refused,
    identifiers_are_quoted,
    many_columns_and_rows,
];

fn store(connection: &mut Connection, value: NewValue<'_>) -> QueryResult<Value> {
    diesel::insert_into(values::table)
        .values(&value)
        .execute(connection)?;
    values::table.find(value.id).first(connection)
}

fn booleans(connection: &mut Connection) -> QueryResult<()> {
    for (id, value) in [(1, true), (2, false)] {
        let stored = store(
            connection,
            NewValue {
                id,
                a_bool: Some(value),
                ..NewValue::default()
            },
        )?;
        assert_eq!(stored.a_bool, Some(value));
        let found: i64 = values::table
            .filter(values::a_bool.eq(value))
            .select(values::id)
            .first(connection)?;
        assert_eq!(found, id);
    }
    Ok(())
}

fn integers_of_each_size(connection: &mut Connection) -> QueryResult<()> {
    let extremes = [
        (i16::MIN, i32::MIN, i64::MIN),
        (-1, -1, -1),
        (0, 0, 0),
        (i16::MAX, i32::MAX, i64::MAX),
    ];
    for (id, (small, integer, big)) in (1..).zip(extremes) {
        let stored = store(
            connection,
            NewValue {
                id,
                a_small: Some(small),
                an_integer: Some(integer),
                a_big: Some(big),
                ..NewValue::default()
            },
        )?;
        assert_eq!(
            (stored.a_small, stored.an_integer, stored.a_big),
            (Some(small), Some(integer), Some(big))
        );
    }
    Ok(())
}

fn doubles(connection: &mut Connection) -> QueryResult<()> {
    let numbers = [
        0.1,
        -2.5,
        3.0,
        f64::MAX,
        f64::MIN_POSITIVE,
        f64::INFINITY,
        f64::NEG_INFINITY,
    ];
    for (id, number) in (1..).zip(numbers) {
        let stored = store(
            connection,
            NewValue {
                id,
                a_double: Some(number),
                ..NewValue::default()
            },
        )?;
        assert_eq!(stored.a_double, Some(number));
    }
    Ok(())
}

fn texts(connection: &mut Connection) -> QueryResult<()> {
    let long = "lång ".repeat(200_000);
    for (id, text) in (1..).zip(["", "it's \"quoted\" $1 ? \\", "smörgås 🌲", &long]) {
        let stored = store(
            connection,
            NewValue {
                id,
                a_text: Some(text),
                ..NewValue::default()
            },
        )?;
        assert_eq!(stored.a_text.as_deref(), Some(text));
    }
    Ok(())
}

fn binaries(connection: &mut Connection) -> QueryResult<()> {
    let all: Vec<u8> = (0..=255).cycle().take(1 << 20).collect();
    for (id, binary) in (1..).zip([&[][..], b"\0\0", b"text", &all]) {
        let stored = store(
            connection,
            NewValue {
                id,
                a_binary: Some(binary),
                ..NewValue::default()
            },
        )?;
        assert_eq!(stored.a_binary.as_deref(), Some(binary));
        let found: i64 = values::table
            .filter(values::a_binary.eq(binary))
            .select(values::id)
            .first(connection)?;
        assert_eq!(found, id);
    }
    Ok(())
}

fn nulls_of_each_type(connection: &mut Connection) -> QueryResult<()> {
    let empty = NewValue {
        id: 1,
        ..NewValue::default()
    };
    assert_eq!(
        store(connection, empty)?,
        Value {
            id: 1,
            a_bool: None,
            a_small: None,
            an_integer: None,
            a_big: None,
            a_double: None,
            a_text: None,
            a_binary: None,
        }
    );
    // A null that is bound carries its type, which PostgreSQL wants to know.
    diesel::update(values::table)
        .set((
            values::a_bool.eq(None::<bool>),
            values::a_double.eq(None::<f64>),
            values::a_binary.eq(None::<Vec<u8>>),
        ))
        .execute(connection)?;
    Ok(())
}

#[derive(Insertable)]
#[diesel(table_name = values)]
struct NewTimed {
    id: i64,
    a_big: Timestamp,
}

fn timestamps(connection: &mut Connection) -> QueryResult<()> {
    let noon: Timestamp = "2024-02-29T12:00:00.000001Z".parse().expect("a time");
    for (id, a_big) in (1..).zip([noon, noon + Duration::from_micros(1)]) {
        diesel::insert_into(values::table)
            .values(NewTimed { id, a_big })
            .execute(connection)?;
    }
    let later: Vec<Option<Timestamp>> = values::table
        .filter(values::a_big.gt(noon))
        .select(values::a_big)
        .load(connection)?;
    assert_eq!(later, [Some(noon + Duration::from_micros(1))]);
    member(connection, "ada")?;
    let created: Timestamp = members::table
        .select(members::created_at)
        .first(connection)?;
    assert_eq!(created, Timestamp::UNIX_EPOCH);
    Ok(())
}

/// A key's id is any 64 bits, and both databases know signed numbers alone.
fn sealed_secrets_and_the_ids_of_keys(connection: &mut Connection) -> QueryResult<()> {
    let mut bytes = vec![1];
    bytes.extend([0xff; 8]);
    bytes.extend([0, 0x80, 0xff]);
    let sealed = Sealed::from_bytes(bytes);
    let key = KeyId::new(u64::MAX);
    assert_eq!(sealed.key(), Some(key));
    for (id, key) in (1..).zip([key, KeyId::new(7)]) {
        diesel::insert_into(values::table)
            .values((
                values::id.eq(id),
                values::a_big.eq(key),
                values::a_binary.eq(&sealed),
            ))
            .execute(connection)?;
    }
    let stored: Vec<(Option<KeyId>, Option<Sealed>)> = values::table
        .filter(values::a_big.ne(KeyId::new(7)))
        .select((values::a_big, values::a_binary))
        .load(connection)?;
    assert_eq!(stored, [(Some(key), Some(sealed))]);
    Ok(())
}

fn json_documents(connection: &mut Connection) -> QueryResult<()> {
    let document = Json(Document {
        tags: vec!["å\"".to_owned(), String::new()],
        depth: 3,
    });
    diesel::insert_into(values::table)
        .values((
            values::id.eq(1),
            values::a_text.eq(Some(&document)),
            values::a_big.eq(1),
        ))
        .execute(connection)?;
    let stored: Option<JsonDocument> = values::table.select(values::a_text).first(connection)?;
    assert_eq!(stored, Some(document));
    diesel::update(values::table)
        .set(values::a_text.eq("{"))
        .execute(connection)?;
    let broken: QueryResult<Option<JsonDocument>> =
        values::table.select(values::a_text).first(connection);
    assert!(matches!(broken, Err(Error::DeserializationError(_))));
    Ok(())
}

#[derive(QueryableByName, Debug)]
struct OneInteger {
    #[diesel(sql_type = Integer)]
    #[expect(dead_code, reason = "only read to be read")]
    n: i32,
}

#[derive(QueryableByName, Debug)]
struct OneText {
    #[diesel(sql_type = Text)]
    #[expect(dead_code, reason = "only read to be read")]
    n: String,
}

fn reads<T>(connection: &mut Connection, sql: &str) -> Result<T, String>
where
    T: diesel::QueryableByName<hob_plugin_sdk::db::Hob> + 'static,
{
    sql_query(sql)
        .get_result::<T>(connection)
        .map_err(|error| match error {
            Error::DeserializationError(error) => format!(
                "{error}: {}",
                error.source().map(ToString::to_string).unwrap_or_default()
            ),
            other => format!("of another kind: {other}"),
        })
}

fn an_integer_too_large_is_an_error(connection: &mut Connection) -> QueryResult<()> {
    let error = reads::<OneInteger>(connection, "SELECT 5000000000 AS n").unwrap_err();
    assert!(error.contains("out of range"), "{error}");
    Ok(())
}

fn a_value_of_another_type_is_an_error(connection: &mut Connection) -> QueryResult<()> {
    let error = reads::<OneText>(connection, "SELECT 5 AS n").unwrap_err();
    assert!(
        error.contains("a text") && error.contains("an integer"),
        "{error}"
    );
    let error = reads::<OneInteger>(connection, "SELECT 'five' AS n").unwrap_err();
    assert!(
        error.contains("a text") && error.contains("an integer"),
        "{error}"
    );
    let error = reads::<OneText>(connection, "SELECT 5 AS other").unwrap_err();
    assert!(error.contains("`n`"), "{error}");
    Ok(())
}

fn a_null_where_none_belongs_is_an_error(connection: &mut Connection) -> QueryResult<()> {
    let error = reads::<OneText>(connection, "SELECT min(name) AS n FROM members").unwrap_err();
    assert!(error.contains("null"), "{error}");
    Ok(())
}

fn a_text_with_nul_is_refused(connection: &mut Connection) -> QueryResult<()> {
    let refused = connection.transaction(|connection| member(connection, "a\0b"));
    assert!(
        matches!(refused, Err(Error::DatabaseError(..))),
        "{refused:?}"
    );
    assert_eq!(names(connection)?.len(), 0);
    Ok(())
}

fn identifiers_are_quoted(connection: &mut Connection) -> QueryResult<()> {
    diesel::insert_into(orders::table)
        .values((
            orders::group.eq(1),
            orders::select.eq(2),
            orders::from.eq("here"),
        ))
        .execute(connection)?;
    let row: (i32, i32, String) = orders::table
        .find((1, 2))
        .filter(orders::from.eq("here"))
        .order(orders::select)
        .first(connection)?;
    assert_eq!(row, (1, 2, "here".to_owned()));
    Ok(())
}

fn many_columns_and_rows(connection: &mut Connection) -> QueryResult<()> {
    let names: Vec<String> = (0..1000).map(|n| format!("member {n:04}")).collect();
    let rows: Vec<_> = names
        .iter()
        .map(|name| (members::name.eq(name), members::karma.eq(1)))
        .collect();
    assert_eq!(
        diesel::insert_into(members::table)
            .values(rows)
            .execute(connection)?,
        1000
    );
    let stored: Vec<String> = members::table
        .order(members::name)
        .select(members::name)
        .load(connection)?;
    assert_eq!(stored, names);
    // Row by row, without a list of them all.
    let mut total = 0;
    for karma in members::table
        .select(members::karma)
        .load_iter::<i32, _>(connection)?
    {
        total += karma?;
    }
    assert_eq!(total, 1000);
    Ok(())
}
