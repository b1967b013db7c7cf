//! What a plugin claims for itself and nobody else may: its id, its routes,
//! its tables, its scopes, its commands, its events.

use std::collections::{BTreeMap, BTreeSet, btree_map::Entry};

use hob_plugin_manifest::{Manifest, Route};

use super::graph::{Core, Node};
use crate::diagnostic::{Diagnostic, Diagnostics};

/// Where a path of a route stands on the site. `path` is the route's own or
/// one of its aliases.
#[must_use]
pub fn full_path(prefix: &str, route: &Route, path: &str) -> String {
    let full = if route.root {
        path.to_owned()
    } else {
        format!("{prefix}{path}")
    };
    if full.is_empty() { "/".into() } else { full }
}

/// All methods and paths of a plugin's routes, aliases among them.
pub fn routes<'a>(
    manifest: &'a Manifest,
    prefix: &'a str,
) -> impl Iterator<Item = (&'a str, String)> {
    manifest.routes.iter().flat_map(move |route| {
        std::iter::once(route.path())
            .chain(route.aliases.iter().map(String::as_str))
            .map(move |path| (route.method(), full_path(prefix, route, path)))
    })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Route,
    Tables,
    Scope,
    Event,
}

impl Kind {
    fn fix(self, mover: &str) -> String {
        match self {
            Self::Route => {
                format!(
                    "move the routes of {mover} with `prefix` in [plugin.{mover}], or disable it"
                )
            }
            Self::Tables | Self::Scope | Self::Event => {
                format!("disable {mover}; its author must choose another name")
            }
        }
    }
}

/// Reports everything that two plugins, or a plugin and the core, claim.
pub(super) fn check(nodes: &[Node<'_>], core: &Core<'_>, errors: &mut Diagnostics) {
    let mut claims = Claims::default();
    for host in hosts(nodes) {
        for (method, path) in core.routes {
            claims.claim(None, Kind::Route, shape(host, method, path), "");
        }
    }
    for (name, _) in core.events {
        claims.claim(None, Kind::Event, (*name).to_owned(), "");
    }
    for node in nodes {
        let manifest = node.manifest;
        if core.commands.contains(&manifest.id.as_str()) {
            errors.push(
                Diagnostic::new(format!(
                    "plugin {0} claims the command `hob {0}`, which is Hob's own",
                    manifest.id
                ))
                .at(node.place.clone())
                .fix(format!(
                    "disable {}; its author must choose another id",
                    manifest.id
                )),
            );
        }
        for (method, path) in routes(manifest, node.prefix) {
            let on = node
                .host
                .map_or(String::new(), |host| format!(" on {host}"));
            let shown = format!("the route {method} {path}{on}");
            claims.claim(
                Some(node),
                Kind::Route,
                shape(node.host, method, &path),
                &shown,
            );
        }
        for scope in &manifest.scopes {
            let shown = format!("the scope `{}`", scope.name);
            claims.claim(Some(node), Kind::Scope, scope.name.clone(), &shown);
        }
        for name in manifest.raises.keys() {
            let shown = format!("the event {name}");
            claims.claim(Some(node), Kind::Event, name.clone(), &shown);
        }
    }
    errors.extend(claims.conflicts.into_values().map(Conflict::diagnostic));
    check_paths(nodes, core, errors);
    check_tables(nodes, core, errors);
}

#[derive(Default)]
struct Claims<'a> {
    owners: BTreeMap<(Kind, String), Option<&'a Node<'a>>>,
    /// By kind and the ids of both parties.
    conflicts: BTreeMap<(Kind, String, String), Conflict<'a>>,
}

/// What two parties claim; only the first of many is shown.
struct Conflict<'a> {
    kind: Kind,
    first: Option<&'a Node<'a>>,
    second: &'a Node<'a>,
    shown: String,
    more: usize,
}

impl<'a> Claims<'a> {
    fn claim(&mut self, claimant: Option<&'a Node<'a>>, kind: Kind, key: String, shown: &str) {
        let first = match self.owners.entry((kind, key)) {
            Entry::Vacant(entry) => {
                entry.insert(claimant);
                return;
            }
            Entry::Occupied(entry) => *entry.get(),
        };
        // What one party claims twice is the affair of its manifest's check.
        let Some(second) = claimant else { return };
        let id = |node: &Node<'_>| node.manifest.id.clone();
        if first.map(id) == claimant.map(id) {
            return;
        }
        let parties = (kind, first.map(id).unwrap_or_default(), id(second));
        self.conflicts
            .entry(parties)
            .and_modify(|conflict| conflict.more += 1)
            .or_insert_with(|| Conflict {
                kind,
                first,
                second,
                shown: shown.to_owned(),
                more: 0,
            });
    }
}

impl Conflict<'_> {
    fn diagnostic(self) -> Diagnostic {
        let second = &self.second.manifest.id;
        let more = match self.more {
            0 => String::new(),
            more => format!(", and {more} more"),
        };
        let Some(first) = self.first else {
            let shown = self.shown;
            return Diagnostic::new(format!(
                "plugin {second} claims {shown}, which is Hob's own{more}"
            ))
            .at(self.second.place.clone())
            .fix(self.kind.fix(second));
        };
        Diagnostic::new(format!(
            "plugins {} and {second} both claim {}{more}",
            first.manifest.id, self.shown
        ))
        .at(first.place.clone())
        .at(self.second.place.clone())
        .fix(self.kind.fix(second))
    }
}

