//! Services that plugins offer each other.
//!
//! A plugin may publish one of its own: a small crate with a table of
//! functions ([`crate::interface!`]), and a safe face on either side of it.
//! `hob-signin` is one. There is nothing about a service that only the SDK
//! could do.

pub use crate::panic::answer;

use crate::abi::Interface;

/// One provider of a service.
pub struct Service<I: Interface> {
    /// The id of the plugin behind it.
    pub provider: String,
    pub table: &'static I,
}
