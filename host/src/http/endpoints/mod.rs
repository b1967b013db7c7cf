//! The site's own pages: one file for each place.

pub mod account;
pub mod admin;
pub mod admin_audit;
pub mod assets;
pub mod connections;
pub mod health;
pub mod home;
pub mod language;
pub mod login;
pub mod media;
pub mod member;
mod shown;
pub mod upload;
