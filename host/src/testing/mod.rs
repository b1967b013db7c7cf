//! What tests need of a site's surroundings. Compiled with the feature
//! `testing` only, which no release has.

mod browser;
pub mod migrations;
mod plans;
pub mod postgres;
pub mod said;
mod site;

pub use browser::{Browser, Reply};
pub use plans::Plan;
pub use site::{Builder, TestHost, on_each_database};
