//! A message with markup in it.
//!
//! Texts and markup never go through the message: each variable is a mark
//! there, a character that no message holds. What comes out is escaped as a
//! whole, and only then the marks become what they stand for, each escaped for
//! itself. So neither a message nor a text can bring markup of its own.

use std::fmt::{self, Write as _};

use super::Words;
use crate::abi::words::{RawWordArgument, RawWordValue};

/// The first mark; the others follow it. No build packs a message that holds
/// one of them.
const FIRST_MARK: u32 = *hob_plugin_manifest::locale::MARKS.start() as u32;

/// A message with markup in it; what it displays is HTML, to be set into a page
/// as it is.
#[derive(Debug, Clone)]
pub struct Rich<'a> {
    words: Words,
    id: &'a str,
    parts: Vec<(&'a str, Part<'a>)>,
}

/// What a variable stands for.
#[derive(Debug, Clone)]
enum Part<'a> {
    Number(i64),
    Text(&'a str),
    Strong(&'a str),
    Code(&'a str),
    Link { url: &'a str, label: String },
    Time { machine: &'a str, text: &'a str },
}

impl<'a> Rich<'a> {
    pub(super) fn new(words: Words, id: &'a str) -> Self {
        Self {
            words,
            id,
            parts: Vec::new(),
        }
    }

    fn and(mut self, name: &'a str, part: Part<'a>) -> Self {
        self.parts.push((name, part));
        self
    }

    /// A variable is a number.
    #[must_use]
    pub fn number(self, name: &'a str, number: i64) -> Self {
        self.and(name, Part::Number(number))
    }

    /// A variable is a text, set apart from what surrounds it, whichever way it
    /// is written.
    #[must_use]
    pub fn text(self, name: &'a str, text: &'a str) -> Self {
        self.and(name, Part::Text(text))
    }

    /// A variable is a text of weight.
    #[must_use]
    pub fn strong(self, name: &'a str, text: &'a str) -> Self {
        self.and(name, Part::Strong(text))
    }

    /// A variable is a text for programs.
    #[must_use]
    pub fn code(self, name: &'a str, text: &'a str) -> Self {
        self.and(name, Part::Code(text))
    }

    /// A variable is a link to a page of the site or of the plugin.
    #[must_use]
    pub fn link(self, name: &'a str, url: &'a str, label: impl fmt::Display) -> Self {
        let label = label.to_string();
        self.and(name, Part::Link { url, label })
    }

    /// A variable is a time: for programs (RFC 3339), and in words.
    #[must_use]
    pub fn time(self, name: &'a str, machine: &'a str, text: &'a str) -> Self {
        self.and(name, Part::Time { machine, text })
    }
}

impl fmt::Display for Rich<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let marks: Vec<String> = (FIRST_MARK..)
            .take(self.parts.len())
            .filter_map(|mark| char::from_u32(mark).map(String::from))
            .collect();
        let arguments: Vec<_> = self
            .parts
            .iter()
            .zip(&marks)
            .map(|((name, part), mark)| RawWordArgument {
                name: (*name).into(),
                value: match part {
                    Part::Number(number) => RawWordValue::Number(*number),
                    _ => RawWordValue::Text(mark.as_str().into()),
                },
            })
            .collect();
        for letter in self.words.format(self.id, &arguments).chars() {
            let part = u32::from(letter)
                .checked_sub(FIRST_MARK)
                .and_then(|at| self.parts.get(at as usize));
            match part {
                Some((_, part)) => part.write(formatter)?,
                None => escape_letter(formatter, letter)?,
            }
        }
        Ok(())
    }
}

impl Part<'_> {
    fn write(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(formatter, "{number}"),
            Self::Text(text) => element(formatter, "bdi", text),
            Self::Strong(text) => element(formatter, "strong", text),
            Self::Code(text) => element(formatter, "code", text),
            Self::Link { url, label } => {
                formatter.write_str("<a href=\"")?;
                escape(formatter, url)?;
                formatter.write_str("\">")?;
                escape(formatter, label)?;
                formatter.write_str("</a>")
            }
            Self::Time { machine, text } => {
                formatter.write_str("<time datetime=\"")?;
                escape(formatter, machine)?;
                formatter.write_str("\">")?;
                escape(formatter, text)?;
                formatter.write_str("</time>")
            }
        }
    }
}

fn element(formatter: &mut fmt::Formatter<'_>, name: &str, text: &str) -> fmt::Result {
    write!(formatter, "<{name}>")?;
    escape(formatter, text)?;
    write!(formatter, "</{name}>")
}

fn escape(formatter: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    text.chars()
        .try_for_each(|letter| escape_letter(formatter, letter))
}

