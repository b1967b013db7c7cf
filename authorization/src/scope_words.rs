//! What is said on a page of scopes, and of where a redirect URI leads.

use std::sync::Arc;

use hob_plugin_sdk::{Host, Request, ScopeDescription, Words};

use crate::{
    pages::{AskedGroup, AskedScope},
    redirect_uri::{RedirectTarget, RedirectUri},
    scope::Scope,
};

/// Where a redirect URI leads: a host, or a device.
pub fn destination(words: Words, redirect_uri: &RedirectUri) -> String {
    let message = match redirect_uri.target() {
        RedirectTarget::Web => match redirect_uri.web_host() {
            Some(host) => return host,
            None => "destination-unknown",
        },
        RedirectTarget::Loopback => "destination-program",
        RedirectTarget::PrivateScheme => "destination-app",
        RedirectTarget::OutOfBand => "destination-site",
    };
    words.say(message).to_string()
}

/// What the scopes of the site allow, in a visitor's words.
pub struct ScopeWords {
    descriptions: Arc<[ScopeDescription]>,
    other: String,
}

impl ScopeWords {
    /// In the language of whoever asks.
    pub fn of(host: &Host, request: &Request) -> Self {
        Self {
            descriptions: host.scopes(request.language()),
            other: request.words().say("consent-group-other").to_string(),
        }
    }

    /// In the order in which they are declared.
    pub fn descriptions(&self) -> &[ScopeDescription] {
        &self.descriptions
    }

    fn find(&self, word: &str) -> Option<&ScopeDescription> {
        self.descriptions
            .iter()
            .find(|description| description.name == word)
    }

    /// What a scope allows. One whose plugin is gone has only its name.
    pub fn sentence<'a>(&'a self, word: &'a str) -> &'a str {
        self.find(word)
            .map_or(word, |description| &description.sentence)
    }

    /// By what they touch, in the order in which that is declared; what is in
    /// no group comes last.
    /// Of those in `required` the page says that there is no choice.
    pub fn grouped<'a>(&'a self, scope: &'a Scope, required: &Scope) -> Vec<AskedGroup<'a>> {
        let mut groups: Vec<AskedGroup<'a>> = Vec::new();
        let mut add = |title: &'a str, scope| {
            match groups.iter_mut().find(|group| group.title == title) {
                Some(group) => group.scopes.push(scope),
                None => groups.push(AskedGroup {
                    title,
                    scopes: vec![scope],
                }),
            };
        };
        let grouped = |description: &&ScopeDescription| description.group_title.is_some();
        let declared = self.descriptions.iter();
        let in_groups = declared.clone().filter(grouped);
        for description in in_groups.chain(declared.filter(|own| !grouped(own))) {
            if scope.contains(&description.name) {
                let title = description.group_title.as_deref().unwrap_or(&self.other);
                add(title, asked(description, required));
            }
        }
        for word in scope.words().filter(|word| self.find(word).is_none()) {
            let unknown = AskedScope {
                name: word,
                sentence: word,
                dangerous: false,
                required: required.contains(word),
            };
            add(&self.other, unknown);
        }
        groups
    }
}

fn asked<'a>(description: &'a ScopeDescription, required: &Scope) -> AskedScope<'a> {
    AskedScope {
        name: &description.name,
        sentence: &description.sentence,
        dangerous: description.dangerous,
        required: required.contains(&description.name),
    }
}
