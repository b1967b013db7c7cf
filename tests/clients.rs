//! Ordinary OAuth libraries, which know nothing of Hob. Each drives a small
//! application (see `clients/README.md`), and all go through the same
//! scenarios.

mod oauth2_crate;
mod scenes;

use std::process::Command;

use oauth2_crate::OAuth2Crate;
use scenes::{
    acts_for_no_member, asks_what_its_token_allows, binds_its_tokens, connects_and_publishes,
    connects_and_refreshes, finds_a_site_below_a_path, gives_its_tokens_back, hears_a_no,
    hears_that_it_was_taken_back, lets_a_device_in, proves_itself_by_a_key, pushes_its_request,
    works_with_a_part,
};

use crate::support::{
    application::Application,
    client_program::{Client, ClientProgram},
    go, node, python,
};

/// Starts an application on a library, for the site at this URL.
type Start = fn(&str, &Application) -> Box<dyn Client>;

fn start(mut command: Command, site: &str, application: &Application) -> Box<dyn Client> {
    command
        .env("HOB_URL", site)
        .env("CLIENT_ID", &application.client_id)
        .env_remove("CLIENT_SECRET");
    if let Some(secret) = &application.client_secret {
        command.env("CLIENT_SECRET", secret);
    }
    Box::new(ClientProgram::start(command))
}

/// A program that is asked for more than OAuth's usual; see
/// `clients/README.md`.
fn switched_on(mut command: Command, name: &str) -> Command {
    command.env(name, "1");
    command
}

const REQUESTS_OAUTHLIB: Start = |site, application| {
    start(
        python::client("requests_oauthlib_client.py"),
        site,
        application,
    )
};
const AUTHLIB: Start =
    |site, application| start(python::client("authlib_client.py"), site, application);
const OAUTH4WEBAPI: Start =
    |site, application| start(node::client("oauth4webapi_client.mjs"), site, application);
const OPENID_CLIENT: Start =
    |site, application| start(node::client("openid_client_client.mjs"), site, application);
const OAUTH4WEBAPI_WITH_BOUND_TOKENS: Start = |site, application| {
    let client = node::client("oauth4webapi_client.mjs");
    start(switched_on(client, "DPOP"), site, application)
};
const OPENID_CLIENT_WITH_BOUND_TOKENS: Start = |site, application| {
    let client = node::client("openid_client_client.mjs");
    start(switched_on(client, "DPOP"), site, application)
};
const AUTHLIB_WITH_A_KEY: Start = |site, application| {
    let client = python::client("authlib_client.py");
    start(switched_on(client, "PRIVATE_KEY_JWT"), site, application)
};
const OAUTH4WEBAPI_WITH_A_KEY: Start = |site, application| {
    let client = node::client("oauth4webapi_client.mjs");
    start(switched_on(client, "PRIVATE_KEY_JWT"), site, application)
};
const OPENID_CLIENT_WITH_A_KEY: Start = |site, application| {
    let client = node::client("openid_client_client.mjs");
    start(switched_on(client, "PRIVATE_KEY_JWT"), site, application)
};
const XOAUTH2: Start =
    |site, application| start(go::client("xoauth2_client.go"), site, application);
const OAUTH2_CRATE: Start = |site, application| Box::new(OAuth2Crate::new(site, application));

#[test]
fn requests_oauthlib_connects_refreshes_and_publishes() {
    connects_and_publishes(REQUESTS_OAUTHLIB, &[]);
}

#[test]
fn requests_oauthlib_works_as_a_public_client() {
    connects_and_publishes(REQUESTS_OAUTHLIB, &["--public"]);
}

#[test]
fn requests_oauthlib_hears_a_no() {
    hears_a_no(REQUESTS_OAUTHLIB);
}

#[test]
fn requests_oauthlib_works_with_a_part() {
    works_with_a_part(REQUESTS_OAUTHLIB);
}

