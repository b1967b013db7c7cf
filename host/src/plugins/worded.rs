//! What the started plugins declare, as a visitor reads it: their lines of the
//! menu and their scopes, in the plugin's own words, or as its manifest says it.

use hob_plugin_manifest::{
    MenuAudience,
    locale::{FALLBACK, menu_message, scope_message},
};
use hob_plugin_sdk::{Words, abi::words::WordsV1, connections};

use super::running::{Plugins, RunningPlugin};
use crate::{
    audit::CORE,
    site::Address,
    words::{self, Language},
};

/// The message of the core that names the page of all connections.
const CONNECTIONS: &str = "connections-title";

/// A line of a signed-in member's menu, or of the site's administration.
pub struct MenuEntry {
    /// Whose page it is: a plugin's id, or the core.
    pub owner: String,
    pub url: String,
    pub audience: MenuAudience,
    words: &'static WordsV1,
    message: String,
    /// Of a plugin that has no words.
    text: String,
}

impl MenuEntry {
    /// What it says in a language.
    #[must_use]
    pub fn text(&self, language: Language) -> &str {
        Words::of(self.words, language.as_str())
            .find(&self.message)
            .unwrap_or(&self.text)
    }
}

/// A scope that a plugin declares, in words.
pub struct WordedScope<'a> {
    pub sentence: &'a str,
    pub dangerous: bool,
}

impl Plugins {
    /// A scope that an enabled plugin declares, for whoever reads this
    /// language.
    #[must_use]
    pub fn scope(&self, name: &str, language: Language) -> Option<WordedScope<'_>> {
        self.iter().find_map(|plugin| {
            let mut declared = plugin.manifest.scopes.iter();
            let scope = declared.find(|scope| scope.name == name)?;
            Some(WordedScope {
                sentence: Words::of(plugin.words, language.as_str())
                    .find(&scope_message(name))
                    .unwrap_or(&scope.sentence),
                dangerous: scope.dangerous,
            })
        })
    }

    /// What stands in a signed-in member's menu beside what every site has
    /// there, and on the page of administration, on pages at this address.
    #[must_use]
    pub fn menu_at(&self, address: &Address) -> Vec<MenuEntry> {
        let own = (!self.connection_providers().is_empty()).then(|| MenuEntry {
            owner: CORE.to_owned(),
            url: address.path(connections::PATH),
            audience: MenuAudience::Members,
            words: words::core_table(),
            message: CONNECTIONS.to_owned(),
            text: CONNECTIONS.to_owned(),
        });
        let entries = self.iter().flat_map(|plugin| {
            plugin.manifest.menu.iter().map(|entry| MenuEntry {
                owner: plugin.id.clone(),
                url: plugin.link_from(address, &entry.path),
                audience: entry.audience,
                words: plugin.words,
                message: menu_message(entry),
                text: entry.text.clone(),
            })
        });
        own.into_iter().chain(entries).collect()
    }
}

impl RunningPlugin {
    /// Where one of its own paths leads to from a page at this address. A link
    /// to another host is an absolute one.
    #[must_use]
    pub fn link_from(&self, address: &Address, path: &str) -> String {
        let path = format!("{}{path}", self.prefix);
        if self.address == *address {
            address.path(&path)
        } else {
            self.address.absolute(&path)
        }
    }

    /// The language of its pages for a visitor who reads this one.
    #[must_use]
    pub fn language(&self, wanted: Language) -> &str {
        self.languages
            .iter()
            .find(|language| *language == wanted.as_str())
            .map_or(FALLBACK, String::as_str)
    }
}
