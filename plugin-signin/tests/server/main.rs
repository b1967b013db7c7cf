//! Signing in with another site over the real host: one module for each matter,
//! and one program for all, so that it is compiled and linked once.

mod anew;
mod asker;
mod hooks;
mod id_tokens;
mod journey;
mod linking;
mod migrations;
mod mounted;
mod oauth1;
mod providers;
mod registration;
mod sessions;
mod sign_in;
mod sign_out;
mod site_account;
mod support;
mod unlinking;