/// As a template escapes: what can begin or end a tag, an attribute or an
/// entity.
fn escape_letter(formatter: &mut fmt::Formatter<'_>, letter: char) -> fmt::Result {
    match letter {
        '<' | '>' | '&' | '"' | '\'' => write!(formatter, "&#{};", u32::from(letter)),
        other => formatter.write_char(other),
    }
}

#[cfg(test)]
mod tests {
    use std::ptr;

    use abi_stable::std_types::{ROption, RSlice, RStr, RString};
    use proptest::prelude::*;

    use super::*;
    use crate::abi::{
        RawContext,
        words::{RawCatalog, WordsV1},
    };

    extern "C" fn catalog(context: RawContext, _: RStr<'_>) -> RawCatalog {
        RawCatalog(context)
    }

    extern "C" fn text(_: RawCatalog, _: RStr<'_>) -> ROption<RStr<'static>> {
        ROption::RNone
    }

    /// A message is its own name here, with `{name}` for a variable.
    extern "C" fn format<'a>(
        _: RawCatalog,
        id: RStr<'a>,
        arguments: RSlice<'a, RawWordArgument<'a>>,
    ) -> ROption<RString> {
        let said = arguments.iter().fold(id.to_string(), |said, argument| {
            let value = match argument.value {
                RawWordValue::Text(text) => text.to_string(),
                RawWordValue::Number(number) => number.to_string(),
            };
            said.replace(&format!("{{{}}}", argument.name), &value)
        });
        ROption::RSome(said.into())
    }

    extern "C" fn day(_: RawCatalog, _: i64) -> RString {
        RString::new()
    }

    static TABLE: WordsV1 = WordsV1 {
        context: ptr::null(),
        catalog,
        text,
        format,
        day,
    };

    fn words() -> Words {
        Words::of(&TABLE, "en")
    }

    /// As a browser reads text.
    fn unescaped(html: &str) -> String {
        ["<", ">", "\"", "'", "&"]
            .iter()
            .fold(html.to_owned(), |text, letter| {
                let code = u32::from(letter.chars().next().expect("it has one"));
                text.replace(&format!("&#{code};"), letter)
            })
    }

    #[test]
    fn markup_is_set_into_the_sentence() {
        let rich = words()
            .rich("{app} & <you>: {n} times, until {end}, under {page}")
            .strong("app", "Photo Desk")
            .number("n", 2)
            .time("end", "2026-01-02T00:00:00Z", "2 January 2026")
            .link("page", "/a?b=1&c=2", "Connected");
        assert_eq!(
            rich.to_string(),
            "<strong>Photo Desk</strong> &#38; &#60;you&#62;: 2 times, until \
             <time datetime=\"2026-01-02T00:00:00Z\">2 January 2026</time>, under \
             <a href=\"/a?b=1&#38;c=2\">Connected</a>"
        );
    }

    /// A message of a language without marks; any text at all.
    fn message() -> impl Strategy<Value = String> {
        "[^{}\u{e000}-\u{f8ff}]{0,20}".prop_map(|around| format!("{around}{{a}}{around}{{b}}"))
    }

    fn anything() -> impl Strategy<Value = String> {
        prop_oneof![
            any::<String>(),
            "[<>&\"'\u{e000}-\u{e003}/a=]{0,20}",
            Just("</strong><script>alert(1)</script>".to_owned()),
            Just("\" onclick=\"x".to_owned()),
        ]
    }

    proptest! {
        #[test]
        fn nothing_but_its_own_markup_comes_out(
            message in message(),
            text in anything(),
            url in anything(),
            label in anything(),
        ) {
            let html = words()
                .rich(&message)
                .strong("a", &text)
                .link("b", &url, &label)
                .to_string();
            // Two tags of each, one attribute, and not a bracket or quote more.
            prop_assert_eq!(html.matches('<').count(), 4);
            prop_assert_eq!(html.matches('>').count(), 4);
            prop_assert_eq!(html.matches('"').count(), 2);
            prop_assert!(!html.contains('\''));
            // And all of the texts, each in its place.
            let around = message.split("{a}").next().expect("there is a beginning");
            let (before, rest) = html.split_once("<strong>").expect("it was set in");
            prop_assert_eq!(unescaped(before), around);
            let (strong, rest) = rest.split_once("</strong>").expect("it ends");
            prop_assert_eq!(unescaped(strong), text);
            let (between, rest) = rest.split_once("<a href=\"").expect("it was set in");
            prop_assert_eq!(unescaped(between), around);
            let (address, rest) = rest.split_once("\">").expect("it ends");
            prop_assert_eq!(unescaped(address), url);
            let inside = rest.strip_suffix("</a>").expect("it ends");
            prop_assert_eq!(unescaped(inside), label);
        }
    }
}
