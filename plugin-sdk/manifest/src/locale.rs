//! What pages say, in each language: Fluent files, read and held against each
//! other while a plugin is built.
//!
//! Knows neither how a message is formatted nor which language is whose.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
};

use fluent_syntax::{
    ast::{Entry, Expression, InlineExpression, Pattern, PatternElement, Resource},
    parser,
};
use serde::{Deserialize, Serialize};

use crate::{Manifest, MenuEntry};

/// The language that every other is held against, and that is shown where
/// there is no other.
pub const FALLBACK: &str = "en";

/// One owner's messages in one language. They lie in
/// `<folder>/<language>/<owner>.ftl`, where a language is called as in RFC
/// 5646: `en`, `de`, `pt-BR`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Locale {
    pub language: String,
    /// The text of the file.
    pub source: String,
}

/// What is wrong with an owner's messages.
#[derive(Debug, thiserror::Error)]
pub enum LocaleError {
    #[error("the words in {folder} can't be read: {source}", folder = .folder.display())]
    Io { folder: PathBuf, source: io::Error },
    #[error("there are words in other languages, and none in `{FALLBACK}`")]
    NoFallback,
    #[error("the words in `{language}`, line {line}: {problem}")]
    Syntax {
        language: String,
        line: usize,
        problem: String,
    },
    #[error("the words in `{language}` have the message {id} twice")]
    Twice { language: String, id: String },
    #[error("the words in `{language}`: {id} holds a mark that the host uses itself")]
    Mark { language: String, id: String },
    #[error("the words in `{language}` lack the message {id}, which `{FALLBACK}` has")]
    Missing { language: String, id: String },
    #[error("the words in `{language}` have the message {id}, which `{FALLBACK}` lacks")]
    Unknown { language: String, id: String },
    #[error(
        "the words in `{language}`: {id} uses the variables {found:?}, and in `{FALLBACK}` {expected:?}"
    )]
    Variables {
        language: String,
        id: String,
        found: Vec<String>,
        expected: Vec<String>,
    },
    #[error("there are words in `{language}`, and none in it of those that are shared")]
    NotShared { language: String },
    #[error("{what} has no words: add the message {id}")]
    Unworded { what: String, id: String },
}

/// The messages of a file with the variables that each takes.
type Messages = BTreeMap<String, BTreeSet<String>>;

impl Locale {
    /// Reads and checks an owner's messages in all languages, by their names.
    /// A folder that is not there holds none.
    ///
    /// # Errors
    /// A file can't be read or is not understood, or a language has other
    /// messages, or messages of other variables, than the fallback.
    pub fn read_folder(folder: &Path, owner: &str) -> Result<Vec<Self>, LocaleError> {
        let locales = Self::files(folder, owner)?
            .into_iter()
            .map(|file| {
                let language = file
                    .parent()
                    .and_then(Path::file_name)
                    .map(|name| name.to_string_lossy().into_owned())
                    .unwrap_or_default();
                let source = fs::read_to_string(&file).map_err(|source| LocaleError::Io {
                    folder: file.clone(),
                    source,
                })?;
                Ok(Self { language, source })
            })
            .collect::<Result<Vec<_>, _>>()?;
        check(&locales)?;
        Ok(locales)
    }

    /// Where an owner's messages lie, by language.
    ///
    /// # Errors
    /// The folder can't be read.
    pub fn files(folder: &Path, owner: &str) -> Result<Vec<PathBuf>, LocaleError> {
        let failed = |source| LocaleError::Io {
            folder: folder.to_owned(),
            source,
        };
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(failed(error)),
        };
        let mut files = Vec::new();
        for entry in entries {
            let file = entry.map_err(failed)?.path().join(format!("{owner}.ftl"));
            if file.is_file() {
                files.push(file);
            }
        }
        files.sort();
        Ok(files)
    }

    /// The names of its messages.
    ///
    /// # Errors
    /// The text is not understood.
    pub fn message_ids(&self) -> Result<Vec<String>, LocaleError> {
        Ok(self.messages()?.into_keys().collect())
    }

    fn messages(&self) -> Result<Messages, LocaleError> {
        let resource = parser::parse(self.source.as_str()).map_err(|(_, errors)| {
            let error = errors.first();
            let at = error.map_or(0, |error| error.pos.start);
            LocaleError::Syntax {
                language: self.language.clone(),
                line: self.source[..at].matches('\n').count() + 1,
                problem: error.map_or_else(String::new, |error| error.kind.to_string()),
            }
        })?;
        let mut messages = Messages::new();
        for (id, pattern) in values(&resource) {
            let failed = |error: fn(String, String) -> LocaleError| {
                Err(error(self.language.clone(), id.to_owned()))
            };
            let mut variables = BTreeSet::new();
            in_pattern(pattern, &mut variables);
            if has_mark(pattern) {
                return failed(|language, id| LocaleError::Mark { language, id });
            }
            if messages.insert(id.to_owned(), variables).is_some() {
                return failed(|language, id| LocaleError::Twice { language, id });
            }
        }
        Ok(messages)
    }
}

