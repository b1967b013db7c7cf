//! What pages say, in each language: the core's messages and each plugin's,
//! formatted here for all of them.
//!
//! Knows neither pages nor requests; `http/language` knows who reads what.

mod catalog;
mod interface;
mod phrase;

use std::{collections::BTreeMap, sync::LazyLock};

use hob_plugin_manifest::{Locale, locale::FALLBACK};
use hob_plugin_sdk::{Words, abi::words::WordsV1};

use catalog::Catalog;
use interface::Opened;
pub use phrase::Phrase;

/// A language of the site: one that the core has words in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Language(&'static str);

/// The languages of the site, each with its own name, in the order in which
/// they are offered.
pub const LANGUAGES: [(Language, &str); 3] = [
    (Language("en"), "English"),
    (Language("de"), "Deutsch"),
    (Language("fr"), "Français"),
];

impl Language {
    /// What is shown where nobody wishes for another.
    pub const FALLBACK: Self = Self(FALLBACK);

    /// A language by its name (RFC 5646). One that the site has no words in is
    /// its next more general one that it has, or none: `de-AT` is `de`
    /// (RFC 4647, section 3.4).
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let general = name.split('-').next().unwrap_or_default();
        LANGUAGES
            .iter()
            .map(|(language, _)| *language)
            .find(|language| language.0.eq_ignore_ascii_case(general))
    }

    /// As it is named in HTML and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

/// The core's own messages, compiled in.
static CORE: LazyLock<&'static WordsV1> = LazyLock::new(|| {
    let locales: Vec<Locale> =
        serde_json::from_slice(include_bytes!(concat!(env!("OUT_DIR"), "/locales.json")))
            .expect("the build script wrote it");
    interface::words_interface(Catalogs::of("core", &locales).expect("the build checked them"))
});

/// What the site's own pages say in a language.
#[must_use]
pub fn core(language: Language) -> Words {
    Words::of(core_table(), language.as_str())
}

/// The table of functions over the core's own messages.
#[must_use]
pub fn core_table() -> &'static WordsV1 {
    *CORE
}

/// The table of functions over a plugin's messages, for the life of the
/// process. That its languages say the same was checked as its file was read.
///
/// # Errors
/// They are not understood.
pub fn of_plugin(id: &str, locales: &[Locale]) -> Result<&'static WordsV1, String> {
    Catalogs::of(id, locales).map(interface::words_interface)
}

/// One owner's messages in all languages that it has.
pub(crate) struct Catalogs {
    /// By language. The fallback is always there, be it empty.
    by_language: BTreeMap<String, Opened>,
}

impl Catalogs {
    fn of(owner: &str, locales: &[Locale]) -> Result<Self, String> {
        let nothing = Locale {
            language: FALLBACK.to_owned(),
            source: String::new(),
        };
        let mut by_language = BTreeMap::new();
        for locale in std::iter::once(&nothing).chain(locales) {
            let catalog = Catalog::new(owner, locale)?;
            let opened = Opened::new(catalog, &locale.language);
            by_language.insert(locale.language.clone(), opened);
        }
        Ok(Self { by_language })
    }

    /// The messages in this language, or in the fallback.
    fn in_language(&self, language: &str) -> &Opened {
        self.by_language
            .get(language)
            .or_else(|| self.by_language.get(FALLBACK))
            .expect("the fallback is always there")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_found_by_what_is_more_precise() {
        let named = |name: &str| Language::named(name).map(Language::as_str);
        assert_eq!(named("de"), Some("de"));
        assert_eq!(named("de-AT"), Some("de"));
        assert_eq!(named("FR-ca"), Some("fr"));
        for unknown in ["", "nl", "den", "*", "d"] {
            assert_eq!(named(unknown), None, "{unknown:?}");
        }
    }

    #[test]
    fn a_day_is_written_as_each_language_writes_it() {
        let days = |time: &str| {
            let time = time.parse().expect("a time");
            LANGUAGES.map(|(language, _)| core(language).day(time))
        };
        assert_eq!(
            days("2024-03-01T23:30:00Z"),
            ["1 March 2024", "1. März 2024", "1er mars 2024"]
        );
        assert_eq!(
            days("2026-12-24T00:00:00Z"),
            ["24 December 2026", "24. Dezember 2026", "24 décembre 2026"]
        );
    }

    #[test]
    fn numbers_choose_between_one_and_many() {
        let locale = |language: &str, source: &str| Locale {
            language: language.to_owned(),
            source: source.to_owned(),
        };
        let table = of_plugin(
            "desk",
            &[
                locale(
                    "en",
                    "files = { $n ->\n    [one] { $n } file\n   *[other] { $n } files\n }\n",
                ),
                locale(
                    "fr",
                    "files = { $n ->\n    [one] { $n } fichier\n   *[other] { $n } fichiers\n }\n",
                ),
            ],
        )
        .expect("they are sound");
        // No message of the core, in which a test looks for what is said here.
        let files = "files";
        let said = |language, n: u64| {
            Words::of(table, language)
                .say(files)
                .with("n", n)
                .to_string()
        };
        assert_eq!(
            [0, 1, 2].map(|n| said("en", n)),
            ["0 files", "1 file", "2 files"]
        );
        assert_eq!(
            [0, 1, 2].map(|n| said("fr", n)),
            ["0 fichier", "1 fichier", "2 fichiers"]
        );
        assert_eq!(said("de", 2), "2 files", "it has no German");
    }

    #[test]
    fn the_core_has_words_in_each_language() {
        let title = |language| core(language).say("login-title").to_string();
        let titles: Vec<String> = LANGUAGES
            .iter()
            .map(|(language, _)| title(*language))
            .collect();
        assert_eq!(titles, ["Sign in", "Anmelden", "Connexion"]);
    }
}
