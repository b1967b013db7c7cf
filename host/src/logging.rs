//! The log: lines on standard error, as text or as JSON.

use std::io::IsTerminal;

use tracing::Level;
use tracing_subscriber::{
    Layer, filter::LevelFilter, filter::Targets, layer::SubscriberExt, util::SubscriberInitExt,
};

use crate::config::{Log, LogFormat};

/// Installs the log for this process. A second call changes nothing.
pub fn install(log: &Log) {
    let level = Level::from(log.level);
    // Libraries speak up when something is wrong; the rest of what they say is
    // for their own authors.
    let filter = Targets::new()
        .with_default(LevelFilter::WARN)
        .with_target("hob", level)
        .with_target("plugin", level);
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    let lines = match log.format {
        LogFormat::Text => lines.boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    // Tests start several sites in one process.
    let _ = tracing_subscriber::registry()
        .with(lines.with_filter(filter))
        .try_init();
}
