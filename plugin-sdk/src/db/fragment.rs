//! Clauses that SQLite and PostgreSQL write differently, in the one form that
//! both of them understand.

use diesel::{
    query_builder::{
        All, AstPass, BoxedLimitOffsetClause, Distinct, Except, Intersect, IntoBoxedClause,
        LimitClause, LimitOffsetClause, NoLimitClause, NoOffsetClause, OffsetClause,
        ParenthesisWrapper, QueryFragment, SupportsCombinationClause, Union,
    },
    result::QueryResult,
};

use super::Hob;

/// SQLite has no `OFFSET` without a `LIMIT`, PostgreSQL no negative one.
const NO_LIMIT: &str = " LIMIT 9223372036854775807";

impl QueryFragment<Hob> for LimitOffsetClause<NoLimitClause, NoOffsetClause> {
    fn walk_ast<'b>(&'b self, _: AstPass<'_, 'b, Hob>) -> QueryResult<()> {
        Ok(())
    }
}

impl<L> QueryFragment<Hob> for LimitOffsetClause<LimitClause<L>, NoOffsetClause>
where
    LimitClause<L>: QueryFragment<Hob>,
{
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Hob>) -> QueryResult<()> {
        self.limit_clause.walk_ast(out)
    }
}

impl<O> QueryFragment<Hob> for LimitOffsetClause<NoLimitClause, OffsetClause<O>>
where
    OffsetClause<O>: QueryFragment<Hob>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Hob>) -> QueryResult<()> {
        out.push_sql(NO_LIMIT);
        self.offset_clause.walk_ast(out)
    }
}

impl<L, O> QueryFragment<Hob> for LimitOffsetClause<LimitClause<L>, OffsetClause<O>>
where
    LimitClause<L>: QueryFragment<Hob>,
    OffsetClause<O>: QueryFragment<Hob>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Hob>) -> QueryResult<()> {
        self.limit_clause.walk_ast(out.reborrow())?;
        self.offset_clause.walk_ast(out)
    }
}

impl QueryFragment<Hob> for BoxedLimitOffsetClause<'_, Hob> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Hob>) -> QueryResult<()> {
        if let Some(limit) = &self.limit {
            limit.walk_ast(out.reborrow())?;
        } else if self.offset.is_some() {
            out.push_sql(NO_LIMIT);
        }
        if let Some(offset) = &self.offset {
            offset.walk_ast(out)?;
        }
        Ok(())
    }
}

impl<'a> IntoBoxedClause<'a, Hob> for LimitOffsetClause<NoLimitClause, NoOffsetClause> {
    type BoxedClause = BoxedLimitOffsetClause<'a, Hob>;

    fn into_boxed(self) -> Self::BoxedClause {
        BoxedLimitOffsetClause {
            limit: None,
            offset: None,
        }
    }
}

impl<'a, L> IntoBoxedClause<'a, Hob> for LimitOffsetClause<LimitClause<L>, NoOffsetClause>
where
    L: QueryFragment<Hob> + Send + 'a,
{
    type BoxedClause = BoxedLimitOffsetClause<'a, Hob>;

    fn into_boxed(self) -> Self::BoxedClause {
        BoxedLimitOffsetClause {
            limit: Some(Box::new(self.limit_clause)),
            offset: None,
        }
    }
}

impl<'a, O> IntoBoxedClause<'a, Hob> for LimitOffsetClause<NoLimitClause, OffsetClause<O>>
where
    O: QueryFragment<Hob> + Send + 'a,
{
    type BoxedClause = BoxedLimitOffsetClause<'a, Hob>;

    fn into_boxed(self) -> Self::BoxedClause {
        BoxedLimitOffsetClause {
            limit: None,
            offset: Some(Box::new(self.offset_clause)),
        }
    }
}

impl<'a, L, O> IntoBoxedClause<'a, Hob> for LimitOffsetClause<LimitClause<L>, OffsetClause<O>>
where
    L: QueryFragment<Hob> + Send + 'a,
    O: QueryFragment<Hob> + Send + 'a,
{
    type BoxedClause = BoxedLimitOffsetClause<'a, Hob>;

    fn into_boxed(self) -> Self::BoxedClause {
        BoxedLimitOffsetClause {
            limit: Some(Box::new(self.limit_clause)),
            offset: Some(Box::new(self.offset_clause)),
        }
    }
}

/// SQLite takes no parentheses around the parts of a `UNION`, and PostgreSQL
/// before 16 no subselect without an alias.
impl<T: QueryFragment<Hob>> QueryFragment<Hob> for ParenthesisWrapper<T> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Hob>) -> QueryResult<()> {
        out.push_sql("SELECT * FROM (");
        self.inner.walk_ast(out.reborrow())?;
        out.push_sql(") AS \"part\"");
        Ok(())
    }
}

impl SupportsCombinationClause<Union, Distinct> for Hob {}
impl SupportsCombinationClause<Union, All> for Hob {}
impl SupportsCombinationClause<Intersect, Distinct> for Hob {}
impl SupportsCombinationClause<Except, Distinct> for Hob {}
