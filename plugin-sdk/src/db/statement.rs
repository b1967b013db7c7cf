//! Which statements the database keeps prepared, and under which number.
//!
//! A query whose SQL follows from its type is written once on each thread and
//! known by that type's id from then on. Of other queries (updates, upserts,
//! boxed ones) the SQL has to be written to be known; a text that comes back
//! often gets a number too, within bounds, because nothing says that such
//! texts are few.

use std::{
    any::TypeId,
    cell::RefCell,
    collections::HashMap,
    hash::{BuildHasher, BuildHasherDefault, Hasher, RandomState},
};

use diesel::{
    query_builder::{QueryBuilder, QueryFragment},
    result::QueryResult,
};

use super::{Hob, backend::SqlBuilder};
use crate::abi::db::{DbV1, RawStatement};

/// So many times a text has to be seen before it is kept.
const SIGHTS: u8 = 3;
/// So many texts are kept on one thread.
const KEPT_TEXTS: usize = 256;
/// So many texts are counted before all counts start again.
const COUNTED_TEXTS: usize = 1024;

/// A statement ready to run.
pub(super) struct Statement {
    id: u32,
    sql: String,
}

impl Statement {
    pub(super) fn raw(&self) -> RawStatement<'_> {
        RawStatement {
            id: self.id,
            sql: self.sql.as_str().into(),
        }
    }

    /// `source` as a statement for `db`; without a `db` nothing is kept.
    pub(super) fn new(
        db: Option<&'static DbV1>,
        source: &dyn QueryFragment<Hob>,
        query_id: Option<TypeId>,
    ) -> QueryResult<Self> {
        let Some(db) = db else {
            return Ok(Self {
                id: 0,
                sql: sql(source)?,
            });
        };
        let Some(query_id) = query_id else {
            return Self::from_text(db, sql(source)?);
        };
        let key = (std::ptr::from_ref(db).addr(), query_id);
        if let Some(&id) = TYPES.with_borrow(|types| types.get(&key).copied()).as_ref() {
            return Ok(Self {
                id,
                sql: String::new(),
            });
        }
        let sql = sql(source)?;
        if !source.is_safe_to_cache_prepared(&Hob)? {
            return Self::from_text(db, sql);
        }
        let id = (db.intern)(db.context, sql.as_str().into());
        TYPES.with_borrow_mut(|types| types.insert(key, id));
        Ok(Self { id, sql })
    }

    fn from_text(db: &'static DbV1, sql: String) -> QueryResult<Self> {
        let id = TEXTS.with_borrow_mut(|texts| texts.id(db, &sql));
        Ok(Self { id, sql })
    }
}

fn sql(source: &dyn QueryFragment<Hob>) -> QueryResult<String> {
    let mut builder = SqlBuilder::default();
    source.to_sql(&mut builder, &Hob)?;
    Ok(builder.finish())
}

// Per thread, so that the hot path takes no lock. The database gives the same
// number for the same text, whichever thread asks. It is part of the key
// because a process may hold several databases.
thread_local! {
    static TYPES: RefCell<HashMap<(usize, TypeId), u32, BuildHasherDefault<IdHasher>>> =
        RefCell::new(HashMap::default());
    static TEXTS: RefCell<Texts> = RefCell::new(Texts::default());
}

/// For keys that are hashes themselves.
#[derive(Default)]
struct IdHasher(u64);

impl Hasher for IdHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u64(byte.into());
        }
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = (self.0.rotate_left(5) ^ value).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn write_usize(&mut self, value: usize) {
        self.write_u64(value as u64);
    }
}

#[derive(Default)]
struct Texts {
    hasher: RandomState,
    sights: HashMap<u64, u8>,
    kept: HashMap<u64, KeptText>,
}

struct KeptText {
    db: usize,
    sql: Box<str>,
    id: u32,
}

impl Texts {
    /// The text's number, or 0 if it is not kept.
    fn id(&mut self, db: &'static DbV1, sql: &str) -> u32 {
        let address = std::ptr::from_ref(db).addr();
        let hash = self.hasher.hash_one((address, sql));
        if let Some(kept) = self.kept.get(&hash) {
            let same = kept.db == address && *kept.sql == *sql;
            return if same { kept.id } else { 0 };
        }
        if self.kept.len() >= KEPT_TEXTS {
            return 0;
        }
        if self.sights.len() >= COUNTED_TEXTS {
            self.sights.clear();
        }
        let sights = self.sights.entry(hash).or_default();
        *sights += 1;
        if *sights < SIGHTS {
            return 0;
        }
        self.sights.remove(&hash);
        let id = (db.intern)(db.context, sql.into());
        self.kept.insert(
            hash,
            KeptText {
                db: address,
                sql: sql.into(),
                id,
            },
        );
        id
    }
}

#[cfg(test)]
mod tests {
    use diesel::{
        RunQueryDsl,
        dsl::{select, sql_query},
        expression::IntoSql,
        sql_types::Integer,
    };

    use super::*;
    use crate::db::{
        Connection, Db, DbError,
        fake::{Fake, Manner},
    };

    fn run(table: &'static DbV1, work: impl FnOnce(&mut Connection) + Send + 'static) {
        let job = Db::from_abi(table).read(|connection| {
            work(connection);
            Ok::<_, DbError>(())
        });
        let mut job = std::pin::pin!(job);
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(job.as_mut().poll(&mut context).is_ready());
    }

    #[test]
    fn a_typed_query_is_written_once() {
        let (fake, table) = Fake::new(Manner::Run);
        run(table, |connection| {
            for number in 0..5 {
                select(number.into_sql::<Integer>())
                    .load::<i32>(connection)
                    .unwrap();
            }
        });
        assert_eq!(fake.interned(), 1);
        let statements = fake.statements.lock().unwrap();
        assert_eq!(statements[0], (1, "SELECT $1".to_owned()));
        assert!(statements[1..].iter().all(|ran| *ran == (1, String::new())));
    }

    #[test]
    fn two_databases_do_not_share_numbers() {
        for _ in 0..2 {
            let (fake, table) = Fake::new(Manner::Run);
            run(table, |connection| {
                select(1.into_sql::<Integer>())
                    .load::<i32>(connection)
                    .unwrap();
            });
            assert_eq!(fake.interned(), 1);
            assert_eq!(fake.statements.lock().unwrap()[0].1, "SELECT $1");
        }
    }

    #[test]
    fn a_text_is_kept_once_it_has_come_back() {
        let (fake, table) = Fake::new(Manner::Run);
        run(table, |connection| {
            for _ in 0..5 {
                sql_query("DELETE FROM a").execute(connection).unwrap();
            }
            for number in 0..2000 {
                sql_query(format!("DELETE FROM a WHERE b = {number}"))
                    .execute(connection)
                    .unwrap();
            }
        });
        assert_eq!(fake.interned(), 1);
        let ids: Vec<u32> = fake.statements.lock().unwrap()[..5]
            .iter()
            .map(|(id, _)| *id)
            .collect();
        assert_eq!(ids, [0, 0, 1, 1, 1]);
    }

    #[test]
    fn so_many_texts_are_kept_and_no_more() {
        let (fake, table) = Fake::new(Manner::Run);
        run(table, |connection| {
            for number in 0..KEPT_TEXTS * 2 {
                for _ in 0..SIGHTS {
                    sql_query(format!("DELETE FROM a WHERE b = {number}"))
                        .execute(connection)
                        .unwrap();
                }
            }
        });
        assert_eq!(fake.interned() as usize, KEPT_TEXTS);
    }
}
