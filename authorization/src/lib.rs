//! What plugins share that let programs use members' accounts, whatever the
//! protocol: scopes, redirect URIs, secrets and their digests; the question to
//! the member, and how its answer is read; the pages on which administrators
//! look after such programs.
//!
//! It has no state and no table, and does not know what a program gets when a
//! member has allowed it.

pub mod act;
pub mod admin;
pub mod attempts;
#[cfg(any(test, feature = "testing"))]
pub mod bad_input;
pub mod client_form;
pub mod decision;
pub mod doctor;
pub mod lasting;
pub mod member_page;
pub mod pages;
pub mod policy;
pub mod problem_words;
pub mod redirect_uri;
pub mod registration;
pub mod remark;
pub mod scope;
pub mod scope_words;
pub mod secret;
pub mod usernames;
pub mod whose;
