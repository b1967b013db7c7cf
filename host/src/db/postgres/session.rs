//! One connection to PostgreSQL with all that it keeps between jobs.

use std::time::Duration;

use abi_stable::std_types::RString;
use hob_plugin_sdk::abi::db::{
    Cell, RawConnection, RawDbError, RawReading, RawRows, RawSavepoint, RawStatement,
};
use postgres::{
    Client, Config, NoTls, RowIter, Statement, fallible_iterator::FallibleIterator, types::Type,
};

use super::{
    errors::{from_postgres, in_batch},
    values::{Parameter, parameter_type, push_row},
};
use crate::db::{error::refused, interning, job::Kind, lending::Session, rows::RowBuffer, words};

pub(super) struct PostgresSession {
    client: Client,
    /// By interned number, with the types that they were prepared for.
    statements: Vec<Option<(Statement, Vec<Type>)>>,
    rows: RowBuffer,
    names: Vec<RString>,
}

impl PostgresSession {
    pub(super) fn connect(config: &Config) -> Result<Self, postgres::Error> {
        let mut config = config.clone();
        if config.get_application_name().is_none() {
            config.application_name("hob");
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(Duration::from_secs(10));
        }
        let mut client = config.connect(NoTls)?;
        // The word check reads strings as the standard has them.
        client.batch_execute(
            "SET standard_conforming_strings = on; SET client_min_messages = warning",
        )?;
        Ok(Self {
            client,
            statements: Vec::new(),
            rows: RowBuffer::default(),
            names: Vec::new(),
        })
    }

    /// Whether the connection is known to be gone.
    pub(super) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    pub(super) fn begin(&mut self, kind: Kind, budget: Option<Duration>) -> Result<(), RawDbError> {
        // A read sees one snapshot, as on SQLite.
        let mode = match kind {
            Kind::Read => " ISOLATION LEVEL REPEATABLE READ READ ONLY",
            Kind::Write | Kind::Unsynced | Kind::Upkeep => "",
        };
        let commit = match kind {
            Kind::Unsynced => "; SET LOCAL synchronous_commit = off",
            Kind::Read | Kind::Write | Kind::Upkeep => "",
        };
        // 0 would be no limit at all.
        let timeout = budget.map_or(0, |budget| budget.as_millis().max(1));
        self.say(&format!(
            "BEGIN{mode}; SET LOCAL statement_timeout = {timeout}{commit}"
        ))
    }

    /// Commits. The savepoint fails where no transaction is open any more or
    /// where it has failed; a bare COMMIT would then do nothing and report
    /// success.
    pub(super) fn commit(&mut self) -> Result<(), RawDbError> {
        self.say("SAVEPOINT hob_end; SET LOCAL statement_timeout = 0; COMMIT")
    }

    pub(super) fn roll_back(&mut self) -> Result<(), RawDbError> {
        self.say("ROLLBACK")
    }

    fn say(&mut self, sql: &str) -> Result<(), RawDbError> {
        self.client
            .batch_execute(sql)
            .map_err(|error| from_postgres(&error))
    }

    /// Starts a statement; the rows come as they are asked for.
    fn start(
        &mut self,
        statement: RawStatement<'_>,
        cells: &[Cell],
    ) -> Result<RowIter<'_>, RawDbError> {
        let mut types = Vec::with_capacity(cells.len());
        let mut parameters = Vec::with_capacity(cells.len());
        for (number, cell) in cells.iter().enumerate() {
            types.push(parameter_type(number, cell)?);
            parameters.push(Parameter::new(number, cell)?);
        }
        let interned;
        let text = if statement.sql.is_empty() && statement.id != 0 {
            interned = interning::text(statement.id)
                .ok_or_else(|| refused(format!("no statement has the number {}", statement.id)))?;
            &*interned
        } else {
            statement.sql.as_str()
        };
        if !interning::is_worth_keeping(statement.id) {
            check_text(text)?;
            words::check_head(text)?;
            return self
                .client
                .query_typed_raw(text, parameters.into_iter().zip(types))
                .map_err(|error| from_postgres(&error));
        }
        let place = statement.id as usize;
        if self.statements.len() <= place {
            self.statements.resize_with(place + 1, || None);
        }
        let kept = match &self.statements[place] {
            Some((kept, kept_types)) if *kept_types == types => kept.clone(),
            _ => {
                check_text(text)?;
                words::check_head(text)?;
                let prepared = self
                    .client
                    .prepare_typed(text, &types)
                    .map_err(|error| from_postgres(&error))?;
                if prepared.params().len() != parameters.len() {
                    return Err(refused(format!(
                        "the statement takes {} parameters and was given {}",
                        prepared.params().len(),
                        parameters.len()
                    )));
                }
                self.statements[place] = Some((prepared.clone(), types));
                prepared
            }
        };
        self.client
            .query_raw(&kept, parameters)
            .map_err(|error| from_postgres(&error))
    }
}

/// The protocol ends a text at its first NUL.
fn check_text(sql: &str) -> Result<(), RawDbError> {
    if sql.contains('\0') {
        return Err(refused("the statement has a NUL in it"));
    }
    Ok(())
}

impl Session for PostgresSession {
    const DIALECT: u32 = RawConnection::POSTGRES;

    fn execute(
        &mut self,
        statement: RawStatement<'_>,
        parameters: &[Cell],
    ) -> Result<u64, RawDbError> {
        let mut rows = self.start(statement, parameters)?;
        while rows
            .next()
            .map_err(|error| from_postgres(&error))?
            .is_some()
        {}
        Ok(rows.rows_affected().unwrap_or(0))
    }

    fn query(
        &mut self,
        statement: RawStatement<'_>,
        parameters: &[Cell],
    ) -> Result<RawRows, RawDbError> {
        let mut buffer = std::mem::take(&mut self.rows);
        let mut names = std::mem::take(&mut self.names);
        buffer.clear();
        names.clear();
        let filled = self.start(statement, parameters).and_then(|mut rows| {
            let mut count = 0;
            while let Some(row) = rows.next().map_err(|error| from_postgres(&error))? {
                if count == 0 {
                    names.extend(row.columns().iter().map(|column| column.name().into()));
                }
                push_row(&row, &mut buffer)?;
                count += 1;
            }
            Ok(count)
        });
        self.rows = buffer;
        self.names = names;
        Ok(self.rows.lend(filled?, &self.names))
    }

    fn batch(&mut self, sql: &str) -> Result<(), RawDbError> {
        check_text(sql)?;
        words::check_all(sql)?;
        // If the text ended the transaction all the same, the release fails.
        self.say("SAVEPOINT hob_batch")?;
        self.client
            .batch_execute(sql)
            .map_err(|error| in_batch(&error, sql))?;
        self.say("RELEASE hob_batch")
    }

    /// The server does not say when somebody commits.
    fn reading(&self) -> RawReading {
        RawReading::NONE
    }

    fn savepoint(&mut self, action: RawSavepoint, depth: u32) -> Result<(), RawDbError> {
        self.say(&match action {
            RawSavepoint::Open => format!("SAVEPOINT hob_{depth}"),
            RawSavepoint::Release => format!("RELEASE hob_{depth}"),
            RawSavepoint::RollBack => format!("ROLLBACK TO hob_{depth}; RELEASE hob_{depth}"),
        })
    }
}