/// A prefix of tables also claims every longer one.
fn check_tables(nodes: &[Node<'_>], core: &Core<'_>, errors: &mut Diagnostics) {
    let overlap =
        |a: &str, b: &str| !a.is_empty() && !b.is_empty() && (a.starts_with(b) || b.starts_with(a));
    for (index, node) in nodes.iter().enumerate() {
        let (id, tables) = (&node.manifest.id, node.manifest.tables.as_str());
        let shown = format!("the tables `{tables}…`");
        if core.tables.iter().any(|core| overlap(core, tables)) {
            errors.push(
                Diagnostic::new(format!("plugin {id} claims {shown}, which are Hob's own"))
                    .at(node.place.clone())
                    .fix(Kind::Tables.fix(id)),
            );
        }
        for earlier in &nodes[..index] {
            if overlap(&earlier.manifest.tables, tables) {
                let conflict = Conflict {
                    kind: Kind::Tables,
                    first: Some(earlier),
                    second: node,
                    shown: shown.clone(),
                    more: 0,
                };
                errors.push(conflict.diagnostic());
            }
        }
    }
}

/// Two routes of one host that differ only in the names of their parameters are
/// one.
fn shape(host: Option<&str>, method: &str, path: &str) -> String {
    let host = host.unwrap_or_default();
    format!("{host} {method} {}", canonical(path).0)
}

/// The site's own host, and those of plugins. The site's own routes stand on
/// each.
fn hosts<'a>(nodes: &[Node<'a>]) -> BTreeSet<Option<&'a str>> {
    std::iter::once(None)
        .chain(nodes.iter().map(|node| node.host))
        .collect()
}

/// A path whose parameters are called by their place, and what they are
/// called in truth.
#[must_use]
pub fn canonical(path: &str) -> (String, Vec<String>) {
    let mut names = Vec::new();
    let segments: Vec<String> = path
        .split('/')
        .map(|segment| {
            let Some(name) = segment
                .strip_prefix('{')
                .and_then(|rest| rest.strip_suffix('}'))
            else {
                return segment.to_owned();
            };
            let (star, name) = match name.strip_prefix('*') {
                Some(name) => ("*", name),
                None => ("", name),
            };
            names.push(name.to_owned());
            format!("{{{star}p{}}}", names.len())
        })
        .collect();
    (segments.join("/"), names)
}

/// Paths of which a request could fit two, so that they can't stand in one
/// tree: `/x/{id}` and `/x/{*rest}`. Whoever asks with which method.
fn check_paths(nodes: &[Node<'_>], core: &Core<'_>, errors: &mut Diagnostics) {
    for host in hosts(nodes) {
        check_paths_of_host(host, nodes, core, errors);
    }
}

fn check_paths_of_host(
    host: Option<&str>,
    nodes: &[Node<'_>],
    core: &Core<'_>,
    errors: &mut Diagnostics,
) {
    let mut tree = matchit::Router::new();
    // Who owns a path and how it is written, by how the tree has it.
    let mut owners: BTreeMap<String, (Option<&Node<'_>>, String)> = BTreeMap::new();
    let core_paths = core
        .routes
        .iter()
        .map(|(_, path)| (None, (*path).to_owned()));
    let here = nodes.iter().filter(|node| node.host == host);
    let plugin_paths = here.flat_map(|node| {
        routes(node.manifest, node.prefix).map(move |(_, path)| (Some(node), path))
    });
    for (owner, path) in core_paths.chain(plugin_paths) {
        let key = canonical(&path).0;
        if owners.contains_key(&key) {
            continue;
        }
        match (tree.insert(&key, ()), owner) {
            (Ok(()), _) | (Err(_), None) => {
                owners.insert(key, (owner, path));
            }
            (Err(error), Some(node)) => {
                errors.push(unfit_path(node, &path, &error, &owners));
            }
        }
    }
}

fn unfit_path(
    node: &Node<'_>,
    path: &str,
    error: &matchit::InsertError,
    owners: &BTreeMap<String, (Option<&Node<'_>>, String)>,
) -> Diagnostic {
    let id = &node.manifest.id;
    let other = match error {
        matchit::InsertError::Conflict { with } => owners.get(with),
        _ => None,
    };
    let Some((owner, other)) = other else {
        return Diagnostic::new(format!(
            "the path {path} of plugin {id} is malformed: {error}"
        ))
        .at(node.place.clone())
        .fix(format!("disable {id}; its author must write it otherwise"));
    };
    let of = match owner {
        Some(owner) if owner.manifest.id == *id => "of its own".to_owned(),
        Some(owner) => format!("of plugin {}", owner.manifest.id),
        None => "of Hob's own".to_owned(),
    };
    let diagnostic = Diagnostic::new(format!(
        "the path {path} of plugin {id} can't stand beside {other} {of}: some addresses fit both"
    ));
    let diagnostic = match owner {
        Some(owner) if owner.manifest.id != *id => diagnostic.at(owner.place.clone()),
        _ => diagnostic,
    };
    diagnostic.at(node.place.clone()).fix(Kind::Route.fix(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_called_by_their_place() {
        assert_eq!(
            canonical("/a/{id}/b/{*rest}"),
            (
                "/a/{p1}/b/{*p2}".to_owned(),
                vec!["id".to_owned(), "rest".to_owned()]
            )
        );
        assert_eq!(canonical("/"), ("/".to_owned(), Vec::new()));
    }
}
