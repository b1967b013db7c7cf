//! A TOML file whose every value knows its place, and the strict reading of
//! its sections.
//!
//! It knows nothing of what the sections mean.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use hob_plugin_manifest::{ConfigKey, ConfigType};
use serde_json::{Number, Value};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use crate::diagnostic::{Diagnostic, Diagnostics, Place, Problem, nearest};

/// A parsed file.
#[derive(Clone)]
pub(crate) struct Document {
    file: PathBuf,
    text: String,
}

/// The text may hold the database's password, so it is not shown.
impl fmt::Debug for Document {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Document").field(&self.file).finish()
    }
}

impl Document {
    /// Parses a text; `file` is where it was read from.
    pub(crate) fn parse(file: &Path, text: String) -> Result<Self, Diagnostics> {
        // Editors on Windows put a byte order mark in front.
        let text = match text.strip_prefix('\u{feff}') {
            Some(rest) => rest.to_owned(),
            None => text,
        };
        let (_, errors) = DeTable::parse_recoverable(&text);
        // What follows the first syntax error is mostly its echo.
        if let Some(error) = errors.first() {
            let offset = error.span().map_or(0, |span| span.start);
            return Err(
                Diagnostic::new(format!("this is not valid TOML: {}", error.message()))
                    .at(Place::in_text(file, &text, offset))
                    .fix("correct it there; `hob init` in an empty folder writes a file to compare with")
                    .into(),
            );
        }
        Ok(Self {
            file: file.to_owned(),
            text,
        })
    }

    pub(crate) fn file(&self) -> &Path {
        &self.file
    }

    /// The place of anything with a span.
    pub(crate) fn place<T>(&self, spanned: &Spanned<T>) -> Place {
        Place::in_text(&self.file, &self.text, spanned.span().start)
    }

    /// The whole file. Its spans borrow the text, so it is parsed anew.
    pub(crate) fn root(&self) -> DeTable<'_> {
        DeTable::parse(&self.text)
            .expect("`Document::parse` accepted this text")
            .into_inner()
    }

    /// Opens a table of the file. One that is not there reads as empty.
    pub(crate) fn section<'a>(
        &'a self,
        parent: &'a DeTable<'a>,
        title: &str,
        name: &str,
        errors: &mut Diagnostics,
    ) -> Section<'a> {
        let mut section = Section {
            document: self,
            title: title.to_owned(),
            place: None,
            table: None,
            known: Vec::new(),
        };
        if let Some((key, value)) = parent.get_key_value(name) {
            section.place = Some(self.place(key));
            match value.get_ref() {
                DeValue::Table(table) => section.table = Some(table),
                _ => errors.push(
                    Diagnostic::new(format!("`{title}` must be a section, not a value"))
                        .at(self.place(value))
                        .fix(format!("write [{title}] on a line of its own")),
                ),
            }
        }
        section
    }

    /// Reports what stands in `table` and is not among `known`.
    pub(crate) fn refuse_unknown(
        &self,
        table: &DeTable<'_>,
        title: &str,
        known: &[&str],
        errors: &mut Diagnostics,
    ) {
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            if known.contains(&name) {
                continue;
            }
            let what = match (title, value.get_ref()) {
                ("", DeValue::Table(_)) => format!("unknown section [{name}]"),
                ("", _) => format!("unknown key `{name}`, outside of any section"),
                _ => format!("unknown key `{name}` in [{title}]"),
            };
            let problem = Diagnostic::new(what).at(self.place(key));
            errors.push(match nearest(name, known.iter().copied()) {
                Some(near) => problem.did_you_mean(near),
                None => problem.fix(format!("remove it; known here: {}", known.join(", "))),
            });
        }
    }
}

/// One section, while it is read.
pub(crate) struct Section<'a> {
    document: &'a Document,
    title: String,
    place: Option<Place>,
    table: Option<&'a DeTable<'a>>,
    known: Vec<String>,
}

impl<'a> Section<'a> {
    /// Reads a value as `key` describes it, or its default.
    pub(crate) fn read(
        &mut self,
        name: &str,
        key: &ConfigKey,
        errors: &mut Diagnostics,
    ) -> Option<Value> {
        let Some(written) = self.written(name) else {
            if key.required {
                let missing = self.problem(name, "is missing");
                errors.push(missing.fix(format!("write it there. {}", key.help)));
            }
            return key.default_value();
        };
        let result = to_json(written.get_ref())
            .map_err(|kind| format!("must be {}, not {kind}", key.kind))
            .and_then(|value| key.accept(&value).map_err(|refusal| refusal.to_string()));
        match result {
            Ok(value) => Some(value),
            Err(refusal) => {
                errors.push(self.problem(name, &refusal).fix(by_example(name, key)));
                None
            }
        }
    }

