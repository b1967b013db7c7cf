//! The values of a plugin's section `[plugin.<id>]`.
//!
//! What an operator writes is checked against the [`ConfigKey`]s of the
//! manifest and becomes the JSON that the plugin reads:
//!
//! | type | in `hob.toml` | to the plugin |
//! |---|---|---|
//! | `boolean` | `true` | boolean |
//! | `integer` | `3` | number |
//! | `string`, `choice` | `"text"` | string |
//! | `strings` | `["a", "b"]` | array of strings |
//! | `duration` | `"90s"`, `"15m"`, `"1h"`, `"30d"` | number of whole seconds |
//!
//! A section that may be written several times becomes an object, with an
//! object for each by its name; it is empty where none was written.
//!
//! A key that is neither written nor has a default is absent. This module
//! knows nothing of files; its caller says where a value stands.

use std::fmt;

use serde_json::{Map, Value};

use crate::{ConfigKey, ConfigType};

/// Keys that every `[plugin.<id>]` may carry and that the host itself reads.
/// No manifest may declare one.
pub const HOST_KEYS: [&str; 2] = ["prefix", "host"];

/// Why a value is refused. Reads as the end of a sentence that begins with
/// the name of the key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConfigRefusal(String);

impl ConfigKey {
    /// Checks a value as it is written in `hob.toml` (durations are strings)
    /// and turns it into what crosses to the plugin.
    ///
    /// # Errors
    /// A value of another type, out of the bounds, or not among the choices.
    pub fn accept(&self, written: &Value) -> Result<Value, ConfigRefusal> {
        let value = self.read(written)?;
        self.check_bounds(&value, written)?;
        Ok(value)
    }

    /// The default as it crosses to the plugin, if there is one.
    #[must_use]
    pub fn default_value(&self) -> Option<Value> {
        self.default
            .as_ref()
            .and_then(|written| self.read(written).ok())
    }

    /// Checks that default, bounds and choices fit the type and each other.
    pub(crate) fn check(&self) -> Result<(), String> {
        let bounded = matches!(self.kind, ConfigType::Integer | ConfigType::Duration);
        if !bounded && (self.min.is_some() || self.max.is_some()) {
            return Err("`min` and `max` are for integers and durations".into());
        }
        if (self.kind == ConfigType::Choice) == self.values.is_empty() {
            return Err("`values` belongs to the type `choice`, which needs it".into());
        }
        for (name, bound) in [("min", &self.min), ("max", &self.max)] {
            if let Some(bound) = bound {
                self.read(bound)
                    .map_err(|refusal| format!("`{name}` {refusal}"))?;
            }
        }
        if let (Some(min), Some(max)) = (number(self, &self.min), number(self, &self.max))
            && min > max
        {
            return Err("`min` is above `max`".into());
        }
        if self.required && self.default.is_some() {
            return Err("`default` has no use beside `required`".into());
        }
        if let Some(default) = &self.default {
            self.accept(default)
                .map_err(|refusal| format!("`default` {refusal}"))?;
        }
        Ok(())
    }

    fn read(&self, written: &Value) -> Result<Value, ConfigRefusal> {
        let wrong_type = || {
            ConfigRefusal(format!(
                "must be {}, not {}",
                self.kind,
                description(written)
            ))
        };
        match self.kind {
            ConfigType::Boolean if written.is_boolean() => Ok(written.clone()),
            ConfigType::Integer if written.is_i64() => Ok(written.clone()),
            ConfigType::String if written.is_string() => Ok(written.clone()),
            ConfigType::Strings => match written.as_array() {
                Some(values) if values.iter().all(Value::is_string) => Ok(written.clone()),
                _ => Err(wrong_type()),
            },
            ConfigType::Duration => {
                let text = written.as_str().ok_or_else(wrong_type)?;
                parse_duration(text).map(Value::from)
            }
            ConfigType::Choice => {
                let text = written.as_str().ok_or_else(wrong_type)?;
                if self.values.iter().any(|choice| choice == text) {
                    Ok(written.clone())
                } else {
                    let choices: Vec<_> = self.values.iter().map(|c| format!("{c:?}")).collect();
                    Err(ConfigRefusal(format!(
                        "must be one of {}, not {text:?}",
                        choices.join(", ")
                    )))
                }
            }
            ConfigType::Boolean | ConfigType::Integer | ConfigType::String => Err(wrong_type()),
        }
    }

