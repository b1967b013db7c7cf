//! What the journeys share: a site in a folder of its own, and the clients
//! that visit it.

pub mod application;
pub mod chromium;
pub mod client_program;
pub mod go;
pub mod installation;
pub mod node;
pub mod photo_desk;
pub mod photograph;
pub mod programs;
pub mod python;
pub mod single_page;
pub mod skip;
pub mod upload;
pub mod visitor;

pub use installation::{Database, Installation, Site, each_database, on_each_database};
pub use visitor::{Answer, Visitor};
