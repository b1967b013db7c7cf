//! HTTP: the site's own pages, the bridge to plugins, and what surrounds both.
//!
//! [`routes::router`] is the map of all URLs.

mod app;
mod bodies;
mod bridge;
mod cors;
mod endpoints;
mod envelope;
mod form;
mod page;
pub mod routes;
mod same_site;
mod server;
mod stored_file;
pub mod views;
mod visitor;

pub use app::App;
pub use routes::router;
pub use server::{Server, ServerError};
