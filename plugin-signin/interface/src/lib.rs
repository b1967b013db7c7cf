//! What Hob's sign-in plugin and other plugins have to do with each other, and
//! nothing else.
//!
//! A plugin that works with it depends on this crate and on the SDK. It hears
//! of sign-ins, and may stop them ([`SignInAuthorized`], [`SignInFailed`]; the
//! manifest names them under `[subscribes]` or `[subscribes_after]`), and says
//! what visitors read where one fails ([`error_pages`]; under `[offers]`). And it
//! makes requests to a provider as a member ([`session`]; under `[requires]`).

pub mod error_pages;
mod events;
pub mod session;

use hob_plugin_sdk::EventDescription;

pub use events::{SignInAuthorized, SignInFailed};

/// All events.
pub const EVENTS: &[EventDescription] = &[SignInAuthorized::DESCRIPTION, SignInFailed::DESCRIPTION];
