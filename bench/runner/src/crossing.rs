//! What the boundary costs: the bench plugin's own measurement beside Diesel's
//! own connection, each in a process of its own.

use std::{collections::BTreeMap, process::Command};

use anyhow::{Context, ensure};

use crate::{
    Paths,
    report::{Bound, Report},
    site::Site,
};

/// Of so many runs of each side, in turns, the fastest counts: what is slower
/// met something else on the machine.
const TURNS: usize = 9;

type Figures = BTreeMap<String, f64>;

/// Measures both sides and writes them into the report.
pub fn measure(paths: &Paths, site: &Site, report: &mut Report) -> anyhow::Result<()> {
    let own_file = site.file("data/own.db");
    let (mut crossing, mut own) = (Figures::new(), Figures::new());
    for _ in 0..TURNS {
        keep_fastest(&mut crossing, &site.run(["bench", "crossing"])?)?;
        let output = Command::new(paths.bench.join("diesel_own"))
            .arg(&own_file)
            .output()
            .context("diesel_own")?;
        ensure!(output.status.success(), "diesel_own: {}", output.status);
        keep_fastest(&mut own, &String::from_utf8(output.stdout)?)?;
    }
    report.add(
        "a call across the boundary",
        format!(
            "the host's clock in {:.1} ns, the system's in {:.1} ns",
            crossing["call"], crossing["clock"]
        ),
        crossing["call"] - crossing["clock"],
        " ns",
        Bound::None,
    );
    for (key, name, bound) in [
        (
            "read",
            "Diesel, read by primary key, to its own connection",
            Bound::AtMost(1.05),
        ),
        (
            "insert",
            "Diesel, insert, to its own connection",
            Bound::AtMost(1.05),
        ),
        (
            "read_job",
            "the read as a job, to Diesel's own transaction",
            Bound::None,
        ),
    ] {
        report.add(
            name,
            format!("{:.0} ns, its own {:.0} ns", crossing[key], own[key]),
            crossing[key] / own[key],
            "",
            bound,
        );
    }
    Ok(())
}

fn keep_fastest(kept: &mut Figures, json: &str) -> anyhow::Result<()> {
    let figures: Figures = serde_json::from_str(json)?;
    for (name, figure) in figures {
        let fastest = kept.entry(name).or_insert(f64::INFINITY);
        *fastest = fastest.min(figure);
    }
    Ok(())
}
