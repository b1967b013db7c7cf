//! Hosts and plugins that were built in different ways: here, with another
//! allocator. (`other_compiler` has another rustc.)

use std::{path::Path, process::Command};

use crate::support::{Installation, Site, programs};

/// The same command by another program.
fn by(program: &Path, installation: &Installation, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .current_dir(installation.path(""))
        .env_remove("RUST_LOG");
    command
}

/// Goes over every way in which something crosses: a page, its parameters, the
/// member, configuration, rows and statements, an event, a command.
fn use_everything(installation: &Installation, program: &Path) {
    installation.add_member("alice", "a long password");
    {
        let site = Site::start(installation, by(program, installation, &["serve"]));
        let first = site.visitor().get("/hello/World").expect(200).text();
        assert!(first.contains("Hello, World!"), "{first}");
        let alice = site.member("alice", "a long password");
        for times in 1..=20 {
            let said = alice.get("/hello/%3Cb%3E").expect(200).text();
            let expected = format!("Greetings like this one: {times}.");
            assert!(said.contains(&expected), "{said}");
        }
        let log = site.log();
        assert!(!log.contains("ERROR"), "{log}");
    }
    for (arguments, expected) in [
        (&["hello", "greetings"][..], "visitors: 1\nmembers: 20\n"),
        (&["user", "disable", "alice"], ""),
        (&["hello", "greetings"], "visitors: 1\nmembers: 0\n"),
    ] {
        let output = by(program, installation, arguments).output().unwrap();
        let (said, failed) = (
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr),
        );
        assert!(output.status.success(), "{arguments:?}: {failed}");
        assert!(said.contains(expected), "{arguments:?}: {said}");
    }
}

#[test]
fn a_host_with_an_allocator_of_its_own_frees_nothing_of_a_plugin() {
    let installation = Installation::new(&["hello"]);
    use_everything(&installation, &programs::with_own_allocator());
}
