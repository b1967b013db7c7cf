//! Searching in texts without regard to case.
//!
//! `LIKE` minds case on PostgreSQL and does not on SQLite, and only PostgreSQL
//! has `ILIKE`. Where both sides are lowered, both find the same.

use diesel::{
    EscapeExpressionMethods, TextExpressionMethods,
    dsl::{Escape, Like},
    expression::{AsExpression, Expression, TypedExpressionType},
    sql_types::{Nullable, SingleValue, SqlType, Text},
};

/// `Text` or `Nullable<Text>`.
pub trait TextType: SqlType + SingleValue + TypedExpressionType {}

impl TextType for Text {}
impl TextType for Nullable<Text> {}

#[diesel::declare_sql_function]
extern "SQL" {
    /// The text in lower case.
    fn lower<T: TextType>(text: T) -> T;
}

/// Whether `text` has `part` in it, without regard to case. What `LIKE` gives a
/// meaning to (`%`, `_`) is searched for as it stands.
pub fn contains<E>(text: E, part: &str) -> Contains<E>
where
    E: Expression,
    E::SqlType: TextType,
    String: AsExpression<E::SqlType>,
    lower<E::SqlType, E>: TextExpressionMethods + Expression<SqlType = E::SqlType>,
    lower<E::SqlType, String>: AsExpression<E::SqlType>,
{
    let mut pattern = String::with_capacity(part.len() + 2);
    pattern.push('%');
    for character in part.chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    lower(text).like(lower(pattern)).escape('\\')
}

/// What [`contains`] returns.
pub type Contains<E> =
    Escape<Like<lower<<E as Expression>::SqlType, E>, lower<<E as Expression>::SqlType, String>>>;
