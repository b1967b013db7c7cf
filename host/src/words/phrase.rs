//! Something to be said, in whichever language it will be.

use std::{borrow::Cow, fmt};

use hob_plugin_sdk::{WordValue, Words};

use super::{Language, core};

/// A message of the core with the values of its variables. As text it is
/// English: for programs, the command line and the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phrase {
    id: &'static str,
    arguments: Vec<(&'static str, WordValue<'static>)>,
}

impl Phrase {
    /// A message by its name.
    #[must_use]
    pub const fn new(id: &'static str) -> Self {
        Self {
            id,
            arguments: Vec::new(),
        }
    }

    /// Sets a variable.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<WordValue<'static>>) -> Self {
        self.arguments.push((name, value.into()));
        self
    }

    /// As a page says it, whose words these are.
    #[must_use]
    pub fn say(&self, words: Words) -> String {
        let said = words.say(self.id);
        self.arguments
            .iter()
            .fold(said, |said, (name, value)| said.with(name, borrowed(value)))
            .to_string()
    }
}

fn borrowed<'a>(value: &'a WordValue<'static>) -> WordValue<'a> {
    match value {
        WordValue::Text(text) => WordValue::Text(Cow::Borrowed(text)),
        WordValue::Number(number) => WordValue::Number(*number),
    }
}

impl fmt::Display for Phrase {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.say(core(Language::FALLBACK)))
    }
}
