//! What a page says, in its visitor's language.
//!
//! The messages lie in the plugin's `locales/<language>/<id>.ftl`, in the
//! syntax of Fluent; its build packs them and holds the languages against each
//! other. The host formats them.

use std::{borrow::Cow, fmt, time::Duration};

use abi_stable::std_types::RSlice;

use crate::{
    abi::words::{RawCatalog, RawWordArgument, RawWordValue, WordsV1},
    db::Timestamp,
};

mod rich;

pub use rich::Rich;

/// The messages in one language. A template asks it:
///
/// ```ignore
/// {{ words.say("greeting").with("name", member.name) }}
/// {{ words.rich("allowed").strong("client", client.name)|safe }}
/// ```
#[derive(Clone, Copy)]
pub struct Words {
    table: &'static WordsV1,
    catalog: RawCatalog,
}

impl Words {
    /// The words behind a table, in a language by its name.
    #[must_use]
    pub fn of(table: &'static WordsV1, language: &str) -> Self {
        Self {
            table,
            catalog: (table.catalog)(table.context, language.into()),
        }
    }

    /// A message. What is set into a page is escaped there, as any text.
    #[must_use]
    pub fn say<'a>(self, id: &'a str) -> Said<'a> {
        Said {
            words: self,
            id,
            arguments: Vec::new(),
        }
    }

    /// A message that takes no variables, if there is one of this name.
    #[must_use]
    pub fn find(self, id: &str) -> Option<&'static str> {
        let text = (self.table.text)(self.catalog, id.into());
        text.into_option().map(|text| text.as_str())
    }

    /// A message with markup in it, as HTML.
    #[must_use]
    pub fn rich<'a>(self, id: &'a str) -> Rich<'a> {
        Rich::new(self, id)
    }

    /// A day in words, in UTC.
    #[must_use]
    pub fn day(self, time: Timestamp) -> String {
        (self.table.day)(self.catalog, time.as_micros()).into()
    }

    /// The last day on which something works that ends at this time: one that
    /// ends with a day ends at the midnight after it.
    #[must_use]
    pub fn last_day(self, end: Timestamp) -> String {
        self.day(end - Duration::from_micros(1))
    }

    /// The message. One that is not there shows its name, so that it is seen
    /// and the page is still a page.
    fn format<'a>(self, id: &'a str, arguments: &[RawWordArgument<'_>]) -> Cow<'a, str> {
        if arguments.is_empty()
            && let Some(text) = self.find(id)
        {
            return Cow::Borrowed(text);
        }
        let arguments = RSlice::from_slice(arguments);
        match (self.table.format)(self.catalog, id.into(), arguments).into_option() {
            Some(text) => Cow::Owned(text.into()),
            None => Cow::Borrowed(id),
        }
    }
}

impl fmt::Debug for Words {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Words")
    }
}

/// A message with the values of its variables; `to_string` formats it.
#[derive(Debug, Clone)]
pub struct Said<'a> {
    words: Words,
    id: &'a str,
    arguments: Vec<(&'a str, WordValue<'a>)>,
}

impl<'a> Said<'a> {
    /// Sets a variable.
    #[must_use]
    pub fn with(mut self, name: &'a str, value: impl Into<WordValue<'a>>) -> Self {
        self.arguments.push((name, value.into()));
        self
    }
}

impl fmt::Display for Said<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let arguments: Vec<_> = self
            .arguments
            .iter()
            .map(|(name, value)| value.as_raw(name))
            .collect();
        formatter.write_str(&self.words.format(self.id, &arguments))
    }
}

/// What a variable stands for: a text, or a whole number, by which a message
/// may choose between singular and plural.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WordValue<'a> {
    Text(Cow<'a, str>),
    Number(i64),
}

impl WordValue<'_> {
    fn as_raw<'b>(&'b self, name: &'b str) -> RawWordArgument<'b> {
        RawWordArgument {
            name: name.into(),
            value: match self {
                Self::Text(text) => RawWordValue::Text((&**text).into()),
                Self::Number(number) => RawWordValue::Number(*number),
            },
        }
    }
}

impl<'a> From<&'a str> for WordValue<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

// A template hands over references to its fields.
impl<'a> From<&'a &'a str> for WordValue<'a> {
    fn from(text: &'a &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl<'a> From<&'a &'a &'a str> for WordValue<'a> {
    fn from(text: &'a &'a &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl<'a> From<&'a String> for WordValue<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for WordValue<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

macro_rules! number {
    ($($kind:ty),*) => {$(
        impl From<$kind> for WordValue<'_> {
            fn from(number: $kind) -> Self {
                Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
            }
        }
        impl From<&$kind> for WordValue<'_> {
            fn from(number: &$kind) -> Self {
                Self::from(*number)
            }
        }
    )*};
}

number!(i32, i64, u16, u32, u64, usize);
