//! The provider over the real host, on both databases.

mod admin;
mod api;
mod attempts;
mod dance;
mod events;
mod listener;
mod member_pages;
mod migrations;
mod operators;
mod registering_itself;
mod request_tokens;
mod sealed;
mod signing;
mod support;
mod taking_up;
mod words;