#[test]
fn requests_oauthlib_hears_that_it_was_taken_back() {
    hears_that_it_was_taken_back(REQUESTS_OAUTHLIB);
}

#[test]
fn requests_oauthlib_pushes_its_request() {
    pushes_its_request(REQUESTS_OAUTHLIB, &[]);
}

#[test]
fn requests_oauthlib_acts_for_no_member() {
    acts_for_no_member(REQUESTS_OAUTHLIB);
}

#[test]
fn authlib_connects_refreshes_and_publishes() {
    connects_and_publishes(AUTHLIB, &[]);
}

#[test]
fn authlib_works_as_a_public_client() {
    connects_and_publishes(AUTHLIB, &["--public"]);
}

#[test]
fn authlib_hears_a_no() {
    hears_a_no(AUTHLIB);
}

#[test]
fn authlib_works_with_a_part() {
    works_with_a_part(AUTHLIB);
}

#[test]
fn authlib_hears_that_it_was_taken_back() {
    hears_that_it_was_taken_back(AUTHLIB);
}

#[test]
fn authlib_gives_its_tokens_back() {
    gives_its_tokens_back(AUTHLIB, &[]);
}

#[test]
fn authlib_asks_what_its_token_allows() {
    asks_what_its_token_allows(AUTHLIB);
}

#[test]
fn authlib_pushes_its_request() {
    pushes_its_request(AUTHLIB, &["--public"]);
}

#[test]
fn authlib_acts_for_no_member() {
    acts_for_no_member(AUTHLIB);
}

#[test]
fn oauth4webapi_connects_refreshes_and_publishes() {
    connects_and_publishes(OAUTH4WEBAPI, &[]);
}

#[test]
fn oauth4webapi_works_as_a_public_client() {
    connects_and_refreshes(OAUTH4WEBAPI, &["--public"]);
}

#[test]
fn oauth4webapi_finds_a_site_below_a_path() {
    finds_a_site_below_a_path(OAUTH4WEBAPI);
}

#[test]
fn oauth4webapi_hears_a_no() {
    hears_a_no(OAUTH4WEBAPI);
}

#[test]
fn oauth4webapi_works_with_a_part() {
    works_with_a_part(OAUTH4WEBAPI);
}

#[test]
fn oauth4webapi_hears_that_it_was_taken_back() {
    hears_that_it_was_taken_back(OAUTH4WEBAPI);
}

#[test]
fn oauth4webapi_gives_its_tokens_back() {
    gives_its_tokens_back(OAUTH4WEBAPI, &["--public"]);
}

#[test]
fn oauth4webapi_asks_what_its_token_allows() {
    asks_what_its_token_allows(OAUTH4WEBAPI);
}

#[test]
fn oauth4webapi_pushes_its_request() {
    pushes_its_request(OAUTH4WEBAPI, &[]);
}

#[test]
fn oauth4webapi_pushes_its_request_as_a_public_client() {
    pushes_its_request(OAUTH4WEBAPI, &["--public"]);
}

#[test]
fn oauth4webapi_acts_for_no_member() {
    acts_for_no_member(OAUTH4WEBAPI);
}

#[test]
fn oauth4webapi_binds_its_tokens() {
    binds_its_tokens(OAUTH4WEBAPI_WITH_BOUND_TOKENS, &[]);
}

#[test]
fn oauth4webapi_binds_its_tokens_as_a_public_client() {
    binds_its_tokens(OAUTH4WEBAPI_WITH_BOUND_TOKENS, &["--public"]);
}

#[test]
fn openid_client_binds_its_tokens() {
    binds_its_tokens(OPENID_CLIENT_WITH_BOUND_TOKENS, &[]);
}

#[test]
fn authlib_proves_itself_by_a_key() {
    proves_itself_by_a_key(AUTHLIB_WITH_A_KEY);
}

#[test]
fn oauth4webapi_proves_itself_by_a_key() {
    proves_itself_by_a_key(OAUTH4WEBAPI_WITH_A_KEY);
}

