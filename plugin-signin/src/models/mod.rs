//! The plugin's rows and all queries on them, as named methods.
//!
//! Nothing here knows a rule of signing in: whoever calls opens the transaction
//! and decides what a found row means.

mod kept_token;
mod linked_account;
mod newcomer;
mod schema;
mod sign_in_request;

pub use kept_token::{KeptToken, NewKeptToken};
pub use linked_account::{LinkedAccount, NewLinkedAccount};
pub use newcomer::{NewNewcomer, Newcomer};
pub use sign_in_request::SignInRequest;
