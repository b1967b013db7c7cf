//! One URL, one file: parse, authorise, call, shape.

pub mod access_token;
pub mod authorize;
pub mod client_register;
pub mod clients;
pub mod consent;
mod front_channel;
pub mod request_token;
