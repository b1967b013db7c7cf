//! The Node.js that runs clients, and the packages that `scripts/tools`
//! installs for it.

use std::{path::PathBuf, process::Command};

use super::programs;

/// A file of an installed package.
pub fn package_file(path: &str) -> PathBuf {
    let file = programs::repository()
        .join(".tools/npm/node_modules")
        .join(path);
    assert!(file.exists(), "no {}: run `make e2e`", file.display());
    file
}

/// A command that runs a program of `tests/clients/npm`.
pub fn client(program: &str) -> Command {
    let mut command = Command::new("node");
    command.arg(
        programs::repository()
            .join("tests/clients/npm")
            .join(program),
    );
    command
}
