//! Requests to a plugin's routes, and what it answers.

mod fields;
mod request;
mod response;

pub use fields::{FieldError, Fields};
pub(crate) use request::BoundRoute;
pub use request::{Member, Part, PartContent, Request, is_recent};
pub use response::{IntoResponse, Newcomer, Page, Response};
