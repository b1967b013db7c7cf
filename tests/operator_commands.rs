//! What an operator does on the command line, as a process each, and what is
//! left of it in the next one.

use serde_json::Value;

use crate::support::{Installation, application::Application, each_database};

/// The entries of `hob audit export --format jsonl`.
fn exported(installation: &Installation, more: &[&str]) -> Vec<Value> {
    let words = [&["audit", "export", "--format", "jsonl"], more].concat();
    let told = installation.hob(&words).succeeds();
    told.lines()
        .map(|line| serde_json::from_str(line).expect("a JSON object on each line"))
        .collect()
}

#[test]
fn the_audit_log_is_exported_with_filters_and_that_is_noted() {
    each_database(|database| {
        let installation = Installation::on(database, &["oauth", "api"]);
        installation.add_member("alice", "a long password");
        let app = Application::register(&installation, &[]);
        installation
            .hob(&[
                "oauth",
                "client",
                "suspend",
                &app.client_id,
                "--reason",
                "=1+1",
            ])
            .succeeds();

        let of_clients = exported(&installation, &["--what", "client"]);
        let actions: Vec<&Value> = of_clients.iter().map(|entry| &entry["action"]).collect();
        assert_eq!(actions, ["client.suspended", "client.registered"]);
        for entry in &of_clients {
            assert_eq!(entry["plugin"], "oauth");
            assert_eq!(entry["subject"], app.client_id.as_str());
            assert_eq!(entry["who"]["kind"], "operator");
            assert_ne!(entry["who"]["name"], "");
        }
        assert_eq!(of_clients[0]["details"]["reason"], "=1+1");

        let table = installation
            .hob(&["audit", "export", "--format", "csv", "--plugin", "core"])
            .succeeds();
        let rows: Vec<&str> = table.split("\r\n").collect();
        assert!(rows[0].starts_with("at,plugin,action,who_kind,"), "{table}");
        // The export itself, the one before, and alice; then the end.
        assert_eq!(rows.len(), 5, "{table}");
        assert!(
            rows[1].contains(",audit.exported,") && rows[1].contains("csv"),
            "{table}"
        );
        assert!(
            rows[2].contains(",audit.exported,") && rows[2].contains("jsonl"),
            "{table}"
        );
        assert!(rows[3].contains(",member.added,"), "{table}");

        let outcome = installation.hob(&["audit", "export", "--format", "xlsx"]);
        assert!(outcome.misunderstands().contains("xlsx"));
        let said = installation.hob(&["audit", "export", "--format", "csv", "--since", "soon"]);
        assert!(said.fails().contains("--since: \"soon\" is no time"));
    });
}

/// The process ends after the command: whoever hears of it once it is stored
/// has to have heard by then, and what that writes has to be stored too.
#[test]
fn a_command_waits_for_those_who_hear_of_it_after_the_commit() {
    each_database(|database| {
        let installation = Installation::on(database, &["oauth", "api", "hello"]);
        for _ in 0..5 {
            Application::register(&installation, &[]);
        }
        let told = installation.hob(&["hello", "greetings"]).succeeds();
        let introduced = told.matches("Photo Desk").count();
        assert_eq!(introduced, 5, "{told}");
    });
}
