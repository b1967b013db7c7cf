//! What an operator sees when something is wrong: what, where, and the fix.
//!
//! ```text
//! error: unknown key `acces_ttl` in [plugin.oauth]; did you mean `access_ttl`?
//!   --> hob.toml:14:1
//!   fix: …
//! ```
//!
//! Everything that can be wrong at once is reported at once, so errors travel
//! as [`Diagnostics`]. What nobody can put right helps nobody, so one begins as
//! a [`Problem`] and is a [`Diagnostic`] only with its fix. This module knows
//! nothing of what went wrong.

use std::{
    error::Error,
    fmt,
    path::{Path, PathBuf},
};

use anstyle::{AnsiColor, Style};

/// One error, for an operator, who is told what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    what: String,
    places: Vec<Place>,
    fix: Fix,
}

/// What the operator can do.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Fix {
    /// On a line of its own.
    Said(String),
    /// A name that is near, asked for in the sentence itself.
    Asked { near: String },
}

/// What is wrong, and where; [`fix`](Self::fix) makes it a [`Diagnostic`].
///
/// ```
/// use hob::diagnostic::{Diagnostic, Diagnostics};
///
/// let told = Diagnostics::from(Diagnostic::new("the file is empty").fix("copy it again"));
/// assert_eq!(told.to_string(), "error: the file is empty\n  fix: copy it again");
/// ```
///
/// Without a fix there is nothing to tell:
///
/// ```compile_fail,E0277
/// use hob::diagnostic::{Diagnostic, Diagnostics};
///
/// let told = Diagnostics::from(Diagnostic::new("the file is empty"));
/// ```
#[derive(Debug, Clone)]
#[must_use = "nobody is told of a problem that has no fix"]
pub struct Problem {
    what: String,
    places: Vec<Place>,
}

impl Problem {
    /// Adds where it is wrong. A conflict has a place for each party.
    pub fn at(mut self, place: impl Into<Place>) -> Self {
        self.places.push(place.into());
        self
    }

    /// Adds what the operator can do about it: what to type, to change or to
    /// look at, and not that something has to be right.
    #[must_use]
    pub fn fix(self, fix: impl Into<String>) -> Diagnostic {
        self.ending_in(Fix::Said(fix.into()))
    }

    /// Asks whether something that there is was meant, which is what to do.
    #[must_use]
    pub fn did_you_mean(self, near: impl Into<String>) -> Diagnostic {
        self.ending_in(Fix::Asked { near: near.into() })
    }

    fn ending_in(self, fix: Fix) -> Diagnostic {
        let Self { what, places } = self;
        Diagnostic { what, places, fix }
    }
}

impl Diagnostic {
    /// Begins with what is wrong: one sentence, without a full stop.
    #[expect(
        clippy::new_ret_no_self,
        reason = "it is one only with its fix, and so each is made with one"
    )]
    pub fn new(what: impl Into<String>) -> Problem {
        Problem {
            what: what.into(),
            places: Vec::new(),
        }
    }

    /// Adds another place.
    #[must_use]
    pub fn at(mut self, place: impl Into<Place>) -> Self {
        self.places.push(place.into());
        self
    }

    /// Begins the sentence with why it matters: a sentence of its own.
    #[must_use]
    pub fn because(mut self, why: &str) -> Self {
        self.what = format!("{why}, and {}", self.what);
        self
    }

    /// What is wrong, without place and fix.
    #[must_use]
    pub fn what(&self) -> &str {
        &self.what
    }

    /// Where it is wrong.
    #[must_use]
    pub fn places(&self) -> &[Place] {
        &self.places
    }

    /// The same text as `Display`, with colours.
    #[must_use]
    pub fn coloured(&self) -> impl fmt::Display {
        Coloured(self)
    }

    fn write(&self, formatter: &mut fmt::Formatter<'_>, colours: Colours) -> fmt::Result {
        let Colours { error, mark, bold } = colours;
        write!(
            formatter,
            "{error}error{error:#}{bold}: {}",
            Printable(&self.what)
        )?;
        if let Fix::Asked { near } = &self.fix {
            write!(formatter, "{}", Printable(&question(near)))?;
        }
        write!(formatter, "{bold:#}")?;
        for place in &self.places {
            write!(formatter, "\n  {mark}-->{mark:#} {place}")?;
        }
        if let Fix::Said(fix) = &self.fix {
            write!(formatter, "\n  {mark}fix{mark:#}: {}", Printable(fix))?;
        }
        Ok(())
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(formatter, Colours::default())
    }
}

