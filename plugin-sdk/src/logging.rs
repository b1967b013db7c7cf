//! A plugin's log lines and panics, forwarded to the host's log.
//!
//! A library loaded at run time has its own copies of `tracing`, of `log` and
//! of the panic hook; without this its lines would vanish.

use std::{fmt, sync::OnceLock};

use abi_stable::std_types::{RSlice, RStr};
use tracing::{
    Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};

use crate::abi::log::{LogV1, RawField, RawRecord};

struct Forward {
    log: &'static LogV1,
    plugin: String,
}

static FORWARD: OnceLock<Forward> = OnceLock::new();

/// Installs the forwarding of this library's log lines and panics. Only for a
/// library with its own copies of them: linked into a program, a plugin's
/// lines reach that program's own subscriber.
pub(crate) fn install(log: &'static LogV1, plugin: &str) {
    let fresh = FORWARD
        .set(Forward {
            log,
            plugin: plugin.to_owned(),
        })
        .is_ok();
    if !fresh {
        return;
    }
    // Somebody else's subscriber in this library is the author's own choice.
    let _ = tracing::subscriber::set_global_default(ForwardingSubscriber);
    if log::set_logger(&ForwardingLogger).is_ok() {
        log::set_max_level(log::LevelFilter::Trace);
    }
    std::panic::set_hook(Box::new(|info| {
        let message = info.payload_as_str().unwrap_or("a panic without a message");
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        write(
            1,
            "panic",
            &format!("panicked: {message}"),
            &[("at", Value::text(place))],
        );
    }));
}

/// What a field holds, as it is written.
struct Value {
    written: String,
    /// A number, `true` or `false`.
    is_literal: bool,
}

impl Value {
    fn text(written: String) -> Self {
        Self {
            written,
            is_literal: false,
        }
    }

    fn literal(value: impl fmt::Display) -> Self {
        Self {
            written: value.to_string(),
            is_literal: true,
        }
    }
}

fn write(level: u32, target: &str, message: &str, fields: &[(&str, Value)]) {
    let Some(forward) = FORWARD.get() else { return };
    // The host expects the plugin's name in front.
    let plugin = [("plugin", Value::text(forward.plugin.clone()))];
    let raw_fields: Vec<RawField<'_>> = plugin
        .iter()
        .chain(fields)
        .map(|(name, value)| RawField {
            name: RStr::from(*name),
            value: RStr::from(value.written.as_str()),
            is_literal: value.is_literal,
        })
        .collect();
    (forward.log.write)(
        forward.log.context,
        RawRecord {
            level,
            target: target.into(),
            message: message.into(),
            fields: RSlice::from(raw_fields.as_slice()),
        },
    );
}

fn enabled(level: u32, target: &str) -> bool {
    FORWARD
        .get()
        .is_some_and(|forward| (forward.log.enabled)(forward.log.context, level, target.into()))
}

fn number(level: &Level) -> u32 {
    match *level {
        Level::ERROR => 1,
        Level::WARN => 2,
        Level::INFO => 3,
        Level::DEBUG => 4,
        Level::TRACE => 5,
    }
}

/// Forwards events; spans are not kept. The host knows for which request a line
/// is written, since it is written on the thread that the host gave.
struct ForwardingSubscriber;

impl Subscriber for ForwardingSubscriber {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_event() && enabled(number(metadata.level()), metadata.target())
    }

    fn new_span(&self, _span: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _span: &span::Id, _values: &span::Record<'_>) {}

    fn record_follows_from(&self, _span: &span::Id, _follows: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut visitor = FieldVisitor::default();
        event.record(&mut visitor);
        write(
            number(event.metadata().level()),
            event.metadata().target(),
            &visitor.message,
            &visitor.fields,
        );
    }

    fn enter(&self, _span: &span::Id) {}

    fn exit(&self, _span: &span::Id) {}
}

#[derive(Default)]
struct FieldVisitor {
    message: String,
    fields: Vec<(&'static str, Value)>,
}

impl Visit for FieldVisitor {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.keep(field, Value::text(format!("{value:?}")));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.keep(field, Value::text(value.to_owned()));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.keep(field, Value::literal(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.keep(field, Value::literal(value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.keep(field, Value::literal(value));
    }
}

impl FieldVisitor {
    fn keep(&mut self, field: &Field, value: Value) {
        if field.name() == "message" {
            self.message = value.written;
        } else {
            self.fields.push((field.name(), value));
        }
    }
}

/// Forwards lines of libraries that use the `log` crate.
struct ForwardingLogger;

impl log::Log for ForwardingLogger {
    fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
        enabled(metadata.level() as u32, metadata.target())
    }

    fn log(&self, record: &log::Record<'_>) {
        if self.enabled(record.metadata()) {
            write(
                record.level() as u32,
                record.target(),
                &record.args().to_string(),
                &[],
            );
        }
    }

    fn flush(&self) {}
}
