//! One URL, one file: each parses, authorises, calls, shapes.

pub mod admin;
pub mod authorize;
mod back_channel;
pub mod client_configuration;
mod client_form;
mod client_information;
pub mod client_logo;
pub mod client_new;
pub mod client_secret;
pub mod clients;
pub mod connections_moved;
pub mod consent;
pub mod device;
pub mod device_authorization;
pub mod device_consent;
pub mod device_qr;
mod emblem;
mod front_channel;
pub mod introspect;
pub mod legacy_token;
pub mod metadata;
pub mod personal_tokens;
mod presented;
pub mod pushed_authorization_request;
mod question;
pub mod register;
pub mod revoke;
pub mod token;
mod worded;

use hob_authorization::member_page::{self, member};