impl Error for Diagnostic {}

/// Where something is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    file: PathBuf,
    /// Line and column, each counted from 1; columns count characters.
    position: Option<(usize, usize)>,
    /// The file that a line of `hob.toml` led to.
    about: Option<PathBuf>,
}

impl Place {
    /// A line and column of a text, each counted from 1.
    #[must_use]
    pub fn new(file: impl Into<PathBuf>, line: usize, column: usize) -> Self {
        Self {
            position: Some((line, column)),
            ..Self::from(file.into())
        }
    }

    /// The place of a byte offset in `text`. An offset past the end is the
    /// end.
    #[must_use]
    pub fn in_text(file: impl Into<PathBuf>, text: &str, offset: usize) -> Self {
        let before = &text[..text.floor_char_boundary(offset)];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Self::new(
            file,
            before.matches('\n').count() + 1,
            before[line_start..].chars().count() + 1,
        )
    }

    /// Adds, in brackets, the file that this line is about.
    #[must_use]
    pub fn about(mut self, file: impl Into<PathBuf>) -> Self {
        self.about = Some(file.into());
        self
    }
}

impl From<&Path> for Place {
    fn from(file: &Path) -> Self {
        Self::from(file.to_owned())
    }
}

impl From<PathBuf> for Place {
    fn from(file: PathBuf) -> Self {
        Self {
            file,
            position: None,
            about: None,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", Printable(&self.file.to_string_lossy()))?;
        if let Some((line, column)) = self.position {
            write!(formatter, ":{line}:{column}")?;
        }
        if let Some(about) = &self.about {
            write!(formatter, " ({})", Printable(&about.to_string_lossy()))?;
        }
        Ok(())
    }
}

/// One or more errors, in the order in which they are read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// No error so far.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Adds one more.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// Keeps the value of `result`, or its errors.
    pub fn keep<T>(&mut self, result: Result<T, impl Into<Self>>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(errors) => {
                self.0.append(&mut errors.into().0);
                None
            }
        }
    }

    /// The value, if nothing was wrong.
    ///
    /// # Errors
    /// All that was.
    pub fn or<T>(self, value: T) -> Result<T, Self> {
        if self.is_empty() {
            Ok(value)
        } else {
            Err(self)
        }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.0.iter()
    }

    /// Sorts by place, so that a file's errors are read from top to bottom.
    pub fn sort(&mut self) {
        self.0.sort_by_key(|diagnostic| {
            diagnostic
                .places
                .first()
                .map(|place| (place.file.clone(), place.position))
        });
    }

    /// Writes all of them to standard error; in colour where that is a
    /// terminal and `NO_COLOR` is not set.
    pub fn print(&self) {
        for diagnostic in &self.0 {
            anstream::eprintln!("{}", diagnostic.coloured());
        }
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, diagnostic) in self.0.iter().enumerate() {
            if index > 0 {
                formatter.write_str("\n")?;
            }
            write!(formatter, "{diagnostic}")?;
        }
        Ok(())
    }
}

impl Error for Diagnostics {}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(vec![diagnostic])
    }
}

impl FromIterator<Diagnostic> for Diagnostics {
    fn from_iter<I: IntoIterator<Item = Diagnostic>>(diagnostics: I) -> Self {
        Self(diagnostics.into_iter().collect())
    }
}

