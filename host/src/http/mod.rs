//! HTTP: the site's own pages, the bridge to plugins, and what surrounds both.
//!
//! [`routes::dispatch`] is the map of all URLs.

mod address;
mod app;
mod bodies;
mod bridge;
mod bridge_sessions;
mod connection;
mod cors;
mod dispatch;
mod endpoints;
mod envelope;
mod form;
mod fresh_session;
mod language;
mod pace;
mod page;
mod patience;
mod problems;
mod raw_request;
pub mod routes;
mod same_site;
mod server;
mod stored_file;
pub mod uploads;
pub mod views;
mod visit;
mod visitor;
mod workers;

pub use app::App;
pub use dispatch::Dispatch;
pub use patience::Patience;
pub use routes::dispatch;
pub use server::{Server, ServerError};
