//! The host as a plugin sees it.

use std::{
    collections::BTreeMap,
    future::Future,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures_channel::oneshot;
use hob_plugin_manifest::Manifest;

use crate::{
    Channel, Event, PluginError, Service, Words,
    abi::{
        FfiFutureExt, Interface, InterfaceError, db::DbV1, event::EventsV1, host::HostHandle,
        http_client::HttpClientV1, media::MediaV1, members::MembersV1, pictures::PicturesV1,
        sealing::SealingV1, site::SiteV1, tasks::TasksV1, words::WordsV1,
    },
    db::{Db, Timestamp},
    http_client::HttpClient,
    media::Media,
    members::Members,
    panic::Guarded,
    pictures::Pictures,
    sealing::Sealing,
    site_path,
};

/// The host. Cheap to clone.
#[derive(Clone)]
pub struct Host {
    handle: HostHandle,
    manifest: &'static Manifest,
    site_table: &'static SiteV1,
    words: &'static WordsV1,
    site: Site,
    /// What was asked for, by language.
    scopes: Arc<Mutex<BTreeMap<String, Arc<[ScopeDescription]>>>>,
}

/// What the site is called and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    pub name: String,
    /// `scheme://host[:port][/path]`, without a slash at the end.
    pub url: String,
    /// Where this plugin's routes stand, e.g. `/oauth`.
    pub prefix: String,
    /// The address below which this plugin stands with its prefix: `url`, or
    /// that of a host which the operator gave to it.
    pub own_url: String,
    /// All addresses of the site: `url`, and those of plugins' hosts.
    pub all_urls: Vec<String>,
}

impl Site {
    /// A site that stands at one address, with the plugin below this prefix.
    pub fn new(name: &str, url: &str, prefix: &str) -> Self {
        Self {
            name: name.to_owned(),
            url: url.to_owned(),
            prefix: prefix.to_owned(),
            own_url: url.to_owned(),
            all_urls: vec![url.to_owned()],
        }
    }

    /// An absolute URL under this plugin's prefix.
    #[must_use]
    pub fn plugin_url(&self, path: &str) -> String {
        format!("{}{}{path}", self.own_url, self.prefix)
    }

    /// The same for links and redirects, without scheme and host.
    #[must_use]
    pub fn plugin_path(&self, path: &str) -> String {
        format!("{}{}{path}", self.base(), self.prefix)
    }

    /// A path of the site, such as `/login`, for links and redirects. The
    /// site's own pages stand on this plugin's host too.
    #[must_use]
    pub fn path(&self, path: &str) -> String {
        format!("{}{path}", self.base())
    }

    /// The sign-in page for somebody who has to show anew who is there, with the
    /// way back to `next`, a path of the site.
    #[must_use]
    pub fn sign_in_anew_path(&self, next: &str) -> String {
        site_path::sign_in_anew_path(self.base(), next)
    }

    /// The site's home page, as an absolute URL.
    #[must_use]
    pub fn home_url(&self) -> String {
        format!("{}/", self.own_url)
    }

    /// Where to go on to, as a link's `next` says; the home page, where that is
    /// no path of this site or longer than [`site_path::LONGEST`].
    #[must_use]
    pub fn own_path(&self, next: Option<&str>) -> String {
        site_path::own_path(self.base(), next)
    }

    /// The path of this plugin's host below which all of the site stands:
    /// empty, or `/hob`.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.own_url[self.origin_length()..]
    }

    /// `scheme://host[:port]` of this plugin's host, as an `Origin` header has
    /// it.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.own_url[..self.origin_length()]
    }

    fn origin_length(&self) -> usize {
        let after_scheme = self.own_url.find("://").map_or(0, |at| at + 3);
        self.own_url[after_scheme..]
            .find('/')
            .map_or(self.own_url.len(), |at| after_scheme + at)
    }
}

/// A scope that an enabled plugin declares, with the sentence for members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScopeDescription {
    pub name: String,
    pub sentence: String,
    /// What it touches, in words for a heading; none where that is not said.
    pub group_title: Option<String>,
    /// The plugin that declares it.
    pub plugin: String,
    pub dangerous: bool,
}

/// A resource that a token opens and that a plain GET asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRoute {
    /// Absolute.
    pub url: String,
    /// All of these are needed.
    pub scopes: Vec<String>,
}