impl Extend<Diagnostic> for Diagnostics {
    fn extend<I: IntoIterator<Item = Diagnostic>>(&mut self, diagnostics: I) {
        self.0.extend(diagnostics);
    }
}

/// The one of `known` that is close to what is unknown, if any is.
#[must_use]
pub fn nearest<'a>(unknown: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(unknown, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= 1 + candidate.chars().count() / 4)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The end of a sentence that names something unknown: `` ; did you mean
/// `x`? `` where one of `known` is close, else nothing.
#[must_use]
pub fn did_you_mean<'a>(unknown: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(unknown, known).map_or(String::new(), question)
}

fn question(near: &str) -> String {
    format!("; did you mean `{near}`?")
}

#[derive(Clone, Copy, Default)]
struct Colours {
    error: Style,
    mark: Style,
    bold: Style,
}

struct Coloured<'a>(&'a Diagnostic);

impl fmt::Display for Coloured<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.write(
            formatter,
            Colours {
                error: AnsiColor::Red.on_default().bold(),
                mark: AnsiColor::Blue.on_default().bold(),
                bold: Style::new().bold(),
            },
        )
    }
}

/// Names come from files, so what would steer a terminal is shown escaped.
struct Printable<'a>(&'a str);

impl fmt::Display for Printable<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            if character.is_control() {
                write!(formatter, "{}", character.escape_default())?;
            } else {
                write!(formatter, "{character}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_printed_with_place_and_fix() {
        let diagnostic = Diagnostic::new("plugin oauth 2.0.0 needs ABI 2; this Hob supports 1")
            .at(Place::new("hob.toml", 3, 10).about("plugins/libhob_plugin_oauth.so"))
            .fix("install a build of oauth for ABI 1, or upgrade Hob");
        assert_eq!(
            diagnostic.to_string(),
            "error: plugin oauth 2.0.0 needs ABI 2; this Hob supports 1\n\
             \x20 --> hob.toml:3:10 (plugins/libhob_plugin_oauth.so)\n\
             \x20 fix: install a build of oauth for ABI 1, or upgrade Hob"
        );
    }

    #[test]
    fn colours_change_nothing_but_colours() {
        let diagnostic = Diagnostic::new("what").at(Path::new("x")).fix("that");
        let coloured = diagnostic.coloured().to_string();
        assert!(coloured.contains("\x1b["));
        assert_eq!(
            anstream::adapter::strip_str(&coloured).to_string(),
            diagnostic.to_string()
        );
    }

    #[test]
    fn what_would_steer_a_terminal_is_escaped() {
        let problem = || Diagnostic::new("unknown key `\x1b[2J`").at(Path::new("a\nb"));
        assert_eq!(
            problem().fix("rm \x07").to_string(),
            "error: unknown key `\\u{1b}[2J`\n  --> a\\nb\n  fix: rm \\u{7}"
        );
        assert_eq!(
            problem().did_you_mean("\x07").to_string(),
            "error: unknown key `\\u{1b}[2J`; did you mean `\\u{7}`?\n  --> a\\nb"
        );
    }

    #[test]
    fn columns_count_characters() {
        let text = "a\n\u{e9}\u{e9}x";
        let place = |offset| Place::in_text("f", text, offset).to_string();
        assert_eq!(place(0), "f:1:1");
        assert_eq!(place(2), "f:2:1");
        assert_eq!(place(6), "f:2:3");
        assert_eq!(place(5), "f:2:2");
        assert_eq!(place(999), "f:2:4");
    }

    #[test]
    fn only_near_names_are_offered() {
        assert_eq!(
            did_you_mean("acces_ttl", ["prefix", "access_ttl"]),
            "; did you mean `access_ttl`?"
        );
        assert_eq!(did_you_mean("colour", ["prefix", "access_ttl"]), "");
        assert_eq!(did_you_mean("ouath", ["oauth"]), "; did you mean `oauth`?");
    }
}
