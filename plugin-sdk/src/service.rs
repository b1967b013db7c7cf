//! Services that plugins offer each other.

use crate::abi::Interface;

/// One provider of a service.
pub struct Service<I: Interface> {
    /// The id of the plugin behind it.
    pub provider: String,
    pub table: &'static I,
}