impl Host {
    pub(crate) fn new(
        handle: HostHandle,
        manifest: &'static Manifest,
    ) -> Result<Self, InterfaceError> {
        let site_table = interface::<SiteV1>(&handle)?;
        let words = interface::<WordsV1>(&handle)?;
        let raw = (site_table.describe)(site_table.context);
        Ok(Self {
            handle,
            manifest,
            site_table,
            words,
            site: Site {
                name: raw.name.into(),
                url: raw.url.into(),
                prefix: raw.prefix.into(),
                own_url: raw.own_url.into(),
                all_urls: raw.all_urls.into_iter().map(String::from).collect(),
            },
            scopes: Arc::default(),
        })
    }

    /// The plugin's own id.
    #[must_use]
    pub fn plugin_id(&self) -> &str {
        &self.handle.plugin_id
    }

    /// What this plugin's own `plugin.toml` says.
    #[must_use]
    pub fn manifest(&self) -> &'static Manifest {
        self.manifest
    }

    #[must_use]
    pub fn site(&self) -> &Site {
        &self.site
    }

    /// The time. Never ask the system's clock: tests move this one.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        Timestamp::from_micros((self.site_table.now)(self.site_table.context))
    }

    /// Resolves after `duration`.
    pub async fn sleep(&self, duration: Duration) {
        let millis = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        (self.site_table.sleep)(self.site_table.context, millis).await;
    }

    /// Goes on with `work` until its end, whether or not anybody waits for what
    /// comes of it: where a visitor goes away, what was done for him is dropped
    /// where it waits, and so is what this gives, but not the work. For what
    /// must not end halfway. Only that the site stops ends it.
    ///
    /// # Errors
    /// It panicked; or nothing can be gone on with here, as at the start of
    /// plugins and where the site stops.
    pub fn go_on<F>(
        &self,
        work: F,
    ) -> impl Future<Output = Result<F::Output, PluginError>> + Send + use<F>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        let (told, outcome) = oneshot::channel();
        let work = Guarded::new(work, Ok);
        let table = self.interface::<TasksV1>();
        let begun = table.map(|table| {
            let task = async move {
                // Perhaps nobody waits for it any longer.
                let _ = told.send(work.await);
            };
            (table.run)(table.context, task.into_ffi());
        });
        async move {
            begun?;
            match outcome.await {
                Ok(outcome) => Ok(outcome.into_result()?),
                Err(oneshot::Canceled) => Err(PluginError::new("the site does not go on with it")),
            }
        }
    }

    /// What this plugin's pages say, in a language by its name. A handler asks
    /// its request, which knows the visitor's.
    #[must_use]
    pub fn words(&self, language: &str) -> Words {
        Words::of(self.words, language)
    }

    pub(crate) fn words_table(&self) -> &'static WordsV1 {
        self.words
    }

    /// The scopes that all enabled plugins declare, with their words in a
    /// language by its name; in English where that is empty, or where a plugin
    /// does not have it. They stay the same for as long as the host runs, and
    /// are fetched once for each language.
    #[must_use]
    pub fn scopes(&self, language: &str) -> Arc<[ScopeDescription]> {
        let mut known = self.scopes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(scopes) = known.get(language) {
            return Arc::clone(scopes);
        }
        let scopes: Arc<[_]> = (self.site_table.scopes)(self.site_table.context, language.into())
            .into_iter()
            .map(|raw| ScopeDescription {
                name: raw.name.into(),
                sentence: raw.sentence.into(),
                group_title: raw.group_title.map(String::from).into_option(),
                plugin: raw.plugin.into(),
                dangerous: raw.dangerous,
            })
            .collect();
        known.insert(language.to_owned(), Arc::clone(&scopes));
        scopes
    }

    /// What all enabled plugins offer to whoever has a token, as far as a plain
    /// GET can ask for it, in the order of their start.
    #[must_use]
    pub fn token_routes(&self) -> Vec<TokenRoute> {
        (self.site_table.token_routes)(self.site_table.context)
            .into_iter()
            .map(|raw| TokenRoute {
                url: raw.url.into(),
                scopes: raw.scopes.into_iter().map(String::from).collect(),
            })
            .collect()
    }

    /// The site's database.
    ///
    /// # Errors
    /// This host offers none that this SDK can use.
    pub fn db(&self) -> Result<Db, PluginError> {
        Ok(Db::from_abi(self.interface::<DbV1>()?))
    }

    /// A channel for an event of this plugin's: see [`Channel`].
    ///
    /// # Errors
    /// As [`Self::db`].
    pub fn channel<E: Event>(&self) -> Result<Channel<E>, PluginError> {
        let table = self.interface::<EventsV1>()?;
        Ok(Channel::new((table.is_heard)(
            table.context,
            E::NAME.into(),
            E::VERSION,
        )))
    }

    /// The people of the site.
    ///
    /// # Errors
    /// As [`Self::db`].
    pub fn members(&self) -> Result<Members, PluginError> {
        Ok(Members::new(self.interface::<MembersV1>()?))
    }

    /// What members publish.
    ///
    /// # Errors
    /// As [`Self::db`].
    pub fn media(&self) -> Result<Media, PluginError> {
        Ok(Media::new(self.interface::<MediaV1>()?))
    }

    /// What makes pictures of files that came from anybody.
    ///
    /// # Errors
    /// As [`Self::db`].
    pub fn pictures(&self) -> Result<Pictures, PluginError> {
        Ok(Pictures::new(self.interface::<PicturesV1>()?))
    }

    /// What sends requests to other sites.
    ///
    /// # Errors
    /// As [`Self::db`].
    pub fn http_client(&self) -> Result<HttpClient, PluginError> {
        Ok(HttpClient::new(self.interface::<HttpClientV1>()?))
    }

    /// What seals secrets that have to be kept in the clear. The manifest says
    /// `seals = true`.
    ///
    /// # Errors
    /// As [`Self::db`], or the manifest does not say so.
    pub fn sealing(&self) -> Result<Sealing, PluginError> {
        Ok(Sealing::new(self.interface::<SealingV1>()?))
    }

    /// An interface of the host, by its type.
    ///
    /// # Errors
    /// It is not offered, or has another layout there.
    pub fn interface<I: Interface>(&self) -> Result<&'static I, InterfaceError> {
        interface::<I>(&self.handle)
    }

    /// All providers of a service, in the order in which the operator enabled
    /// them. Empty where nobody offers it.
    ///
    /// # Errors
    /// A provider's interface has another layout than this plugin's.
    pub fn services<I: Interface>(&self) -> Result<Vec<Service<I>>, InterfaceError> {
        (self.handle.services)(self.handle.context, I::ID.into(), I::VERSION)
            .into_iter()
            .map(|raw| {
                Ok(Service {
                    provider: raw.provider.into(),
                    table: raw.interface.checked::<I>()?,
                })
            })
            .collect()
    }
}

