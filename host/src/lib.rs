//! Hob's host: HTTP server, command line, database, media, members and the
//! plugin loader.

pub mod audit;
pub mod cli;
pub mod clock;
pub mod config;
pub mod connections;
pub mod db;
pub mod diagnostic;
pub mod http;
pub mod http_client;
mod logging;
pub mod media;
pub mod members;
mod memory;
pub mod migrate;
pub mod plugins;
mod request_id;
pub mod schema;
pub mod sealing;
pub mod secret;
pub mod sign_in_methods;
pub mod site;
pub mod startup;
#[cfg(feature = "testing")]
pub mod testing;
pub mod watchdog;
pub mod words;
