//! One URL, one file: parse, authorise, call, shape.

pub mod access_token;
pub mod admin;
pub mod authorize;
pub mod client_new;
pub mod client_register;
pub mod client_secret;
pub mod clients;
pub mod consent;
mod front_channel;
pub mod request_token;