pub(crate) fn interface<I: Interface>(handle: &HostHandle) -> Result<&'static I, InterfaceError> {
    (handle.interface)(handle.context, I::ID.into(), I::VERSION)
        .into_option()
        .ok_or_else(|| InterfaceError::NotOffered {
            id: I::ID.to_owned(),
            version: I::VERSION,
        })?
        .checked::<I>()
}

#[cfg(test)]
mod tests {
    use super::Site;

    #[test]
    fn an_address_is_taken_apart_and_put_together() {
        let site = |url: &str| Site::new("", url, "/oauth");
        assert_eq!(
            site("https://example.org/hob").origin(),
            "https://example.org"
        );
        assert_eq!(
            site("http://127.0.0.1:8080").origin(),
            "http://127.0.0.1:8080"
        );
        let below_a_path = site("https://example.org/hob");
        assert_eq!(
            below_a_path.plugin_url("/authorize"),
            "https://example.org/hob/oauth/authorize"
        );
        assert_eq!(
            below_a_path.plugin_path("/authorize"),
            "/hob/oauth/authorize"
        );
        assert_eq!(below_a_path.path("/login"), "/hob/login");
        let at_the_root = site("https://example.org");
        assert_eq!(at_the_root.plugin_path("/authorize"), "/oauth/authorize");
        assert_eq!((at_the_root.base(), below_a_path.base()), ("", "/hob"));
    }

    #[test]
    fn a_plugin_with_a_host_of_its_own_stands_at_that_host_s_root() {
        let site = Site {
            own_url: "https://auth.example.org".to_owned(),
            ..Site::new("", "https://example.org/hob", "/oauth")
        };
        assert_eq!(site.origin(), "https://auth.example.org");
        assert_eq!((site.base(), site.path("/login").as_str()), ("", "/login"));
        assert_eq!(site.plugin_path("/authorize"), "/oauth/authorize");
        assert_eq!(
            site.plugin_url("/authorize"),
            "https://auth.example.org/oauth/authorize"
        );
    }
}
