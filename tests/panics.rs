//! A plugin that panics or loops, wherever it can: what called it fails, the
//! log names the plugin, and the site and its other plugins serve on.

use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    os::unix::process::ExitStatusExt,
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::support::{
    Installation, Site,
    application::Application,
    installation::{Database, PATIENCE},
};

/// A site with the plugin, which panics by itself in what is named.
fn with_rogue(others: &[&str], panics_in: &str) -> Installation {
    let plugins = [&["rogue"], others].concat();
    let installation = Installation::new(&plugins);
    installation.add_to_configuration(&format!("[plugin.rogue]\npanics_in = {panics_in:?}\n"));
    installation
}

/// Another plugin answers, and writes.
#[track_caller]
fn serves(site: &Site<'_>) {
    let greeting = site.visitor().get("/hello/World").expect(200).text();
    assert!(greeting.contains("Hello, World!"), "{greeting}");
    assert_eq!(site.visitor().get("/readyz").status, 200);
}

/// The log says so, and which plugin it was.
#[track_caller]
fn names_rogue(log: &str, message: &str) {
    let message = format!("ERROR plugin: {message} plugin=\"rogue\" ");
    assert!(log.contains(&message), "{message} in\n{log}");
}

#[test]
fn a_panic_ends_the_request_that_it_happened_in() {
    let installation = with_rogue(&["hello"], "nothing");
    let site = installation.serve();
    for (path, status, message) in [
        ("/rogue/panic", 500, "panicked: a route panics"),
        ("/rogue/panic-in-drop", 500, "panicked: a drop panics"),
        (
            "/rogue/panic-in-database",
            500,
            "panicked: a closure panics",
        ),
        // A thread of its own is its own affair.
        ("/rogue/panic-in-thread", 200, "panicked: a thread panics"),
    ] {
        let answer = site.visitor().get(path).expect(status);
        assert!(!answer.text().contains("panics"), "{}", answer.text());
        names_rogue(&site.log(), message);
        serves(&site);
    }
}

#[test]
fn in_json_a_plugin_s_line_has_its_fields_and_its_request() {
    let installation = with_rogue(&[], "nothing");
    installation.edit_configuration("format = \"text\"", "format = \"json\"");
    let site = installation.serve();
    for (path, message) in [
        ("/rogue/panic", "panicked: a route panics"),
        // On a thread of the database.
        ("/rogue/panic-in-database", "panicked: a closure panics"),
    ] {
        let answer = site.visitor().get(path).expect(500);
        let log = site.log();
        let line: Value = log
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .find(|line: &Value| line["message"] == message)
            .unwrap_or_else(|| panic!("{message} in {log}"));
        assert_eq!(line["level"], "ERROR");
        assert_eq!(line["plugin"], "rogue");
        assert_eq!(line["request"], answer.header("x-request-id"));
        let at = line["fields"]["at"].as_str().expect("a place");
        assert!(at.starts_with("tests/rogue-plugin/src/lib.rs:"), "{at}");
    }
}

#[test]
fn a_job_that_panics_is_run_again() {
    let installation = with_rogue(&["hello"], "job");
    let site = installation.serve();
    let failed = || {
        let log = site.log();
        log.matches("a periodic job failed").count()
    };
    let end = Instant::now() + PATIENCE;
    while failed() < 2 {
        assert!(Instant::now() < end, "{}", site.log());
        thread::sleep(Duration::from_millis(50));
    }
    names_rogue(&site.log(), "panicked: the job panics");
    serves(&site);
}

#[test]
fn a_command_that_panics_fails_and_names_its_plugin() {
    let installation = with_rogue(&["hello"], "nothing");
    let said = installation.hob(&["rogue", "panic"]).fails();
    names_rogue(&said, "panicked: a command panics");
    let told = "error: plugin rogue: panicked: a command panics\n";
    assert!(said.contains(told), "{said}");
    installation.hob(&["hello", "greetings"]).succeeds();
}

#[test]
fn a_subscriber_that_panics_refuses_what_the_event_tells_of() {
    let installation = with_rogue(&["hello"], "event");
    installation.add_member("alice", "a long password");
    let said = installation.hob(&["user", "disable", "alice"]).fails();
    assert!(
        said.contains("plugin rogue: panicked: the event panics"),
        "{said}"
    );
    {
        let site = installation.serve();
        site.member("alice", "a long password");
        serves(&site);
    }
    installation.edit_configuration("panics_in = \"event\"", "panics_in = \"nothing\"");
    installation.hob(&["user", "disable", "alice"]).succeeds();
}

#[test]
fn a_start_that_panics_is_told_and_the_site_does_not_start() {
    let installation = with_rogue(&["hello"], "start");
    installation.hob(&["plugins", "check"]).succeeds();
    let said = installation.hob(&["serve"]).fails();
    let told = "error: plugin rogue panicked at its start: the start panics\n  --> hob.toml:";
    assert!(said.contains(told), "{said}");
    let fix = "\n  fix: repair that, or remove rogue from `enabled`\n";
    assert!(said.ends_with(fix), "{said}");
    installation.edit_configuration("\"rogue\", ", "");
    installation.edit_configuration("[plugin.rogue]\npanics_in = \"start\"\n", "");
    serves(&installation.serve());
}

