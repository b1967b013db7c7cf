//! The command line, as an operator meets it, with the words that it answers.

use std::{fs, io::Write, os::unix::fs::PermissionsExt};

use crate::support::{Database, Installation, each_database};

fn bare() -> Installation {
    Installation::fresh(Database::Sqlite, &[])
}

fn with_hello() -> Installation {
    Installation::new(&["hello"])
}

#[test]
fn init_writes_a_configuration_once() {
    let site = bare();
    let before = site.configuration();
    assert_eq!(
        site.hob(&["init"]).fails(),
        "error: there is a configuration already, which is left as it is\n  --> hob.toml\n  \
         fix: edit it, or move it away first\n"
    );
    assert_eq!(site.configuration(), before);
    let said = site.hob(&["--config", "other.toml", "init"]).succeeds();
    assert!(said.starts_with("Wrote other.toml. Next: `hob "), "{said}");
    assert!(site.path("other.toml").exists());
}

#[test]
fn without_a_configuration_the_way_to_one_is_named() {
    let site = bare();
    fs::remove_file(site.path("hob.toml")).unwrap();
    let said = site.hob(&["serve"]).fails();
    assert!(said.contains("hob.toml"), "{said}");
    assert!(said.contains("hob init"), "{said}");
}

#[test]
fn wrong_configuration_is_pointed_at_by_line_and_column() {
    let site = with_hello();
    let sound = site.configuration();
    let line = sound.lines().count() + 2;
    for (section, problem) in [
        (
            "[plugin.hello]\ngreting = \"Hi\"\n",
            "unknown key `greting` in [plugin.hello]; did you mean `greeting`?",
        ),
        ("[plugin.hello]\ngreeting = 5\n", "greeting"),
    ] {
        fs::write(site.path("hob.toml"), format!("{sound}{section}")).unwrap();
        for command in [&["serve"][..], &["plugins", "check"]] {
            let said = site.hob(command).fails();
            assert!(said.starts_with("error: "), "{said}");
            assert!(said.contains(problem), "{said}");
            assert!(said.contains(&format!("--> hob.toml:{line}:")), "{said}");
        }
    }
    fs::write(
        site.path("hob.toml"),
        sound.replace("max_body_bytes", "max_body_byte"),
    )
    .unwrap();
    let line = 1 + sound
        .lines()
        .position(|line| line.starts_with("max_body_bytes"))
        .expect("init writes it");
    assert_eq!(
        site.hob(&["dbupdate"]).fails(),
        format!(
            "error: unknown key `max_body_byte` in [server]; did you mean `max_body_bytes`?\n  \
             --> hob.toml:{line}:1\n"
        )
    );
}

#[test]
fn what_is_not_understood_ends_with_two() {
    let site = with_hello();
    for arguments in [
        &["srve"][..],
        &["serve", "--bind", "0.0.0.0"],
        &["user"],
        &["user", "add"],
        &["user", "add", "alice", "--password", "x"],
        &["dbupdate", "--plan", "--status"],
        &["plugins", "unlock"],
        &["hello"],
        &["hello", "greetings", "--loud"],
        &[],
    ] {
        let outcome = site.hob(arguments);
        let said = outcome.misunderstands();
        assert!(said.contains("Usage"), "{arguments:?}: {said}");
    }
    let said = site.hob(&["srve"]).misunderstands();
    assert!(said.contains("serve"), "no help with a typo: {said}");
}

#[test]
fn each_command_explains_itself_with_examples() {
    let site = with_hello();
    for arguments in [
        "",
        "init",
        "serve",
        "dbupdate",
        "user",
        "user add",
        "user passwd",
        "user list",
        "user disable",
        "plugins",
        "plugins list",
        "plugins info",
        "plugins check",
        "plugins lock",
        "audit",
        "audit list",
        "audit export",
        "hello",
        "hello greetings",
    ] {
        let mut words: Vec<&str> = arguments.split_whitespace().collect();
        words.push("--help");
        let help = site.hob(&words).succeeds();
        let example = format!("hob {arguments}");
        let shown = help
            .split_once("Examples:")
            .unwrap_or_else(|| panic!("no example for `hob {arguments}`:\n{help}"))
            .1;
        assert!(shown.contains(example.trim_end()), "{help}");
    }
    let help = site.hob(&["--help"]).succeeds();
    assert!(
        help.contains("hello") && help.contains("Greets whoever asks"),
        "{help}"
    );
}

