//! Skipping a test: told on standard error, and under `CI=true` a failure
//! unless `tests/skips.txt` allows it with a reason.

use std::env;

const ALLOWED: &str = include_str!("../skips.txt");

/// Notes that `test` is skipped.
///
/// # Panics
/// Under `CI=true` where the list does not allow it.
pub fn skip(test: &str, reason: &str) {
    let allowed = ALLOWED
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(':'))
        .any(|(name, why)| name.trim() == test && !why.trim().is_empty());
    assert!(
        allowed || env::var("CI").as_deref() != Ok("true"),
        "{test} can't run: {reason}"
    );
    eprintln!("skipped: {test}: {reason}");
}
