//! Hosts and plugins that were built in different ways: with optimisations or
//! without, with another allocator. (`other_compiler` has another rustc.)

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use crate::support::{Database, Installation, Site, programs};

/// A host and the example plugin as releases have them, as far as that reaches
/// the boundary; see `optimised.toml`.
fn optimised() -> PathBuf {
    let folder = programs::folder();
    let target = folder.parent().expect("it is one of a profile");
    let own = target.join("optimised");
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .args(["build", "--locked", "--quiet"])
        .args(["-p", "hob", "-p", "hob-hello-plugin"])
        .args(["--config", "tests/optimised.toml", "--target-dir"])
        .arg(&own)
        // What is compiled as always is taken from where it is.
        .env("CARGO_BUILD_BUILD_DIR", target)
        .current_dir(programs::repository());
    run(cargo);
    own.join("debug")
}

fn run(mut command: Command) {
    let output = command.output().expect("it can be started");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}\n{said}");
}

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
pub fn use_everything(installation: &Installation, program: &Path) {
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
        (
            &["hello", "greetings"][..],
            "visitors: 1\nmembers: 20\napplications: \n",
        ),
        (&["user", "disable", "alice"], ""),
        (
            &["hello", "greetings"],
            "visitors: 1\nmembers: 0\napplications: \n",
        ),
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
fn debug_and_release_run_in_each_other() {
    let optimised = optimised();
    eprintln!("a plugin as released in a host for debugging:");
    let installation = Installation::fresh(Database::Sqlite, &["hello"]);
    let library = installation.path("plugins/libhob_hello_plugin.so");
    std::fs::copy(optimised.join("libhob_hello_plugin.so"), &library).unwrap();
    let mut strip = Command::new("strip");
    strip.arg(&library);
    run(strip);
    installation.hob(&["plugins", "lock"]).succeeds();
    installation.hob(&["dbupdate"]).succeeds();
    use_everything(&installation, &programs::hob());

    eprintln!("a plugin for debugging in a host as released:");
    let installation = Installation::new(&["hello"]);
    use_everything(&installation, &optimised.join("hob"));
}

/// The example plugin, built from a copy of the sources whose version is
/// another one: what stands at the boundary is the same.
fn of_another_version() -> PathBuf {
    let copy = programs::folder().join("another-version");
    let _ = std::fs::remove_dir_all(&copy);
    std::fs::create_dir(&copy).unwrap();
    let left_out = ["target", "bench", "data", "plugins"];
    let entries = std::fs::read_dir(programs::repository()).unwrap();
    for entry in entries.map(|entry| entry.expect("an entry")) {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if !name.starts_with('.') && !left_out.contains(&&*name) {
            let mut cp = Command::new("cp");
            cp.arg("-r").arg(entry.path()).arg(&copy);
            run(cp);
        }
    }
    let manifest = copy.join("Cargo.toml");
    let text = std::fs::read_to_string(&manifest).unwrap();
    let other = text.replace(concat!("\"", env!("CARGO_PKG_VERSION"), "\""), "\"7.0.0\"");
    assert_ne!(text, other);
    std::fs::write(&manifest, other).unwrap();
    let target = programs::folder();
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .args(["build", "--offline", "--quiet", "-p", "hob-hello-plugin"])
        .arg("--target-dir")
        .arg(copy.join("target"))
        .env(
            "CARGO_BUILD_BUILD_DIR",
            target.parent().expect("its parent"),
        )
        .current_dir(&copy);
    run(cargo);
    copy.join("target/debug/libhob_hello_plugin.so")
}

/// The SDK's version speaks of what authors write. What crosses has a version
/// of its own.
#[test]
fn a_plugin_of_another_version_of_the_sdk_is_used() {
    let installation = Installation::fresh(Database::Sqlite, &["hello"]);
    let library = installation.path("plugins/libhob_hello_plugin.so");
    std::fs::copy(of_another_version(), library).unwrap();
    let info = installation.hob(&["plugins", "info", "hello"]).succeeds();
    assert!(info.contains("7.0.0"), "{info}");
    installation.hob(&["plugins", "lock"]).succeeds();
    installation.hob(&["dbupdate"]).succeeds();
    use_everything(&installation, &programs::hob());
}

#[test]
fn a_host_with_an_allocator_of_its_own_frees_nothing_of_a_plugin() {
    let installation = Installation::new(&["hello"]);
    use_everything(&installation, &programs::with_own_allocator());
}
