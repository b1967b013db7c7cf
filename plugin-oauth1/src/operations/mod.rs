//! What is done to applications and to what members allow them: the same for
//! the command line, for the pages of administrators and for those of owners,
//! which only parse and shape.
//!
//! Knows neither forms nor command lines. Who does something comes as an
//! [`Act`](crate::act::Act), and stands in the events and in the audit log.

mod consumers;
mod tokens;

pub use consumers::{delete, resume, rotate, suspend};
pub use tokens::{Whose, end_tokens};
