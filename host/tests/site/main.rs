//! The site's own pages and the bridge to plugins, through the real router,
//! on SQLite and on PostgreSQL.

mod account;
mod administrators;
mod areas;
mod audit;
mod below_a_path;
mod bridge;
mod connections;
mod events;
mod events_after;
mod hosts;
mod http_client;
mod media;
mod migrations;
mod pictures;
mod sealing;
mod sign_in;
mod sign_in_methods;
mod signed_out_meanwhile;
mod tasks;
mod uploads;
mod watchdog;
mod words;
