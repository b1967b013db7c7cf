//! SELECT.

pub mod combine;
pub mod select;
