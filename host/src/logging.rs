//! The log: lines on standard error, as text or as JSON, each with the id of
//! the request that it was written for.

use std::{fmt, io::IsTerminal};

use tracing::{Event, Level, Subscriber};
use tracing_subscriber::{
    Layer,
    filter::{LevelFilter, Targets},
    fmt::{FmtContext, FormatEvent, FormatFields, format::Writer},
    layer::SubscriberExt,
    registry::LookupSpan,
    util::SubscriberInitExt,
};

use crate::{
    config::{Log, LogFormat},
    request_id::RequestId,
};

/// Installs the log for this process. A second call changes nothing.
pub fn install(log: &Log) {
    let level = Level::from(log.level);
    // Libraries speak up when something is wrong; the rest of what they say is
    // for their own authors.
    let filter = Targets::new()
        .with_default(LevelFilter::WARN)
        .with_target("hob", level)
        .with_target("plugin", level);
    let colours = std::io::stderr().is_terminal();
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(colours);
    let lines = match log.format {
        LogFormat::Text => lines
            .map_event_format(|format| WithRequestId(Text(format.with_ansi(colours))))
            .boxed(),
        LogFormat::Json => lines
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .with_span_list(false)
            .map_event_format(|format| WithRequestId(Json(format)))
            .boxed(),
    };
    // Tests start several sites in one process.
    let _ = tracing_subscriber::registry()
        .with(lines.with_filter(filter))
        .try_init();
}

/// Adds the id of the request that this thread is working on. A span would
/// carry it too, and cost each request what only its log lines need.
struct WithRequestId<F>(F);

/// How a whole line is written, and how it takes the id.
trait Line {
    type Format;
    fn format(&self) -> &Self::Format;
    fn insert(line: &str, id: &str, out: &mut Writer<'_>) -> fmt::Result;
}

struct Text<F>(F);

impl<F> Line for Text<F> {
    type Format = F;

    fn format(&self) -> &F {
        &self.0
    }

    fn insert(line: &str, id: &str, out: &mut Writer<'_>) -> fmt::Result {
        writeln!(out, "{} request={id}", line.trim_end_matches('\n'))
    }
}

struct Json<F>(F);

impl<F> Line for Json<F> {
    type Format = F;

    fn format(&self) -> &F {
        &self.0
    }

    fn insert(line: &str, id: &str, out: &mut Writer<'_>) -> fmt::Result {
        match line.trim_end_matches('\n').strip_suffix('}') {
            Some(object) => writeln!(out, "{object},\"request\":\"{id}\"}}"),
            None => out.write_str(line),
        }
    }
}

impl<S, N, L> FormatEvent<S, N> for WithRequestId<L>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
    L: Line,
    L::Format: FormatEvent<S, N>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let format = self.0.format();
        let Some(id) = RequestId::current() else {
            return format.format_event(context, writer, event);
        };
        let mut line = String::new();
        format.format_event(context, Writer::new(&mut line), event)?;
        L::insert(&line, id.as_str(), &mut writer)
    }
}
