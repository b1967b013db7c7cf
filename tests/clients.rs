//! Ordinary OAuth libraries of Python, which know nothing of Hob.

use std::{
    io::{BufRead, BufReader, Write},
    process::Stdio,
};

use crate::support::{
    Installation,
    application::{Application, consent_page, decide, query_of},
    photograph::{self, TURNED},
    python,
};

/// Runs a script: it prints the URL for its member, reads where the member was
/// sent back to, and does the rest itself.
fn drive(script: &str, more: &[&str]) {
    let installation = Installation::new(&["oauth", "api"]);
    installation.add_member("alice", "a long password");
    let application = Application::register(&installation, more);
    let site = installation.serve();
    let alice = site.member("alice", "a long password");

    let mut client = python::client(script)
        .env("HOB_URL", installation.url())
        .env("CLIENT_ID", &application.client_id)
        .env(
            "CLIENT_SECRET",
            application.client_secret.as_deref().unwrap_or_default(),
        )
        .env("PHOTOGRAPH", photograph::path(TURNED))
        // The tests' site speaks plain http, on this machine alone.
        .env("OAUTHLIB_INSECURE_TRANSPORT", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Python is installed");
    let mut stdin = client.stdin.take().expect("it is piped");
    let mut lines = BufReader::new(client.stdout.take().expect("it is piped")).lines();
    let url = lines.next().expect("a URL").expect("UTF-8");
    let state = query_of(&url, "state").expect("the library sends a state");
    assert!(query_of(&url, "code_challenge").is_some(), "no PKCE: {url}");

    let page = consent_page(&url, &alice);
    let fields = [
        ("scope", "profile"),
        ("scope", "media:read"),
        ("scope", "media:write"),
        ("decision", "allow"),
    ];
    let callback = decide(&page, &alice, &fields);
    assert_eq!(query_of(&callback, "state"), Some(state));
    writeln!(stdin, "{callback}").expect("it listens");
    drop(stdin);

    let said: Vec<String> = lines.map(|line| line.expect("UTF-8")).collect();
    let status = client.wait().expect("it ends");
    assert!(status.success(), "{script} ended with {status}: {said:#?}");
    let page = said.last().expect("it says what it published");
    photograph::assert_clean_and_upright(&alice, page);
}

#[test]
fn requests_oauthlib_connects_refreshes_and_publishes() {
    drive("requests_oauthlib_client.py", &[]);
}

#[test]
fn requests_oauthlib_works_as_a_public_client() {
    drive("requests_oauthlib_client.py", &["--public"]);
}

#[test]
fn authlib_connects_refreshes_and_publishes() {
    drive("authlib_client.py", &[]);
}

#[test]
fn authlib_works_as_a_public_client() {
    drive("authlib_client.py", &["--public"]);
}