#[test]
fn the_commands_of_a_plugin_come_and_go_with_it() {
    let site = with_hello();
    let said = site.hob(&["hello", "greetings"]).succeeds();
    assert_eq!(said, "visitors: 0\nmembers: 0\napplications: \n");
    let library = site.path("plugins/libhob_hello_plugin.so");
    let sound = fs::read(&library).unwrap();
    fs::write(&library, &sound[..4096]).unwrap();
    let said = site.hob(&["hello", "greetings"]).fails();
    assert!(said.contains("plugins/libhob_hello_plugin.so"), "{said}");
    assert_eq!(said, site.hob(&["plugins", "check"]).fails());
    fs::write(&library, sound).unwrap();

    site.edit_configuration("\"hello\"", "");
    assert_eq!(
        site.hob(&["hello", "greetings"]).fails(),
        "error: `hob hello` belongs to the plugin hello, which is not enabled\n  --> hob.toml\n  \
         fix: add \"hello\" to `enabled` in [plugins], and run `hob dbupdate`\n"
    );
    site.hob(&["helo", "greetings"]).misunderstands();
    // A word of another command is none of the plugin's.
    let said = site.hob(&["plugins", "hello"]).misunderstands();
    assert!(!said.contains("belongs to the plugin"), "{said}");
    assert!(!site.hob(&["--help"]).succeeds().contains("hello"));
}

#[test]
fn the_tables_are_planned_made_and_reported() {
    each_database(|database| {
        let site = Installation::fresh(database, &["hello"]);
        site.hob(&["plugins", "lock"]).succeeds();
        let said = site.hob(&["serve"]).fails();
        assert!(
            said.starts_with(
                "error: the database's tables are not up to date: migrations are pending ("
            ),
            "{said}"
        );
        assert!(
            said.contains(" of core") && said.contains("2 of hello"),
            "{said}"
        );
        assert!(
            said.ends_with("\n  fix: make a backup, then run `hob dbupdate`\n"),
            "{said}"
        );

        let plan = site.hob(&["dbupdate", "--plan"]).succeeds();
        assert!(plan.starts_with("core: would apply "), "{plan}");
        assert!(plan.contains("\nhello: would apply "), "{plan}");
        let status = site.hob(&["dbupdate", "--status"]);
        assert_eq!(status.code, Some(1), "{status:?}");
        assert!(
            status.stdout.contains("hello: 0 applied, 2 pending\n"),
            "{status:?}"
        );

        let done = site.hob(&["dbupdate"]).succeeds();
        assert!(
            done.starts_with("core: updating\n  + create_members ("),
            "{done}"
        );
        assert!(
            done.contains("\nhello: updating\n  + create_greetings ("),
            "{done}"
        );
        assert!(done.contains("migrations applied.\n"), "{done}");
        assert_eq!(
            site.hob(&["dbupdate"]).succeeds(),
            "core: updating\n  up to date\nhello: updating\n  up to date\n\
             Everything was up to date.\n"
        );
        assert_eq!(
            site.hob(&["dbupdate", "--plan"]).succeeds(),
            "Everything is up to date.\n"
        );
        let status = site.hob(&["dbupdate", "--status"]).succeeds();
        assert!(status.contains("hello: 2 applied, 0 pending\n"), "{status}");
        drop(site.serve());
    });
}

#[test]
fn members_are_added_listed_changed_and_disabled() {
    each_database(|database| {
        let site = Installation::on(database, &[]);
        site.add_member("alice", "a long password");
        let admin = site
            .hob(&["user", "add", "admin", "--admin", "--generate-password"])
            .succeeds();
        let generated = admin
            .lines()
            .find_map(|line| line.strip_prefix("Password: "))
            .expect("it is shown once")
            .to_owned();
        let list = site.hob(&["user", "list"]).succeeds();
        assert!(
            list.contains("alice") && list.contains("alice@example.org"),
            "{list}"
        );
        assert!(list.contains("administrator"), "{list}");
        let json = site.hob(&["user", "list", "--json"]).succeeds();
        let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
        assert_eq!(json.as_array().map(Vec::len), Some(2), "{json}");
        assert!(!json.to_string().contains("password"), "{json}");

        let served = site.serve();
        let alice = served.member("alice", "a long password");
        drop(served.member("admin", &generated));
        alice.get("/account").expect(200);
        let arguments = ["user", "passwd", "alice", "--password-stdin"];
        site.hob_reading(&arguments, "another password\n")
            .succeeds();
        alice.get("/account").expect(303);
        let alice = served.member("alice", "another password");
        site.hob(&["user", "disable", "alice"]).succeeds();
        alice.get("/account").expect(303);
        let refused = served.visitor().submit(
            "/login",
            "/login",
            &[("username", "alice"), ("password", "another password")],
        );
        assert_eq!(refused.status, 422, "{}", refused.text());
        assert!(site.hob(&["user", "list"]).succeeds().contains("disabled"));
    });
}

