//! Ways to sign in that plugins offer, for the sign-in page and the account
//! page.
//!
//! Knows neither pages nor what a plugin does to find out who somebody is.

use hob_plugin_sdk::abi::sign_in_methods::SignInMethodsV1;

use crate::{
    site::Address,
    watchdog::{Watchdog, Watched},
    words::Language,
};

/// A plugin that signs members in.
#[derive(Clone)]
pub struct SignInProvider {
    /// What the plugin is called.
    pub title: String,
    table: &'static SignInMethodsV1,
    watchdog: Watchdog,
    watched: Watched,
    address: Address,
    prefix: String,
}

/// One way to sign in, as a page shows it.
pub struct ShownMethod {
    pub text: String,
    /// It can tell when somebody showed there who is there.
    pub tells_when: bool,
    url: String,
}

impl SignInProvider {
    #[must_use]
    pub fn new(
        (id, title): (&str, &str),
        table: &'static SignInMethodsV1,
        watchdog: &Watchdog,
        (address, prefix): (Address, String),
    ) -> Self {
        Self {
            title: title.to_owned(),
            watched: watchdog.name(format!("plugin {id}, the service hob.sign_in_methods")),
            watchdog: watchdog.clone(),
            table,
            address,
            prefix,
        }
    }

    /// All ways of this plugin, with words in this language. What is no path of
    /// its own is left out.
    #[must_use]
    pub fn list(&self, language: Language) -> Vec<ShownMethod> {
        let listed = {
            let _inside = self.watchdog.enter(self.watched);
            (self.table.list)(self.table.context, language.as_str().into())
        };
        listed
            .into_iter()
            .filter_map(|method| {
                Some(ShownMethod {
                    url: self.url(&method.path)?,
                    text: method.text.into(),
                    tells_when: method.tells_when,
                })
            })
            .collect()
    }

    /// Where a member looks after those of the account.
    #[must_use]
    pub fn account_url(&self) -> Option<String> {
        let path = {
            let _inside = self.watchdog.enter(self.watched);
            (self.table.account_path)(self.table.context)
        };
        self.url(&path)
    }

    /// Whether it stands at this address of the site.
    #[must_use]
    pub fn is_at(&self, address: &Address) -> bool {
        self.address == *address
    }

    fn url(&self, path: &str) -> Option<String> {
        let is_own = path.starts_with('/') && !path.starts_with("//") && !path.contains('\\');
        is_own.then(|| self.address.path(&format!("{}{path}", self.prefix)))
    }
}

impl ShownMethod {
    /// Where it begins, and afterwards leads to `next`, a path of the site: anew,
    /// whoever is signed in here or there.
    #[must_use]
    pub fn url(&self, next: &str, anew: bool) -> String {
        let joint = if self.url.contains('?') { '&' } else { '?' };
        let next: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
        let anew = if anew { "&anew=1" } else { "" };
        format!("{}{joint}next={next}{anew}", self.url)
    }
}