/// The words of one owner with those of another, in the languages of the first.
///
/// # Errors
/// A language of the first is not among the others', or a message is there
/// twice.
pub fn joined(words: Vec<Locale>, more: &[Locale]) -> Result<Vec<Locale>, LocaleError> {
    let joined: Vec<Locale> = words
        .into_iter()
        .map(|Locale { language, source }| {
            let same = more.iter().find(|locale| locale.language == language);
            let Some(Locale { source: more, .. }) = same else {
                return Err(LocaleError::NotShared { language });
            };
            Ok(Locale {
                source: format!("{source}\n{more}"),
                language,
            })
        })
        .collect::<Result<_, _>>()?;
    check(&joined)?;
    Ok(joined)
}

/// The characters by which markup is set into a message; see the SDK's words.
pub const MARKS: std::ops::RangeInclusive<char> = '\u{e000}'..='\u{f8ff}';

/// Holds all languages against the fallback.
///
/// # Errors
/// The first difference.
pub fn check(locales: &[Locale]) -> Result<(), LocaleError> {
    let Some(fallback) = locales.iter().find(|locale| locale.language == FALLBACK) else {
        return match locales.is_empty() {
            true => Ok(()),
            false => Err(LocaleError::NoFallback),
        };
    };
    let expected = fallback.messages()?;
    for locale in locales {
        let found = locale.messages()?;
        let language = || locale.language.clone();
        if let Some(id) = expected.keys().find(|id| !found.contains_key(*id)) {
            let (language, id) = (language(), id.clone());
            return Err(LocaleError::Missing { language, id });
        }
        for (id, variables) in &found {
            let Some(wanted) = expected.get(id) else {
                let (language, id) = (language(), id.clone());
                return Err(LocaleError::Unknown { language, id });
            };
            if variables != wanted {
                return Err(LocaleError::Variables {
                    language: language(),
                    id: id.clone(),
                    found: variables.iter().cloned().collect(),
                    expected: wanted.iter().cloned().collect(),
                });
            }
        }
    }
    Ok(())
}

/// Refuses words that lack what the manifest shows: its menu and its scopes. A
/// plugin without words shows what stands in its manifest.
///
/// # Errors
/// What has no words, with the message that would hold them.
pub fn check_words_of(manifest: &Manifest, locales: &[Locale]) -> Result<(), LocaleError> {
    let Some(fallback) = locales.iter().find(|locale| locale.language == FALLBACK) else {
        return Ok(());
    };
    let messages = fallback.messages()?;
    let menu = manifest.menu.iter().map(|entry| {
        let what = format!("the line {:?} of the menu", entry.text);
        (what, menu_message(entry))
    });
    let scopes = manifest.scopes.iter().map(|scope| {
        let what = format!("the scope {}", scope.name);
        (what, scope_message(&scope.name))
    });
    let in_groups = manifest
        .scopes
        .iter()
        .filter(|scope| !scope.group.is_empty());
    let groups = in_groups.map(|scope| {
        let what = format!("the group {} of scopes", scope.group);
        (what, scope_group_message(&scope.group))
    });
    for (what, id) in menu.chain(scopes).chain(groups) {
        if !messages.contains_key(&id) {
            return Err(LocaleError::Unworded { what, id });
        }
    }
    Ok(())
}

