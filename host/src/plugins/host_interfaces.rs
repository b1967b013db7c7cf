//! What the host offers each plugin, by id and version.

use std::{sync::Arc, time::Duration};

use abi_stable::std_types::{ROption, RStr, RString, RVec};
use hob_plugin_manifest::{
    Authentication, Manifest, Packed, Scope,
    locale::{scope_group_message, scope_message},
};
use hob_plugin_sdk::{
    Words,
    abi::{
        FfiFuture, FfiFutureExt, Interface, RawContext, RawInterface,
        db::DbV1,
        event::EventsV1,
        host::{HostHandle, RawService},
        http_client::HttpClientV1,
        log::LogV1,
        media::MediaV1,
        members::MembersV1,
        pictures::PicturesV1,
        sealing::SealingV1,
        site::{RawScope, RawSite, RawTokenRoute, SiteV1},
        tasks::TasksV1,
        words::WordsV1,
    },
};
use tokio::runtime::Handle;

use super::{
    claims::full_path,
    events::Heard,
    log::LOG,
    running::{PluginSource, Registry},
};
use crate::{
    diagnostic::Diagnostic,
    http_client::http_client_interface,
    media::{interface::media_interface, pictures_interface},
    members::members_interface,
    sealing::SealingTable,
    site::{Address, Site},
    watchdog::{Watchdog, Watched},
    words,
};

/// The tables that are the same for every plugin.
pub struct SharedInterfaces {
    events: &'static EventsV1,
    http_client: &'static HttpClientV1,
    log: &'static LogV1,
    media: &'static MediaV1,
    members: &'static MembersV1,
    pictures: &'static PicturesV1,
    /// Each plugin's id with its words and what it declares.
    scopes: Vec<DeclaredScopes>,
    /// Of all addresses of the site, its own first.
    urls: Vec<RString>,
    token_routes: Vec<RawTokenRoute>,
}

/// The scopes that one plugin declares.
struct DeclaredScopes {
    plugin: String,
    words: &'static WordsV1,
    scopes: Vec<Scope>,
}

impl SharedInterfaces {
    /// # Errors
    /// A plugin's words are not understood.
    pub fn new(
        site: &Arc<Site>,
        addresses: &[Address],
        plugins: &[PluginSource],
    ) -> Result<Arc<Self>, Diagnostic> {
        let scopes = plugins
            .iter()
            .map(|plugin| {
                let manifest = &plugin.packed.manifest;
                Ok(DeclaredScopes {
                    plugin: manifest.id.clone(),
                    words: words_of(&plugin.packed)?,
                    scopes: manifest.scopes.clone(),
                })
            })
            .collect::<Result<_, Diagnostic>>()?;
        let manifests = plugins.iter().map(|plugin| &plugin.packed.manifest);
        Ok(Arc::new(Self {
            events: Heard::new(manifests).interface(),
            http_client: http_client_interface(site.http_client.clone()),
            log: &LOG,
            media: media_interface(site.media.clone()),
            members: members_interface(
                site.db.clone(),
                site.passwords.clone(),
                site.address.clone(),
                site.registration,
            ),
            pictures: pictures_interface(site.media.clone()),
            scopes,
            urls: addresses
                .iter()
                .map(|address| address.url().into())
                .collect(),
            token_routes: token_routes(&site.address, plugins),
        }))
    }

    /// What a plugin's pages say.
    pub fn words(&self, plugin: &str) -> &'static WordsV1 {
        self.scopes
            .iter()
            .find(|declared| declared.plugin == plugin)
            .map(|declared| declared.words)
            .expect("they are those of all plugins that are started")
    }
}

/// Where one plugin stands.
pub struct Place {
    pub address: Address,
    pub prefix: String,
}

/// The routes for whoever has a token that need nothing but a GET.
fn token_routes(address: &Address, plugins: &[PluginSource]) -> Vec<RawTokenRoute> {
    let of = |plugin: &PluginSource| -> Vec<RawTokenRoute> {
        let address = match &plugin.host {
            Some(host) => address.on_host(host),
            None => address.clone(),
        };
        let routes = plugin.packed.manifest.routes.iter().filter(|route| {
            route.authentication == Authentication::Token
                && route.method() == "GET"
                && !route.path().contains('{')
        });
        routes
            .map(|route| RawTokenRoute {
                url: address
                    .absolute(&full_path(&plugin.prefix, route, route.path()))
                    .into(),
                scopes: route
                    .scopes
                    .iter()
                    .map(|name| name.as_str().into())
                    .collect(),
            })
            .collect()
    };
    plugins.iter().flat_map(of).collect()
}

fn words_of(packed: &Packed) -> Result<&'static WordsV1, Diagnostic> {
    let id = &packed.manifest.id;
    words::of_plugin(id, &packed.locales).map_err(|problem| {
        Diagnostic::new(format!("plugin {id} can't be used: {problem}"))
            .fix("this is a fault of the plugin: tell its author, and remove it from `enabled`")
    })
}

/// The host as one plugin sees it. Lives as long as the process, as plugins
/// do.
pub struct HostContext {
    site: Arc<Site>,
    registry: Arc<Registry>,
    shared: Arc<SharedInterfaces>,
    db: &'static DbV1,
    words: &'static WordsV1,
    /// For a plugin whose manifest says that it seals.
    sealing: Option<&'static SealingV1>,
    place: Place,
    site_table: SiteV1,
    tasks: TasksV1,
    watchdog: Watchdog,
    its_tasks: Watched,
}

