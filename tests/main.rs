//! Hob from end to end: the built program in a fresh folder, real plugin
//! libraries, real clients. Each module is one journey.
//!
//! `make e2e` builds what is needed and runs this.

mod browser;
mod builds;
mod cli;
mod clients;
mod connections;
mod consent_pages;
mod device_pages;
mod durable;
mod golden;
mod graceful;
mod graph;
mod journey;
mod kill_minus_nine;
mod member_pages;
mod oauth1_clients;
mod oauth1_pages;
mod operator_commands;
mod operator_pages;
mod other_compiler;
mod owner_pages;
mod panic_abort;
mod panics;
mod photo_import;
mod pictures;
mod sign_in;
mod single_page;
mod support;