/// The message that says what a scope allows: of `media:read` it is
/// `scope-media-read`.
#[must_use]
pub fn scope_message(scope: &str) -> String {
    format!("scope-{}", dashed(scope))
}

/// The message that heads a group of scopes: of `media` it is
/// `scope-group-media`.
#[must_use]
pub fn scope_group_message(group: &str) -> String {
    format!("scope-group-{}", dashed(group))
}

/// The message of a line of the menu: of the path `/clients` it is
/// `menu-clients`.
#[must_use]
pub fn menu_message(entry: &MenuEntry) -> String {
    format!("menu-{}", dashed(entry.path.trim_matches('/')))
}

fn dashed(name: &str) -> String {
    let fitting = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    name.chars()
        .map(|letter| if fitting(letter) { letter } else { '-' })
        .collect()
}

/// The messages that say something themselves, and not in attributes alone.
fn values<'a>(
    resource: &'a Resource<&'a str>,
) -> impl Iterator<Item = (&'a str, &'a Pattern<&'a str>)> {
    resource.body.iter().filter_map(|entry| match entry {
        Entry::Message(message) => Some((message.id.name, message.value.as_ref()?)),
        _ => None,
    })
}

fn has_mark(pattern: &Pattern<&str>) -> bool {
    pattern.elements.iter().any(|element| match element {
        PatternElement::TextElement { value } => value.contains(|letter| MARKS.contains(&letter)),
        PatternElement::Placeable { .. } => false,
    })
}

fn in_pattern(pattern: &Pattern<&str>, variables: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        if let PatternElement::Placeable { expression } = element {
            in_expression(expression, variables);
        }
    }
}

fn in_expression(expression: &Expression<&str>, variables: &mut BTreeSet<String>) {
    match expression {
        Expression::Inline(inline) => in_inline(inline, variables),
        Expression::Select { selector, variants } => {
            in_inline(selector, variables);
            for variant in variants {
                in_pattern(&variant.value, variables);
            }
        }
    }
}

