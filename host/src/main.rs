//! `hob`: parse, dispatch, exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    hob::cli::run(std::env::args_os())
}
