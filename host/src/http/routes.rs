//! The map of all URLs: the site's own first, then each plugin's.
//!
//! Below a path of its own (`[site] url`) a site has that path in every entry
//! of the map, so that a request is looked up as it comes and a signature is
//! checked over what was signed. `site::Address` puts it into what goes out.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Router,
    routing::{MethodRouter, get, post},
};
use hob_plugin_manifest::Route;
use http::Method;

use super::{
    App,
    bridge::PluginRoute,
    dispatch::{Area, Dispatch, Endpoint, ProgramArea, Tree},
    endpoints::{
        account, admin, admin_audit, assets, connections, health, home, language, login, media,
        member, upload,
    },
    page::Failure,
};
use crate::plugins::claims::canonical;

/// The routes of the site itself, for the check that no plugin claims one.
/// Compared with the router in a test.
pub const CORE_ROUTES: &[(&str, &str)] = &[
    ("GET", "/"),
    ("POST", "/language"),
    ("GET", "/login"),
    ("POST", "/login"),
    ("POST", "/logout"),
    ("GET", "/account"),
    ("POST", "/account/profile"),
    ("POST", "/account/password"),
    ("POST", "/account/sessions/{id}/revoke"),
    ("POST", "/account/sessions/revoke-others"),
    ("GET", "/connections"),
    ("POST", "/connections/revoke"),
    ("GET", "/connections/{provider}/{id}"),
    ("GET", "/admin"),
    ("GET", "/admin/audit"),
    ("GET", "/admin/audit/export"),
    ("GET", "/u/{username}"),
    ("GET", "/m/{id}"),
    ("GET", "/m/{id}/edit"),
    ("POST", "/m/{id}/edit"),
    ("POST", "/m/{id}/delete"),
    ("GET", "/media/{id}/{size}"),
    ("GET", "/upload"),
    ("POST", "/upload"),
    ("GET", "/static/{file}"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
];

/// All routes of the running site, on each of its hosts.
#[must_use]
pub fn dispatch(app: &App) -> Dispatch {
    let mut hosts: Vec<Tree> = Vec::new();
    for plugin in app.plugins().iter() {
        let known = std::iter::once(app).chain(hosts.iter().map(Tree::app));
        if !known
            .map(|app| &app.site().address)
            .any(|address| *address == plugin.address)
        {
            hosts.push(tree(&app.at(plugin.address.clone())));
        }
    }
    Dispatch::new(tree(app), hosts)
}

/// All that stands at one address: the site's own pages, and the plugins that
/// are there.
fn tree(app: &App) -> Tree {
    let base = app.site().address.base().to_owned();
    let mut endpoints: BTreeMap<String, Endpoint> = BTreeMap::new();
    let mut areas: Vec<Area> = Vec::new();
    let mut site = Router::new();
    for (_, path, handler) in core_routes() {
        let path = canonical(&format!("{base}{path}")).0;
        site = site.route(&path, handler);
        let fixed = path.split("/{").next().unwrap_or_default();
        areas.push(Area {
            prefix: fixed.trim_end_matches('/').to_owned(),
            programs: None,
        });
        endpoints.entry(path).or_default().site = true;
    }
    if !base.is_empty() {
        site = site.route(&base, get(home::from_bare_path));
        endpoints.entry(base.clone()).or_default().site = true;
    }
    let plugins = app.plugins().iter();
    for plugin in plugins.filter(|plugin| plugin.address == app.site().address) {
        let bound: Vec<String> = (plugin.http.routes)(plugin.http.context)
            .into_iter()
            .map(String::from)
            .collect();
        let mut below_prefix = Vec::new();
        for route in &plugin.manifest.routes {
            let index = bound
                .iter()
                .position(|bound| *bound == route.route)
                .and_then(|index| u32::try_from(index).ok())
                .expect("the start of the plugin has matched routes and functions");
            let watched = app
                .watchdog()
                .name(format!("plugin {}, route {}", plugin.id, route.route));
            let method = Method::from_bytes(route.method().as_bytes())
                .expect("the manifest's check knows the methods");
            for path in paths(&base, &plugin.prefix, route) {
                let (path, parameters) = canonical(&path);
                let answering = Arc::new(PluginRoute {
                    plugin: plugin.id.clone(),
                    signs_in: plugin.manifest.signs_in,
                    table: plugin.http,
                    index,
                    route: route.clone(),
                    parameters,
                    watched,
                });
                if !route.root {
                    below_prefix.push((method.clone(), Arc::clone(&answering)));
                }
                // A prefix can bring two routes of one plugin together, as
                // `/auth` does an alias `/token` and the root's `/auth/token`:
                // the first counts.
                let endpoint = endpoints.entry(path).or_default();
                if !endpoint.plugins.iter().any(|(own, _)| *own == method) {
                    endpoint.plugins.push((method.clone(), answering));
                }
            }
        }
        // Without a prefix, the site's own addresses are there too.
        if !plugin.prefix.is_empty() {
            areas.push(Area {
                prefix: format!("{base}{}", plugin.prefix),
                programs: ProgramArea::new(&below_prefix),
            });
        }
    }
    let site = site
        .fallback(|| async { Failure::NotFound })
        .method_not_allowed_fallback(|| async { Failure::WrongMethod })
        .with_state(app.clone());
    Tree::new(app.clone(), endpoints, areas, site)
}

/// The map of the site's own pages.
fn core_routes() -> Vec<(&'static str, &'static str, MethodRouter<App>)> {
    vec![
        ("GET", "/", get(home::show)),
        ("POST", "/language", post(language::choose)),
        ("GET", "/login", get(login::show)),
        ("POST", "/login", post(login::sign_in)),
        ("POST", "/logout", post(login::sign_out)),
        ("GET", "/account", get(account::show)),
        ("POST", "/account/profile", post(account::change_profile)),
        ("POST", "/account/password", post(account::change_password)),
        (
            "POST",
            "/account/sessions/{id}/revoke",
            post(account::revoke_session),
        ),
        (
            "POST",
            "/account/sessions/revoke-others",
            post(account::revoke_others),
        ),
        ("GET", "/connections", get(connections::list)),
        ("POST", "/connections/revoke", post(connections::revoke)),
        (
            "GET",
            "/connections/{provider}/{id}",
            get(connections::show),
        ),
        ("GET", "/admin", get(admin::show)),
        ("GET", "/admin/audit", get(admin_audit::list)),
        ("GET", "/admin/audit/export", get(admin_audit::export)),
        ("GET", "/u/{username}", get(member::show)),
        ("GET", "/m/{id}", get(media::show)),
        ("GET", "/m/{id}/edit", get(media::edit)),
        ("POST", "/m/{id}/edit", post(media::save)),
        ("POST", "/m/{id}/delete", post(media::delete)),
        ("GET", "/media/{id}/{size}", get(media::file)),
        ("GET", "/upload", get(upload::show)),
        ("POST", "/upload", post(upload::publish)),
        ("GET", "/static/{file}", get(assets::serve)),
        ("GET", "/healthz", get(health::alive)),
        ("GET", "/readyz", get(health::ready)),
    ]
}

/// Where a route stands: under the plugin's prefix, or at the root. A
/// well-known path of a site that has a path of its own stands at the host's
/// root too, with the site's path after it (RFC 8414, section 3.1).
fn paths(base: &str, prefix: &str, route: &Route) -> Vec<String> {
    let mut paths = Vec::new();
    for path in std::iter::once(route.path()).chain(route.aliases.iter().map(String::as_str)) {
        if route.root {
            paths.push(format!("{base}{path}"));
            if !base.is_empty() && path.starts_with("/.well-known/") {
                // A path that takes all that follows takes the site's path too.
                let takes_all = path.ends_with('}') && path.contains("{*");
                paths.push(match takes_all {
                    true => path.to_owned(),
                    false => format!("{path}{base}"),
                });
            }
        } else {
            paths.push(format!("{base}{prefix}{path}"));
        }
    }
    paths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_core_routes_is_the_router_s() {
        let routed: Vec<(&str, &str)> = core_routes()
            .iter()
            .map(|(method, path, _)| (*method, *path))
            .collect();
        assert_eq!(routed, CORE_ROUTES);
    }

    #[test]
    fn well_known_paths_also_stand_at_the_host_s_root() {
        let text = r#"
            id = "test"
            title = "A test"
            [[route]]
            route = "GET /.well-known/thing"
            aliases = ["/.well-known/thing/{*rest}"]
            root = true
        "#;
        let manifest = hob_plugin_manifest::Manifest::parse(text).unwrap();
        let route = &manifest.routes[0];
        assert_eq!(
            paths("", "/test", route),
            ["/.well-known/thing", "/.well-known/thing/{*rest}"]
        );
        let below_a_path = paths("/hob", "/test", route);
        assert_eq!(
            below_a_path,
            [
                "/hob/.well-known/thing",
                "/.well-known/thing/hob",
                "/hob/.well-known/thing/{*rest}",
                "/.well-known/thing/{*rest}",
            ]
        );
        // The router panics at a path that it does not understand.
        let router = below_a_path
            .iter()
            .fold(Router::<()>::new(), |router, path| {
                router.route(path, get(|| async {}))
            });
        drop(router);
    }
}
