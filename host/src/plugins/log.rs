//! `hob.log` for plugins: their lines, in the host's log.

use abi_stable::std_types::RStr;
use hob_plugin_sdk::abi::{
    RawContext,
    log::{LogV1, RawField, RawRecord},
};

use crate::logging::{self, Extra};

/// The table, the same for every plugin.
pub static LOG: LogV1 = LogV1 {
    context: std::ptr::null(),
    enabled,
    write,
};

extern "C" fn enabled(_context: RawContext, level: u32, _target: RStr<'_>) -> bool {
    match level {
        1 => tracing::enabled!(target: "plugin", tracing::Level::ERROR),
        2 => tracing::enabled!(target: "plugin", tracing::Level::WARN),
        3 => tracing::enabled!(target: "plugin", tracing::Level::INFO),
        4 => tracing::enabled!(target: "plugin", tracing::Level::DEBUG),
        _ => tracing::enabled!(target: "plugin", tracing::Level::TRACE),
    }
}

extern "C" fn write(_context: RawContext, record: RawRecord<'_>) {
    // The first field of a line is the name of its plugin.
    let (plugin, fields) = match record.fields.as_slice() {
        [first, rest @ ..] if first.name.as_str() == "plugin" => (first.value.as_str(), rest),
        all => ("", all),
    };
    let extra = Extra {
        fields: fields.iter().map(field).collect(),
    };
    let (module, message) = (record.target.as_str(), record.message.as_str());
    macro_rules! line {
        ($level:ident) => {
            tracing::$level!(target: "plugin", plugin, module, "{message}")
        };
    }
    logging::with_extra(extra, || match record.level {
        1 => line!(error),
        2 => line!(warn),
        3 => line!(info),
        4 => line!(debug),
        _ => line!(trace),
    });
}

fn field(field: &RawField<'_>) -> (String, serde_json::Value) {
    let text = || serde_json::Value::from(field.value.as_str());
    let value = match field.is_literal {
        true => serde_json::from_str(field.value.as_str()).unwrap_or_else(|_| text()),
        false => text(),
    };
    (field.name.as_str().to_owned(), value)
}