    /// The strings of an array, each with its place.
    pub(crate) fn strings(
        &mut self,
        name: &str,
        errors: &mut Diagnostics,
    ) -> Vec<(&'a str, Place)> {
        let Some(written) = self.written(name) else {
            return Vec::new();
        };
        let mut wrong = |value: &Spanned<DeValue<'_>>, kind: &str| {
            errors.push(
                Diagnostic::new(format!(
                    "`{name}` in [{}] must be an array of strings, not {kind}",
                    self.title
                ))
                .at(self.document.place(value))
                .fix(list_by_example(name)),
            );
        };
        let Some(values) = written.get_ref().as_array() else {
            wrong(written, article(written.get_ref()));
            return Vec::new();
        };
        let mut strings = Vec::new();
        for value in values {
            match value.get_ref() {
                DeValue::String(text) => strings.push((text.as_ref(), self.document.place(value))),
                other => wrong(value, &format!("of {}", article(other))),
            }
        }
        strings
    }

    /// The sections below a key, each under a name that the operator chose.
    pub(crate) fn named_sections(
        &mut self,
        name: &str,
        errors: &mut Diagnostics,
    ) -> Vec<(&'a str, Section<'a>)> {
        let Some(written) = self.written(name) else {
            return Vec::new();
        };
        let title = format!("{}.{name}", self.title);
        let fix = format!("write [{title}.<name>] on a line of its own");
        let Some(table) = written.get_ref().as_table() else {
            let kind = article(written.get_ref());
            errors.push(
                Diagnostic::new(format!("`{title}` must hold sections, and is {kind}"))
                    .at(self.document.place(written))
                    .fix(fix),
            );
            return Vec::new();
        };
        let mut sections = Vec::new();
        for (key, value) in table {
            let chosen = key.get_ref().as_ref();
            let place = self.document.place(key);
            match value.get_ref() {
                DeValue::Table(table) => sections.push((
                    chosen,
                    Section {
                        document: self.document,
                        title: format!("{title}.{chosen}"),
                        place: Some(place),
                        table: Some(table),
                        known: Vec::new(),
                    },
                )),
                _ => errors.push(
                    Diagnostic::new(format!("`{chosen}` in [{title}] must be a section"))
                        .at(place)
                        .fix(fix.clone()),
                ),
            }
        }
        sections
    }

    /// What is wrong with the section itself.
    pub(crate) fn own_problem(&self, problem: &str) -> Problem {
        let place = self.place.clone();
        Diagnostic::new(format!("[{}] {problem}", self.title))
            .at(place.unwrap_or_else(|| self.document.file().into()))
    }

    /// What is wrong with a key of this section, at its value, or else at the
    /// section, or else at the file.
    pub(crate) fn problem(&self, name: &str, problem: &str) -> Problem {
        let place = self
            .table
            .and_then(|table| table.get(name))
            .map(|value| self.document.place(value))
            .or_else(|| self.place.clone())
            .unwrap_or_else(|| self.document.file().into());
        Diagnostic::new(format!("`{name}` in [{}] {problem}", self.title)).at(place)
    }

    /// Reports every key that was not asked for.
    pub(crate) fn finish(self, errors: &mut Diagnostics) {
        let known: Vec<_> = self.known.iter().map(String::as_str).collect();
        if let Some(table) = self.table {
            self.document
                .refuse_unknown(table, &self.title, &known, errors);
        }
    }

    fn written(&mut self, name: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.known.push(name.to_owned());
        self.table?.get(name)
    }
}

/// How a value is written that the key takes.
fn by_example(name: &str, key: &ConfigKey) -> String {
    match key.kind {
        ConfigType::Boolean => return format!("write `{name} = true` or `{name} = false`"),
        ConfigType::Strings => return list_by_example(name),
        ConfigType::Integer | ConfigType::String | ConfigType::Duration | ConfigType::Choice => {}
    }
    let bare = |bound: &Value| bound.as_str().map_or(bound.to_string(), str::to_owned);
    let others = match (&key.min, &key.max) {
        (Some(min), Some(max)) => format!(", or another from {} to {}", bare(min), bare(max)),
        (Some(min), None) => format!(", or another from {} on", bare(min)),
        (None, Some(max)) => format!(", or another up to {}", bare(max)),
        (None, None) if key.values.len() > 1 => ", or another of them".to_owned(),
        (None, None) => String::new(),
    };
    if let Some(default) = &key.default {
        return format!("write `{name} = {default}`, which is the default{others}");
    }
    let example = match (key.values.first(), &key.min, key.kind) {
        (Some(value), ..) => Value::from(value.as_str()).to_string(),
        (_, Some(min), _) => min.to_string(),
        (.., ConfigType::Integer) => "1".to_owned(),
        (.., ConfigType::Duration) => "\"1h\"".to_owned(),
        _ => "\"…\"".to_owned(),
    };
    format!("write it as `{name} = {example}`{others}")
}

fn list_by_example(name: &str) -> String {
    format!("write it as `{name} = [\"…\", \"…\"]`")
}

/// The value as JSON, or what it is if JSON has no such thing.
fn to_json(value: &DeValue<'_>) -> Result<Value, &'static str> {
    Ok(match value {
        DeValue::String(text) => Value::from(text.as_ref()),
        DeValue::Boolean(boolean) => Value::from(*boolean),
        DeValue::Integer(integer) => {
            let number = i64::from_str_radix(integer.as_str(), integer.radix());
            Value::from(number.map_err(|_| "one of more than 64 bits")?)
        }
        DeValue::Float(float) => {
            let number = float.as_str().parse().ok().and_then(Number::from_f64);
            Value::from(number.ok_or("a float")?)
        }
        DeValue::Datetime(_) => return Err("a date"),
        DeValue::Array(values) => values
            .iter()
            .map(|value| to_json(value.get_ref()))
            .collect::<Result<_, _>>()?,
        DeValue::Table(_) => return Err("a section"),
    })
}

fn article(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "an integer",
        DeValue::Float(_) => "a float",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "an array",
        DeValue::Table(_) => "a section",
    }
}
