//! The log: lines on standard error, as text or as JSON, each with the id of
//! the request that it was written for.
//!
//! A plugin's lines bring fields whose names nobody here knows before; they ride
//! beside the line, as [`Extra`], until it is written.

use std::{cell::RefCell, fmt, io::IsTerminal};

use serde_json::{Map, Value};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::{
    Layer,
    filter::{LevelFilter, Targets},
    fmt::{FmtContext, FormatEvent, FormatFields, MakeWriter, format::Writer},
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
    let lines = lines(log.format, colours, std::io::stderr);
    // Tests start several sites in one process.
    let _ = tracing_subscriber::registry()
        .with(lines.with_filter(filter))
        .try_init();
}

fn lines<S, W>(format: LogFormat, colours: bool, writer: W) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(writer)
        .with_ansi(colours);
    match format {
        LogFormat::Text => lines
            .map_event_format(|format| WithExtra(Text(format.with_ansi(colours))))
            .boxed(),
        LogFormat::Json => lines
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .with_span_list(false)
            .map_event_format(|format| WithExtra(Json(format)))
            .boxed(),
    }
}

/// What a plugin's line has that its event has not.
#[derive(Default)]
pub struct Extra {
    pub fields: Map<String, Value>,
}

thread_local! {
    static EXTRA: RefCell<Option<Extra>> = const { RefCell::new(None) };
}

/// The line that `write` writes has this too.
pub fn with_extra(extra: Extra, write: impl FnOnce()) {
    EXTRA.set(Some(extra));
    write();
    EXTRA.set(None);
}

/// Adds the id of the request that this thread is working on (a span would
/// carry it too, and cost each request what only its log lines need) and what
/// a plugin's line has in addition.
struct WithExtra<F>(F);

/// How a whole line is written, and how it takes more.
trait Line {
    type Format;
    fn format(&self) -> &Self::Format;
    fn write(line: &str, extra: &Extra, id: Option<RequestId>, out: &mut Writer<'_>)
    -> fmt::Result;
}

struct Text<F>(F);

impl<F> Line for Text<F> {
    type Format = F;

    fn format(&self) -> &F {
        &self.0
    }

    /// One line for each event, whatever a plugin's message holds.
    fn write(
        line: &str,
        extra: &Extra,
        id: Option<RequestId>,
        out: &mut Writer<'_>,
    ) -> fmt::Result {
        for (index, part) in line.trim_end_matches('\n').split('\n').enumerate() {
            write!(out, "{}{part}", if index > 0 { "\\n" } else { "" })?;
        }
        for (name, value) in &extra.fields {
            // JSON's quotes and escapes are those of a text field, too.
            write!(out, " {name}={value}")?;
        }
        if let Some(id) = id {
            write!(out, " request={}", id.as_str())?;
        }
        out.write_char('\n')
    }
}

struct Json<F>(F);

impl<F> Line for Json<F> {
    type Format = F;

    fn format(&self) -> &F {
        &self.0
    }

    fn write(
        line: &str,
        extra: &Extra,
        id: Option<RequestId>,
        out: &mut Writer<'_>,
    ) -> fmt::Result {
        let line = line.trim_end_matches('\n');
        let Some(object) = line.strip_suffix('}') else {
            return writeln!(out, "{line}");
        };
        out.write_str(object)?;
        if !extra.fields.is_empty() {
            let fields = serde_json::to_string(&extra.fields).map_err(|_| fmt::Error)?;
            write!(out, ",\"fields\":{fields}")?;
        }
        if let Some(id) = id {
            write!(out, ",\"request\":\"{}\"", id.as_str())?;
        }
        out.write_str("}\n")
    }
}

impl<S, N, L> FormatEvent<S, N> for WithExtra<L>
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
        let (extra, id) = (EXTRA.take(), RequestId::current());
        if extra.is_none() && id.is_none() {
            return format.format_event(context, writer, event);
        }
        let extra = extra.unwrap_or_default();
        let mut line = String::new();
        format.format_event(context, Writer::new(&mut line), event)?;
        L::write(&line, &extra, id, &mut writer)
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io,
        sync::{Arc, Mutex},
    };

    use serde_json::json;

    use super::*;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What is written of these lines.
    fn written(format: LogFormat, log: impl FnOnce()) -> Vec<String> {
        let all = Written::default();
        let writer = all.clone();
        let layer = lines(format, false, move || writer.clone());
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), log);
        let text = String::from_utf8(all.0.lock().unwrap().clone()).unwrap();
        text.lines().map(ToOwned::to_owned).collect()
    }

    fn of_a_plugin() {
        let fields = json!({"client id": "a \"b\"", "tries": 3, "known": false});
        let Value::Object(fields) = fields else {
            unreachable!("it is an object");
        };
        with_extra(Extra { fields }, || {
            tracing::warn!(target: "plugin", plugin = "oauth", "two\nlines");
        });
    }

    #[test]
    fn a_plugin_s_fields_are_fields_of_the_json() {
        let id = RequestId::fresh();
        let lines = written(LogFormat::Json, || {
            RequestId::during(Some(id), of_a_plugin);
            of_a_plugin();
            tracing::warn!(answer = 42, "of the host");
        });
        let lines: Vec<Value> = lines
            .iter()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let fields = json!({"client id": "a \"b\"", "tries": 3, "known": false});
        assert_eq!(lines[0]["plugin"], "oauth");
        assert_eq!(lines[0]["message"], "two\nlines");
        assert_eq!(lines[0]["fields"], fields);
        assert_eq!(lines[0]["request"], id.as_str());
        assert_eq!(lines[1]["fields"], fields);
        assert_eq!(lines[1].get("request"), None);
        // The next line has nothing of it.
        assert_eq!(lines[2]["answer"], 42);
        assert_eq!(lines[2].get("fields"), None);
        assert_eq!(lines.len(), 3);
    }

    #[test]
    fn as_text_they_stand_at_the_end_of_the_one_line() {
        let id = RequestId::fresh();
        let lines = written(LogFormat::Text, || {
            RequestId::during(Some(id), of_a_plugin);
            tracing::warn!("of the host");
        });
        let fields = r#"plugin="oauth" client id="a \"b\"" known=false tries=3"#;
        let expected = format!("WARN plugin: two\\nlines {fields} request={}", id.as_str());
        assert!(lines[0].ends_with(&expected), "{lines:?}");
        assert!(lines[1].ends_with("of the host"), "{lines:?}");
        assert_eq!(lines.len(), 2);
    }
}