#[test]
fn a_verifier_that_panics_is_a_503_and_never_access() {
    let installation = with_rogue(&["oauth", "api", "hello"], "nothing");
    installation.add_member("alice", "a long password");
    let application = Application::register(&installation, &[]);
    let site = installation.serve();
    let alice = site.member("alice", "a long password");
    let tokens = application.connect(&alice);
    let token = tokens["access_token"].as_str().expect("a token");
    // The plugin stands first, and has nothing against other schemes.
    let known = site.visitor().with_token(token);
    known.get("/api/v1/me").expect(200);
    let panicking = site.visitor().with_authorization("Rogue panic");
    for path in ["/api/v1/me", "/api/v1/media"] {
        let answer = panicking.get(path).expect(503);
        assert_eq!(answer.json()["error"]["code"], "temporarily_unavailable");
        assert_eq!(answer.header("retry-after"), "5");
    }
    names_rogue(&site.log(), "panicked: a verifier panics");
    let other = site.visitor().with_authorization("Rogue calm");
    other.get("/api/v1/me").expect(401);
    known.get("/api/v1/me").expect(200);
    site.visitor().get("/api/v1/media").expect(200);
    serves(&site);
}

#[test]
fn a_panic_while_another_unwinds_ends_the_process_and_the_log_names_the_plugin() {
    let installation = with_rogue(&["hello"], "nothing");
    let mut site = installation.serve();
    let mut connection = TcpStream::connect(installation.address()).unwrap();
    connection
        .write_all(b"GET /rogue/panic-while-panicking HTTP/1.1\r\nHost: hob\r\n\r\n")
        .unwrap();
    // There is nobody left to answer.
    let mut answer = Vec::new();
    let _ = connection.read_to_end(&mut answer);
    assert!(answer.is_empty(), "{}", String::from_utf8_lossy(&answer));
    let status = site.ended();
    // SIGABRT.
    assert_eq!(status.signal(), Some(6), "{status}");
    names_rogue(&site.log(), "panicked: the first panic");
    names_rogue(&site.log(), "panicked: a drop panics");
    serves(&installation.serve());
}

#[test]
fn a_loop_is_named_by_the_log_and_turns_readyz_red_until_it_ends() {
    const NAME: &str = "plugin rogue, a job that writes to the database";
    let installation = with_rogue(&["hello"], "nothing");
    let site = installation.serve();
    serves(&site);
    thread::scope(|scope| {
        let visitor = site.visitor();
        let looping = scope.spawn(move || visitor.get("/rogue/loop-in-database").status);
        let end = Instant::now() + PATIENCE;
        while !site.log().contains(NAME) && Instant::now() < end {
            thread::sleep(Duration::from_millis(50));
        }
        let red = site.visitor().get("/readyz");
        // Before anything is asserted: what loops would keep the test.
        fs::write(installation.path("let-go"), "").unwrap();
        assert!(site.log().contains(NAME), "{}", site.log());
        assert_eq!(red.status, 503);
        assert_eq!(red.text(), "a plugin blocks a thread; the log names it\n");
        assert_eq!(looping.join().unwrap(), 200);
    });
    let end = Instant::now() + PATIENCE;
    while site.visitor().get("/readyz").status != 200 {
        assert!(Instant::now() < end, "{}", site.log());
        thread::sleep(Duration::from_millis(50));
    }
    serves(&site);
}

#[test]
fn a_command_that_loops_is_named_on_standard_error() {
    let installation = with_rogue(&[], "nothing");
    let outcome = thread::scope(|scope| {
        let running = scope.spawn(|| installation.hob(&["rogue", "loop"]));
        // A little longer than the watchdog is patient.
        thread::sleep(Duration::from_secs(8));
        fs::write(installation.path("let-go"), "").unwrap();
        running.join().unwrap()
    });
    let name = "plugin rogue, the command loop";
    assert!(outcome.stderr.contains(name), "{outcome:?}");
    assert_eq!(outcome.succeeds(), "let go\n");
}

#[test]
fn a_library_that_is_overwritten_while_it_runs_answers_on() {
    let installation = Installation::fresh(Database::Sqlite, &["hello"]);
    installation.hob(&["plugins", "lock"]).succeeds();
    installation.hob(&["dbupdate"]).succeeds();
    let site = installation.serve();
    // Before anything of it has run, so that its pages are not there yet.
    let library = installation.path("plugins/libhob_hello_plugin.so");
    let length = fs::metadata(&library).unwrap().len();
    // In place, as `cp` does, and cut short.
    fs::write(&library, vec![0; usize::try_from(length).unwrap()]).unwrap();
    serves(&site);
    fs::write(&library, "").unwrap();
    for _ in 0..100 {
        serves(&site);
    }
    site.visitor().get("/hello/%FF").expect(404);
    drop(site);
    // What lies there now is not what was locked, nor a library.
    let said = installation.hob(&["serve"]).fails();
    assert!(said.contains("error: the file is empty\n"), "{said}");
}