#[test]
fn openid_client_proves_itself_by_a_key() {
    proves_itself_by_a_key(OPENID_CLIENT_WITH_A_KEY);
}

#[test]
fn oauth4webapi_lets_a_device_in() {
    lets_a_device_in(OAUTH4WEBAPI, &["--public"]);
}

#[test]
fn openid_client_lets_a_device_in() {
    lets_a_device_in(OPENID_CLIENT, &[]);
}

#[test]
fn oauth2_crate_lets_a_device_in() {
    lets_a_device_in(OAUTH2_CRATE, &["--public"]);
}

#[test]
fn openid_client_connects_and_refreshes() {
    connects_and_refreshes(OPENID_CLIENT, &[]);
}

#[test]
fn openid_client_works_as_a_public_client() {
    connects_and_refreshes(OPENID_CLIENT, &["--public"]);
}

#[test]
fn openid_client_finds_a_site_below_a_path() {
    finds_a_site_below_a_path(OPENID_CLIENT);
}

#[test]
fn openid_client_hears_a_no() {
    hears_a_no(OPENID_CLIENT);
}

#[test]
fn openid_client_works_with_a_part() {
    works_with_a_part(OPENID_CLIENT);
}

#[test]
fn openid_client_hears_that_it_was_taken_back() {
    hears_that_it_was_taken_back(OPENID_CLIENT);
}

#[test]
fn openid_client_gives_its_tokens_back() {
    gives_its_tokens_back(OPENID_CLIENT, &[]);
}

#[test]
fn openid_client_asks_what_its_token_allows() {
    asks_what_its_token_allows(OPENID_CLIENT);
}

#[test]
fn openid_client_pushes_its_request() {
    pushes_its_request(OPENID_CLIENT, &[]);
}

#[test]
fn openid_client_acts_for_no_member() {
    acts_for_no_member(OPENID_CLIENT);
}

#[test]
fn golang_oauth2_connects_and_refreshes() {
    connects_and_refreshes(XOAUTH2, &[]);
}

#[test]
fn golang_oauth2_works_as_a_public_client() {
    connects_and_refreshes(XOAUTH2, &["--public"]);
}

#[test]
fn golang_oauth2_hears_a_no() {
    hears_a_no(XOAUTH2);
}

#[test]
fn golang_oauth2_works_with_a_part() {
    works_with_a_part(XOAUTH2);
}

#[test]
fn golang_oauth2_hears_that_it_was_taken_back() {
    hears_that_it_was_taken_back(XOAUTH2);
}

#[test]
fn golang_oauth2_pushes_its_request() {
    pushes_its_request(XOAUTH2, &[]);
}

#[test]
fn golang_oauth2_acts_for_no_member() {
    acts_for_no_member(XOAUTH2);
}

#[test]
fn oauth2_crate_connects_and_refreshes() {
    connects_and_refreshes(OAUTH2_CRATE, &[]);
}

#[test]
fn oauth2_crate_works_as_a_public_client() {
    connects_and_refreshes(OAUTH2_CRATE, &["--public"]);
}

#[test]
fn oauth2_crate_hears_a_no() {
    hears_a_no(OAUTH2_CRATE);
}

#[test]
fn oauth2_crate_works_with_a_part() {
    works_with_a_part(OAUTH2_CRATE);
}

#[test]
fn oauth2_crate_hears_that_it_was_taken_back() {
    hears_that_it_was_taken_back(OAUTH2_CRATE);
}

#[test]
fn oauth2_crate_gives_its_tokens_back() {
    gives_its_tokens_back(OAUTH2_CRATE, &[]);
}

#[test]
fn oauth2_crate_asks_what_its_token_allows() {
    asks_what_its_token_allows(OAUTH2_CRATE);
}

#[test]
fn oauth2_crate_pushes_its_request() {
    pushes_its_request(OAUTH2_CRATE, &[]);
}

#[test]
fn oauth2_crate_acts_for_no_member() {
    acts_for_no_member(OAUTH2_CRATE);
}
