//! What the idle process holds, and how fast it is there.

use std::time::Duration;

use crate::{
    Paths,
    report::{Bound, Report, median},
    site::Site,
};

const STARTS: usize = 9;

/// Measures a fresh site and writes it into the report.
pub fn measure(paths: &Paths, report: &mut Report) -> anyhow::Result<()> {
    let site = Site::install(paths, "fresh", 0)?;
    let (mut megabytes, mut milliseconds) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        let serving = site.serve()?;
        std::thread::sleep(Duration::from_millis(500));
        megabytes.push(serving.process.resident_megabytes()?);
        milliseconds.push(serving.until_first_answer.as_secs_f64() * 1e3);
    }
    report.add(
        "idle memory",
        "resident, after the first answer",
        median(megabytes),
        " MB",
        Bound::AtMost(30.0),
    );
    report.add(
        "start to first answer",
        "from the start of the process",
        median(milliseconds),
        " ms",
        Bound::AtMost(150.0),
    );
    Ok(())
}