fn in_inline(inline: &InlineExpression<&str>, variables: &mut BTreeSet<String>) {
    match inline {
        InlineExpression::VariableReference { id } => {
            variables.insert(id.name.to_owned());
        }
        InlineExpression::Placeable { expression } => in_expression(expression, variables),
        InlineExpression::FunctionReference { arguments, .. } => {
            for argument in &arguments.positional {
                in_inline(argument, variables);
            }
        }
        InlineExpression::StringLiteral { .. }
        | InlineExpression::NumberLiteral { .. }
        | InlineExpression::MessageReference { .. }
        | InlineExpression::TermReference { .. } => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENGLISH: &str = "greeting = Hello, { $name }\n\
         files = { $count ->\n    [one] one file\n   *[other] { $count } files\n }\n";

    fn told(german: &str) -> String {
        let locale = |language: &str, source: &str| Locale {
            language: language.to_owned(),
            source: source.to_owned(),
        };
        match check(&[locale("en", ENGLISH), locale("de", german)]) {
            Ok(()) => String::new(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn shared_words_are_there_in_each_language_and_once() {
        let words = |all: &[(&str, &str)]| -> Vec<Locale> {
            let locale = |(language, source): &(&str, &str)| Locale {
                language: (*language).to_owned(),
                source: (*source).to_owned(),
            };
            all.iter().map(locale).collect()
        };
        let own = words(&[("en", "a = A\n"), ("de", "a = A\n")]);
        let told = |more: &[(&str, &str)]| match joined(own.clone(), &words(more)) {
            Ok(joined) => joined[1].source.clone(),
            Err(error) => error.to_string(),
        };
        // In more languages than are needed.
        let whole = [("de", "b = B\n"), ("en", "b = B\n"), ("fr", "b = B\n")];
        assert_eq!(told(&whole), "a = A\n\nb = B\n");
        let lacking = "there are words in `de`, and none in it of those that are shared";
        assert_eq!(told(&whole[1..]), lacking);
        // As of an owner that is written wrongly.
        assert_eq!(told(&[]), lacking.replace("de", "en"));
        let twice = [("de", "a = B\n"), ("en", "a = B\n")];
        assert_eq!(told(&twice), "the words in `en` have the message a twice");
    }

    #[test]
    fn a_language_says_all_that_the_fallback_says_and_with_the_same_variables() {
        // How it is said is each language's own: here without a plural.
        let whole = "greeting = Hallo { $name }\nfiles = Dateien: { $count }\n";
        assert_eq!(told(whole), "");
        for (german, expected) in [
            (
                "greeting = Hallo { $name }\n",
                "the words in `de` lack the message files, which `en` has",
            ),
            (
                "greeting = Hallo { $name }\nfiles = { $count }\nmore = x\n",
                "the words in `de` have the message more, which `en` lacks",
            ),
            (
                "greeting = Hallo { $nom }\nfiles = { $count }\n",
                "the words in `de`: greeting uses the variables [\"nom\"], and in `en` [\"name\"]",
            ),
            (
                "greeting = Hallo\nfiles = { $count }\n",
                "the words in `de`: greeting uses the variables [], and in `en` [\"name\"]",
            ),
            (
                "greeting = a { $name }\ngreeting = b { $name }\nfiles = { $count }\n",
                "the words in `de` have the message greeting twice",
            ),
            (
                "greeting = \u{e000}{ $name }\nfiles = { $count }\n",
                "the words in `de`: greeting holds a mark that the host uses itself",
            ),
        ] {
            assert_eq!(told(german), expected, "{german}");
        }
    }

    #[test]
    fn what_is_not_understood_has_a_line() {
        let broken = told("greeting = Hallo { $name }\nfiles = { $count\n");
        assert!(
            broken.starts_with("the words in `de`, line 3: "),
            "{broken}"
        );
    }

    #[test]
    fn words_without_the_fallback_are_none() {
        let german = Locale {
            language: "de".to_owned(),
            source: "a = b\n".to_owned(),
        };
        assert!(matches!(check(&[german]), Err(LocaleError::NoFallback)));
        assert!(check(&[]).is_ok());
    }

    #[test]
    fn a_section_whose_languages_differ_is_not_read() {
        use crate::{ABI_VERSION, Packed, packed};

        let with = |german: &str| {
            let locale = |language: &str, source: &str| Locale {
                language: language.to_owned(),
                source: source.to_owned(),
            };
            let packed = Packed {
                abi: ABI_VERSION,
                version: "1.0.0".to_owned(),
                manifest: Manifest::parse("id = \"desk\"\ntitle = \"t\"\n").unwrap(),
                migrations: Vec::new(),
                locales: vec![locale("en", "a = b\n"), locale("de", german)],
            };
            packed::unpack(&packed::pack(&packed)).map(|unpacked| unpacked == packed)
        };
        assert_eq!(with("a = c\n"), Ok(true));
        let refused = with("").unwrap_err().to_string();
        assert!(refused.contains("`de` lack the message a"), "{refused}");
    }

    #[test]
    fn what_the_manifest_shows_has_words() {
        let manifest = Manifest::parse(
            "id = \"desk\"\ntitle = \"t\"\n\
             [[scope]]\nname = \"media:read\"\nsentence = \"See\"\ngroup = \"media\"\n\
             [[menu]]\ntext = \"Clients\"\npath = \"/clients/mine\"\n",
        )
        .unwrap();
        let with = |source: &str| {
            let english = Locale {
                language: FALLBACK.to_owned(),
                source: source.to_owned(),
            };
            check_words_of(&manifest, &[english]).map_err(|error| error.to_string())
        };
        assert_eq!(
            with("scope-media-read = See\nmenu-clients-mine = Clients\nscope-group-media = M\n"),
            Ok(())
        );
        assert_eq!(
            with("scope-media-read = See\nmenu-clients-mine = Clients\n").unwrap_err(),
            "the group media of scopes has no words: add the message scope-group-media"
        );
        assert_eq!(
            with("scope-media-read = See\n").unwrap_err(),
            "the line \"Clients\" of the menu has no words: add the message menu-clients-mine"
        );
        assert_eq!(
            with("menu-clients-mine = Clients\n").unwrap_err(),
            "the scope media:read has no words: add the message scope-media-read"
        );
        assert!(
            check_words_of(&manifest, &[]).is_ok(),
            "it has no words at all"
        );
    }
}
