//! The Python that runs clients: the virtual environment that `scripts/test`
//! makes.

use std::{env, path::PathBuf, process::Command};

use super::programs;

/// The folder of the virtual environment with `tests/clients/python/requirements.txt`.
pub fn environment() -> PathBuf {
    let folder = env::var_os("HOB_TEST_PYTHON").map_or_else(
        || programs::repository().join(".tools/python"),
        PathBuf::from,
    );
    assert!(
        folder.join("bin/python").exists(),
        "there is no Python environment at {}: run `make e2e`",
        folder.display()
    );
    folder
}

/// A command that runs a program of `tests/clients/python`.
pub fn client(program: &str) -> Command {
    let mut command = Command::new(environment().join("bin/python"));
    command.arg(
        programs::repository()
            .join("tests/clients/python")
            .join(program),
    );
    command
}
