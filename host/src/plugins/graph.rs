//! Which plugins need which: whether the enabled ones can work together, and
//! in which order they start.
//!
//! A pure function of manifests. It knows nothing of files and libraries.

use hob_plugin_manifest::Manifest;

use super::claims;
use crate::diagnostic::{Diagnostic, Diagnostics, Place};

/// An enabled plugin.
#[derive(Debug, Clone)]
pub struct Node<'a> {
    pub manifest: &'a Manifest,
    /// Where its routes stand.
    pub prefix: &'a str,
    /// The host that it has for itself.
    pub host: Option<&'a str>,
    /// Where the operator enabled it.
    pub place: Place,
}

/// What the host itself claims and offers.
#[derive(Debug, Clone, Copy, Default)]
pub struct Core<'a> {
    /// Method and path, e.g. `("GET", "/login")`.
    pub routes: &'a [(&'a str, &'a str)],
    /// The first words after `hob`, e.g. `user`.
    pub commands: &'a [&'a str],
    /// What the names of its tables begin with.
    pub tables: &'a [&'a str],
    /// The services that plugins may require of it: id and version.
    pub services: &'a [(&'a str, u32)],
    /// The events that it raises: name and version.
    pub events: &'a [(&'a str, u32)],
}

/// Checks the enabled plugins against each other. The answer is the order in
/// which they start, as indices of `enabled`: a plugin after those whose
/// services it uses, and else in the order of `enabled`. `disabled` are the
/// plugins that are installed but not enabled, for the fix.
///
/// # Errors
/// Missing services, cycles, and whatever two of them claim.
pub fn start_order(
    enabled: &[Node<'_>],
    disabled: &[&Manifest],
    core: &Core<'_>,
) -> Result<Vec<usize>, Diagnostics> {
    let mut errors = Diagnostics::none();
    for node in enabled {
        for (service, &version) in &node.manifest.requires {
            if !is_offered(enabled, core, node, service, version) {
                errors.push(missing(enabled, disabled, node, service, version));
            }
        }
    }
    claims::check(enabled, core, &mut errors);
    if !errors.is_empty() {
        return Err(errors);
    }
    sorted(enabled, core).map_err(Diagnostics::from)
}

fn is_offered(
    enabled: &[Node<'_>],
    core: &Core<'_>,
    by: &Node<'_>,
    service: &str,
    version: u32,
) -> bool {
    core.services.contains(&(service, version))
        || enabled
            .iter()
            .any(|other| other.manifest.id != by.manifest.id && offers(other, service, version))
}

fn offers(node: &Node<'_>, service: &str, version: u32) -> bool {
    node.manifest.offers.get(service) == Some(&version)
}

fn missing(
    enabled: &[Node<'_>],
    disabled: &[&Manifest],
    node: &Node<'_>,
    service: &str,
    version: u32,
) -> Diagnostic {
    let id = &node.manifest.id;
    let other_version = enabled
        .iter()
        .map(|other| other.manifest)
        .filter(|other| other.id != *id)
        .find_map(|other| Some((&other.id, other.offers.get(service)?)));
    let provider = disabled
        .iter()
        .find(|other| other.offers.get(service) == Some(&version));
    let what = match other_version {
        Some((provider, offered)) => format!(
            "plugin {id} needs the service {service} v{version}, and {provider} offers v{offered}"
        ),
        None => format!(
            "plugin {id} needs the service {service} v{version}, and no enabled plugin offers it"
        ),
    };
    let fix = match (provider, other_version) {
        (Some(provider), _) => {
            format!("enable {}, which is installed and offers it", provider.id)
        }
        (None, Some((provider, offered))) => format!(
            "install a build of {provider} that offers v{version}, or one of {id} that needs \
             v{offered}"
        ),
        (None, None) => {
            format!("install a plugin that offers it and enable it, or remove {id} from `enabled`")
        }
    };
    Diagnostic::new(what).at(node.place.clone()).fix(fix)
}

/// Takes, again and again, the first plugin that can start. One that waits
/// for something optional, or for a second provider, is taken early only
/// where nothing else could be.
fn sorted(enabled: &[Node<'_>], core: &Core<'_>) -> Result<Vec<usize>, Diagnostic> {
    let mut order: Vec<usize> = Vec::with_capacity(enabled.len());
    while order.len() < enabled.len() {
        let waiting = || (0..enabled.len()).filter(|index| !order.contains(index));
        let next = waiting()
            .find(|&index| uses(enabled, index).all(|(other, _)| order.contains(&other)))
            .or_else(|| {
                waiting().find(|&index| unmet(enabled, core, index, &order).next().is_none())
            });
        match next {
            Some(index) => order.push(index),
            None => {
                let waiting: Vec<_> = waiting().collect();
                return Err(cycle(enabled, core, &waiting, &order));
            }
        }
    }
    Ok(order)
}

/// The plugins whose services a plugin requires or would like, and which.
fn uses<'a>(
    enabled: &'a [Node<'a>],
    index: usize,
) -> impl Iterator<Item = (usize, (&'a str, u32))> {
    let manifest = enabled[index].manifest;
    manifest
        .requires
        .iter()
        .chain(&manifest.optional)
        .flat_map(move |(service, &version)| {
            (0..enabled.len())
                .filter(move |&other| other != index && offers(&enabled[other], service, version))
                .map(move |other| (other, (service.as_str(), version)))
        })
}

/// The required services that none of the started plugins offers.
fn unmet<'a>(
    enabled: &'a [Node<'a>],
    core: &'a Core<'a>,
    index: usize,
    started: &'a [usize],
) -> impl Iterator<Item = (&'a str, u32)> {
    enabled[index]
        .manifest
        .requires
        .iter()
        .map(|(service, &version)| (service.as_str(), version))
        .filter(move |&(service, version)| {
            !core.services.contains(&(service, version))
                && !started
                    .iter()
                    .any(|&other| offers(&enabled[other], service, version))
        })
}

fn cycle(
    enabled: &[Node<'_>],
    core: &Core<'_>,
    waiting: &[usize],
    started: &[usize],
) -> Diagnostic {
    // Every plugin that waits needs another that waits, so whoever follows
    // the needs comes round.
    let mut path: Vec<usize> = vec![waiting[0]];
    let mut needs = Vec::new();
    let begin = loop {
        let current = path[path.len() - 1];
        let (service, version) = unmet(enabled, core, current, started)
            .next()
            .expect("a plugin that waits has an unmet need");
        let provider = waiting
            .iter()
            .copied()
            .find(|&other| other != current && offers(&enabled[other], service, version))
            .expect("every need has a provider, and those that started meet theirs");
        needs.push(format!(
            "{} needs {service} v{version} of {}",
            enabled[current].manifest.id, enabled[provider].manifest.id
        ));
        if let Some(begin) = path.iter().position(|&earlier| earlier == provider) {
            break begin;
        }
        path.push(provider);
    };
    let ids: Vec<_> = path[begin..]
        .iter()
        .map(|&index| enabled[index].manifest.id.as_str())
        .collect();
    let diagnostic = Diagnostic::new(format!(
        "plugins {} need each other, and none can start first: {}",
        ids.join(", "),
        needs[begin..].join(", ")
    ));
    path[begin..]
        .iter()
        .fold(diagnostic, |diagnostic, &index| {
            diagnostic.at(enabled[index].place.clone())
        })
        .fix("disable one of them")
}

#[cfg(test)]
mod tests;
