//! The Go that builds clients, and Debian's packages of its libraries, which
//! are sources below `/usr/share/gocode`. Nothing is fetched.

use std::{path::PathBuf, process::Command, sync::OnceLock};

use tempfile::TempDir;

use super::programs;

/// A command that runs a program of `tests/clients/go`, which is built once.
pub fn client(program: &'static str) -> Command {
    static BUILT: OnceLock<(TempDir, PathBuf)> = OnceLock::new();
    let (_, file) = BUILT.get_or_init(|| build(program));
    Command::new(file)
}

fn build(program: &str) -> (TempDir, PathBuf) {
    let folder = TempDir::with_prefix("hob-go-").expect("a temporary folder");
    let file = folder.path().join("client");
    let source = programs::repository()
        .join("tests/clients/go")
        .join(program);
    let status = Command::new("go")
        .args(["build", "-o"])
        .arg(&file)
        .arg(source)
        .env("GO111MODULE", "off")
        .env("GOPATH", "/usr/share/gocode")
        .env("CGO_ENABLED", "0")
        .status()
        .expect("Go is installed (on Debian: apt install golang-go)");
    assert!(status.success(), "{program} can't be built");
    (folder, file)
}
