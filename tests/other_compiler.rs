//! A plugin that another rustc compiled.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use crate::support::{Installation, programs, skip::skip};

/// Debian's own toolchain, which `scripts/test` installs where it can.
const RUSTC: &str = "/usr/bin/rustc";
const CARGO: &str = "/usr/bin/cargo";

fn version(rustc: impl AsRef<Path>) -> Option<String> {
    let output = Command::new(rustc.as_ref()).arg("-V").output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Builds the example plugin with the other toolchain, from the sources that
/// are here already.
fn build() -> PathBuf {
    let target = programs::folder().join("other-compiler");
    let output = Command::new(CARGO)
        .args(["build", "--offline", "--locked", "--package"])
        .args(["hob-hello-plugin", "--target-dir"])
        .arg(&target)
        .current_dir(programs::repository())
        .env("RUSTC", RUSTC)
        .env("PATH", "/usr/bin:/bin")
        .env_remove("RUSTUP_TOOLCHAIN")
        .env_remove("RUSTC_WRAPPER")
        .output()
        .expect("Debian's cargo can be started");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    target.join("debug/libhob_hello_plugin.so")
}

#[test]
fn a_plugin_of_another_compiler_is_loaded_and_used() {
    let Some(other) = version(RUSTC).filter(|_| Path::new(CARGO).exists()) else {
        return skip("other_compiler", "there is no rustc of Debian's");
    };
    let own = version("rustc").expect("what compiles Hob is there");
    if other == own {
        return skip(
            "other_compiler",
            "Debian's rustc is the one that compiles Hob",
        );
    }
    let installation = Installation::fresh(crate::support::Database::Sqlite, &["hello"]);
    std::fs::copy(build(), installation.path("plugins/libhob_hello_plugin.so")).unwrap();
    installation.hob(&["plugins", "lock"]).succeeds();
    installation.hob(&["dbupdate"]).succeeds();
    installation.add_member("alice", "a long password");
    let site = installation.serve();
    let first = site.visitor().get("/hello/World").expect(200).text();
    assert!(first.contains("Hello, World!"), "{first}");
    let alice = site.member("alice", "a long password");
    let second = alice.get("/hello/%3Cb%3E").expect(200).text();
    assert!(second.contains("Greetings like this one: 1."), "{second}");
    assert!(!second.contains("<b>"), "{second}");
    installation.hob(&["user", "disable", "alice"]).succeeds();
    let said = installation.hob(&["hello", "greetings"]).succeeds();
    assert_eq!(said, "visitors: 1\nmembers: 0\napplications: \n");
}