    fn check_bounds(&self, value: &Value, written: &Value) -> Result<(), ConfigRefusal> {
        let Some(value_number) = value.as_i64() else {
            return Ok(());
        };
        let shown = |written: &Value| match written.as_str() {
            Some(text) => text.to_owned(),
            None => written.to_string(),
        };
        let below = number(self, &self.min).is_some_and(|min| value_number < min);
        let above = number(self, &self.max).is_some_and(|max| value_number > max);
        if !below && !above {
            return Ok(());
        }
        let bounds = match (&self.min, &self.max) {
            (Some(min), Some(max)) => format!("between {} and {}", shown(min), shown(max)),
            (Some(min), None) => format!("at least {}", shown(min)),
            (None, Some(max)) => format!("at most {}", shown(max)),
            (None, None) => return Ok(()),
        };
        Err(ConfigRefusal(format!(
            "must be {bounds}, not {}",
            shown(written)
        )))
    }
}

impl crate::Manifest {
    /// The section of a plugin whose operator wrote nothing: all defaults, as
    /// they cross to the plugin.
    #[must_use]
    pub fn default_config(&self) -> Map<String, Value> {
        let keys = self
            .config
            .iter()
            .filter_map(|(name, key)| Some((name.clone(), key.default_value()?)));
        let sections = self.sections.keys();
        keys.chain(sections.map(|name| (name.clone(), Map::new().into())))
            .collect()
    }
}

impl fmt::Display for ConfigType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Boolean => "true or false",
            Self::Integer => "an integer",
            Self::String => "a string",
            Self::Strings => "an array of strings",
            Self::Duration => "a duration such as \"90s\", \"15m\", \"1h\" or \"30d\"",
            Self::Choice => "a string",
        })
    }
}

/// Reads a duration of whole seconds: `90s`, `15m`, `1h`, `30d`, `1h 30m`.
///
/// # Errors
/// Anything else, and more seconds than an `i64` holds.
pub fn parse_duration(text: &str) -> Result<i64, ConfigRefusal> {
    humantime::parse_duration(text)
        .ok()
        .filter(|duration| duration.subsec_nanos() == 0)
        .and_then(|duration| i64::try_from(duration.as_secs()).ok())
        .ok_or_else(|| ConfigRefusal(format!("must be {}, not {text:?}", ConfigType::Duration)))
}

fn number(key: &ConfigKey, written: &Option<Value>) -> Option<i64> {
    key.read(written.as_ref()?).ok()?.as_i64()
}

fn description(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(number) if number.is_i64() || number.is_u64() => "an integer",
        Value::Number(_) => "a float",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "a table",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn key(text: &str) -> ConfigKey {
        toml::from_str(&format!("help = \"h\"\n{text}")).expect("a test's key is valid")
    }

    #[test]
    fn a_duration_crosses_as_whole_seconds() {
        let lifetime = key("type = \"duration\"\ndefault = \"1h\"");
        assert_eq!(lifetime.default_value(), Some(json!(3600)));
        assert_eq!(lifetime.accept(&json!("90s")), Ok(json!(90)));
        assert_eq!(lifetime.accept(&json!("30d")), Ok(json!(2_592_000)));
        assert_eq!(lifetime.accept(&json!("1h 30m")), Ok(json!(5400)));
        for refused in [
            "500ms",
            "",
            "1",
            "-1s",
            "99999999999999999999s",
            "1 fortnight",
        ] {
            assert!(lifetime.accept(&json!(refused)).is_err(), "{refused:?}");
        }
    }

    #[test]
    fn bounds_are_named_as_they_are_written() {
        let lifetime = key("type = \"duration\"\nmin = \"1m\"\nmax = \"30d\"");
        assert_eq!(
            lifetime.accept(&json!("59s")).unwrap_err().to_string(),
            "must be between 1m and 30d, not 59s"
        );
        assert_eq!(lifetime.accept(&json!("1m")), Ok(json!(60)));
        let count = key("type = \"integer\"\nmin = 3");
        assert_eq!(
            count.accept(&json!(2)).unwrap_err().to_string(),
            "must be at least 3, not 2"
        );
    }

    #[test]
    fn a_manifest_whose_default_is_out_of_its_bounds_is_refused() {
        assert_eq!(
            key("type = \"integer\"\ndefault = 1\nmin = 3").check(),
            Err("`default` must be at least 3, not 1".into())
        );
        assert_eq!(
            key("type = \"integer\"\nmax = 1\nmin = 3").check(),
            Err("`min` is above `max`".into())
        );
        assert_eq!(
            key("type = \"duration\"\nmin = 3").check(),
            Err("`min` must be a duration such as \"90s\", \"15m\", \"1h\" or \"30d\", not an integer".into())
        );
        assert!(key("type = \"choice\"").check().is_err());
        assert!(key("type = \"string\"\nmin = 1").check().is_err());
    }
}