impl HostContext {
    pub fn new(
        site: &Arc<Site>,
        registry: &Arc<Registry>,
        shared: &Arc<SharedInterfaces>,
        db: &'static DbV1,
        manifest: &Manifest,
        place: Place,
        watchdog: &Watchdog,
    ) -> &'static Self {
        let ring = site.keys.as_ref().filter(|_| manifest.seals);
        let context = Box::into_raw(Box::new(Self {
            site: site.clone(),
            registry: registry.clone(),
            shared: shared.clone(),
            db,
            words: shared.words(&manifest.id),
            sealing: ring.map(|ring| SealingTable::of(&manifest.id, ring)),
            place,
            site_table: SiteV1 {
                context: std::ptr::null(),
                describe,
                now,
                sleep,
                scopes,
                token_routes: all_token_routes,
            },
            tasks: TasksV1 {
                context: std::ptr::null(),
                run: go_on,
            },
            watchdog: watchdog.clone(),
            its_tasks: watchdog.name(format!("plugin {}, what it goes on with", manifest.id)),
        }));
        // SAFETY: the box was just made and is never freed; the writes to it come
        // before the first reference.
        unsafe {
            (*context).site_table.context = context.cast_const().cast();
            (*context).tasks.context = context.cast_const().cast();
            &*context
        }
    }

    pub fn handle(&'static self, plugin_id: &str, config: &str) -> HostHandle {
        HostHandle {
            context: std::ptr::from_ref(self).cast(),
            plugin_id: plugin_id.into(),
            config: config.into(),
            interface,
            services,
        }
    }
}

fn host(context: RawContext) -> &'static HostContext {
    // SAFETY: `HostContext::new` leaked it, and nothing writes to it since.
    unsafe { &*context.cast::<HostContext>() }
}

extern "C" fn interface(context: RawContext, id: RStr<'_>, version: u32) -> ROption<RawInterface> {
    let host = host(context);
    let offered = [
        entry(&host.site_table),
        entry(host.db),
        entry(host.shared.events),
        entry(host.shared.http_client),
        entry(host.shared.log),
        entry(host.shared.media),
        entry(host.shared.members),
        entry(host.shared.pictures),
        entry(&host.tasks),
        entry(host.words),
    ];
    offered
        .into_iter()
        .chain(host.sealing.map(entry))
        .find(|(own, own_version, _)| *own == id.as_str() && *own_version == version)
        .map(|(_, _, table)| table)
        .into()
}

fn entry<I: Interface>(table: &'static I) -> (&'static str, u32, RawInterface) {
    (I::ID, I::VERSION, RawInterface::new(table))
}

extern "C" fn services(context: RawContext, id: RStr<'_>, version: u32) -> RVec<RawService> {
    host(context).registry.providers(|providers| {
        providers
            .iter()
            .filter(|provider| {
                provider
                    .offers
                    .iter()
                    .any(|(own, own_version)| own == id.as_str() && *own_version == version)
            })
            .filter_map(|provider| {
                let interface = (provider.handle.interface)(provider.handle.context, id, version)
                    .into_option()?;
                Some(RawService {
                    provider: provider.id.as_str().into(),
                    interface,
                })
            })
            .collect()
    })
}

extern "C" fn describe(context: RawContext) -> RawSite {
    let host = host(context);
    RawSite {
        name: host.site.name.as_str().into(),
        url: host.site.address.url().into(),
        prefix: host.place.prefix.as_str().into(),
        own_url: host.place.address.url().into(),
        all_urls: host.shared.urls.iter().cloned().collect(),
    }
}

extern "C" fn now(context: RawContext) -> i64 {
    host(context).site.clock.now().as_micros()
}

extern "C" fn sleep(_context: RawContext, millis: u64) -> FfiFuture<()> {
    async move { tokio::time::sleep(Duration::from_millis(millis)).await }.into_ffi()
}

extern "C" fn go_on(context: RawContext, work: FfiFuture<()>) {
    let host = host(context);
    // None where a plugin starts, and on the threads of the database.
    if let Ok(runtime) = Handle::try_current() {
        runtime.spawn(host.watchdog.inside(host.its_tasks, work));
    }
}

extern "C" fn scopes(context: RawContext, language: RStr<'_>) -> RVec<RawScope> {
    let declared = &host(context).shared.scopes;
    declared
        .iter()
        .flat_map(|declared| {
            let words = Words::of(declared.words, &language);
            declared.scopes.iter().map(move |scope| RawScope {
                name: scope.name.as_str().into(),
                sentence: words
                    .find(&scope_message(&scope.name))
                    .unwrap_or(&scope.sentence)
                    .into(),
                group_title: ROption::from(
                    Some(&scope.group)
                        .filter(|group| !group.is_empty())
                        .map(|group| words.find(&scope_group_message(group)).unwrap_or(group))
                        .map(RString::from),
                ),
                plugin: declared.plugin.as_str().into(),
                dangerous: scope.dangerous,
            })
        })
        .collect()
}

extern "C" fn all_token_routes(context: RawContext) -> RVec<RawTokenRoute> {
    host(context).shared.token_routes.iter().cloned().collect()
}
