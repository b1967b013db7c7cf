//! The database's drivers and migrations, on SQLite and on PostgreSQL.

#![allow(
    clippy::result_large_err,
    reason = "the error crosses as it is, and is the rare case"
)]

mod driver;
mod events;
mod jobs;
mod migrations;
mod readings;
mod snapshots;
mod statements;
