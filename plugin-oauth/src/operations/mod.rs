//! What the operator does: the same for the command line and for the pages of
//! administrators, which only parse and shape.
//!
//! Knows neither forms nor command lines. Who does something comes as an
//! [`Act`](crate::act::Act), and stands in the events and in the audit log.

mod clients;
mod initial_tokens;
mod prune;

pub use clients::{Deleted, delete, end_tokens, resume, suspend};
pub use initial_tokens::{
    InitialTokenError, Issued, MOST_USES, USUAL_LIFETIME, Wanted, issue_initial_token,
    revoke_initial_token,
};
pub use prune::prune;
