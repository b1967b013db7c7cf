//! `make bench`: measures a release build and ends non-zero where a figure is
//! missed.
//!
//! Everything is measured several times, one thing after the other and then
//! again from the start, so that what else the machine does meets all of them
//! alike; a ratio is of two figures of the same round, and the median of the
//! rounds counts.

mod crossing;
mod process;
mod report;
mod seeds;
mod site;
mod throughput;

use std::{path::PathBuf, process::ExitCode};

use anyhow::Context;

use report::Report;
use site::Site;
use throughput::Settings;

/// Where the release builds are, and where the sites that are measured go.
struct Paths {
    /// Holds `hob` and the plugins.
    hob: PathBuf,
    /// Holds the bench plugin and this crate's binaries.
    bench: PathBuf,
    sites: PathBuf,
    scripts: PathBuf,
}

fn main() -> anyhow::Result<ExitCode> {
    let paths = Paths {
        hob: path("HOB_RELEASE")?,
        bench: path("BENCH_RELEASE")?,
        sites: path("BENCH_SITES")?,
        scripts: path("BENCH_SCRIPTS")?,
    };
    let settings = Settings {
        seconds: number("BENCH_SECONDS", 5)?,
        rounds: number("BENCH_ROUNDS", 5)?,
    };
    let tokens = number("BENCH_TOKENS", 1_000_000)?;

    let small = Site::install(&paths, "small", 1_000)?;
    let large = Site::install(&paths, "large", tokens)?;
    let mut report = Report::default();
    throughput::measure(&paths, &small, &large, settings, &mut report)?;
    crossing::measure(&paths, &small, &mut report)?;
    process::measure(&paths, &mut report)?;
    print!("{report}");
    Ok(match report.is_missed() {
        true => ExitCode::FAILURE,
        false => ExitCode::SUCCESS,
    })
}

fn path(name: &str) -> anyhow::Result<PathBuf> {
    let path = std::env::var_os(name).with_context(|| format!("run scripts/bench: no {name}"))?;
    Ok(path.into())
}

fn number(name: &str, default: usize) -> anyhow::Result<usize> {
    match std::env::var(name) {
        Ok(text) => text.parse().with_context(|| format!("{name}={text:?}")),
        Err(_) => Ok(default),
    }
}
