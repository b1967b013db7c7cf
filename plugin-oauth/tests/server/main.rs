//! The authorization server over the real host: one module for each endpoint
//! or matter, and one program for all, so that it is compiled and linked once.
//!
//! What counts statements or events of the whole process is a program of its
//! own, and so is what `make fuzz` runs.

mod application_limit;
mod audit;
mod authorize;
mod client_configuration;
mod client_credentials;
mod client_edit;
mod client_list;
mod connections;
mod consent_lasting;
mod consent_lifetime;
mod consent_page;
mod curl_lines;
mod device;
mod doctor;
mod introspect;
mod last_use;
mod legacy_query;
mod logo;
mod mediagoblin_holes;
mod member_pages;
mod metadata;
mod mounted;
mod operator_commands;
mod out_of_band;
mod password;
mod personal_tokens;
mod pkce;
mod pushed_requests;
mod refresh;
mod register;
mod register_with_keys;
mod required_scope;
mod resource_server;
mod revoke;
mod secret_rotation;
mod sign_in;
mod site_address;
#[path = "../support/mod.rs"]
mod support;
mod token;
mod unproven_clients;
mod unverified_redirects;
mod words;