#[test]
fn members_that_can_not_be_are_refused_with_the_reason() {
    let site = Installation::new(&[]);
    site.add_member("alice", "a long password");
    for (arguments, input, reason) in [
        (&["user", "add", "alice"][..], "a long password", "alice"),
        (&["user", "add", "ALICE"], "a long password", "alice"),
        (&["user", "add", "a b"], "a long password", "username"),
        (&["user", "add", ""], "a long password", "username"),
        (&["user", "add", "bob"], "short", "at least 10 characters"),
        (&["user", "add", "bob"], "", "at least 10 characters"),
        (
            &["user", "add", "robertrobert"],
            "robertrobert",
            "must not be the username",
        ),
        (
            &["user", "add", "bob", "--email", "nowhere"],
            "a long password",
            "mail",
        ),
        (&["user", "passwd", "nobody"], "a long password", "nobody"),
        (
            &["user", "passwd", "alice"],
            "short",
            "at least 10 characters",
        ),
    ] {
        let mut words = arguments.to_vec();
        words.push("--password-stdin");
        let outcome = site.hob_reading(&words, input);
        assert_eq!(outcome.code, Some(1), "{arguments:?}: {outcome:?}");
        let said = outcome.stderr.to_lowercase();
        assert!(said.starts_with("error: "), "{arguments:?}: {said}");
        assert!(
            said.contains(&reason.to_lowercase()),
            "{arguments:?}: {said}"
        );
    }
    let said = site.hob(&["user", "disable", "nobody"]).fails();
    assert!(said.contains("fix: `hob user list`"), "{said}");
    let list = site.hob(&["user", "list"]).succeeds();
    assert_eq!(list.lines().count(), 1, "somebody was added: {list}");
}

#[test]
fn installed_plugins_are_listed_explained_and_checked() {
    let site = with_hello();
    let list = site.hob(&["plugins", "list"]).succeeds();
    assert!(list.starts_with("hello "), "{list}");
    assert!(
        list.contains(" enabled ") && list.contains("Greets whoever asks"),
        "{list}"
    );
    let info = site.hob(&["plugins", "info", "hello"]).succeeds();
    for part in [
        "Greets whoever asks",
        "sha256",
        "GET    /hello/{name}",
        "greeting = \"Hello\"",
        "hob hello greetings",
        "hello_*",
    ] {
        assert!(info.contains(part), "no {part}: {info}");
    }
    assert_eq!(
        site.hob(&["plugins", "check"]).succeeds(),
        "These would start, in this order: hello.\n\
         Note: hello listens to hob.oauth.client.registered v1, which no enabled plugin raises.\n\
         Note: hello listens to hob.oauth.consent.granted v1, which no enabled plugin raises.\n"
    );
    let said = site.hob(&["plugins", "info", "helo"]).fails();
    assert!(
        said.starts_with("error: no plugin helo is installed"),
        "{said}"
    );
    site.edit_configuration("\"hello\"", "\"helo\"");
    let said = site.hob(&["plugins", "check"]).fails();
    assert!(said.contains("helo"), "{said}");
    assert!(said.contains("hob.toml:"), "{said}");
}

#[test]
fn a_plugin_that_was_changed_after_the_lock_does_not_start() {
    let site = with_hello();
    let file = site.path("plugins/libhob_hello_plugin.so");
    // Bytes after the end change nothing that is loaded, and everything that
    // is trusted.
    fs::OpenOptions::new()
        .append(true)
        .open(&file)
        .and_then(|mut file| file.write_all(b"more"))
        .unwrap();
    let said = site.hob(&["serve"]).fails();
    assert!(
        said.starts_with("error: plugin hello is not the file that was locked: its sha256 is "),
        "{said}"
    );
    assert!(said.contains("--> hob.lock:"), "{said}");
    assert!(
        said.contains("fix: if you changed the plugin, run `hob plugins lock`"),
        "{said}"
    );
    site.hob(&["plugins", "lock"]).succeeds();
    drop(site.serve());

    fs::set_permissions(&file, fs::Permissions::from_mode(0o666)).unwrap();
    let said = site.hob(&["serve"]).fails();
    assert!(said.contains("libhob_hello_plugin.so"), "{said}");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    fs::remove_file(site.path("hob.lock")).unwrap();
    let said = site.hob(&["serve"]).fails();
    assert!(said.starts_with("error: there is no lock file"), "{said}");
}

#[test]
fn an_address_that_is_taken_is_named() {
    let site = Installation::new(&[]);
    let _taken = std::net::TcpListener::bind(site.address()).unwrap();
    let said = site.hob(&["serve"]).fails();
    let expected = format!("error: can't listen on {}", site.address());
    assert!(said.contains(&expected), "{said}");
    assert!(said.contains("fix: stop what listens there"), "{said}");
}
