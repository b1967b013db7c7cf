//! What `plugin.toml` has to hold beyond its grammar: names, paths and scopes
//! that fit each other.

use std::collections::{BTreeMap, BTreeSet};

use super::{Authentication, Body, ConfigKey, Manifest, MenuAudience, Route};
use crate::config::HOST_KEYS;

/// What is wrong with a manifest.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    #[error("{0}")]
    Syntax(#[from] toml::de::Error),
    #[error("`{field}`: {problem}")]
    Field { field: String, problem: String },
}

const METHODS: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

impl Manifest {
    /// Reads `plugin.toml` and checks what its grammar can't.
    ///
    /// # Errors
    /// The syntax error with its place, or the field with what is wrong.
    pub fn parse(text: &str) -> Result<Self, ManifestError> {
        let manifest: Self = toml::from_str(text)?;
        manifest.check()?;
        Ok(manifest)
    }

    /// Checks names, paths and scopes against each other.
    ///
    /// # Errors
    /// The field that is wrong, and why.
    pub fn check(&self) -> Result<(), ManifestError> {
        let fail = |field: String, problem: &str| {
            Err(ManifestError::Field {
                field,
                problem: problem.to_owned(),
            })
        };
        if !is_name(&self.id) {
            return fail("id".into(), "use a-z, 0-9 and _, beginning with a letter");
        }
        if !Self::is_prefix(&self.prefix) {
            return fail(
                "prefix".into(),
                "a path begins with / and does not end in it",
            );
        }
        let tables_fit = is_name(&self.tables) && self.tables.ends_with('_');
        if !self.tables.is_empty() && !tables_fit {
            return fail("tables".into(), "a prefix such as `oauth_`");
        }
        let events = [&self.raises, &self.subscribes, &self.subscribes_after];
        for event in events.into_iter().flat_map(BTreeMap::keys) {
            if !event.contains('.') || !event.split('.').all(is_name) {
                return fail(
                    format!("event {event:?}"),
                    "a dotted name such as `hob.member.disabled`",
                );
            }
        }
        let mut seen = BTreeSet::new();
        for route in &self.routes {
            let field = format!("route {:?}", route.route);
            if !METHODS.contains(&route.method()) {
                return fail(field, "begins with GET, HEAD, POST, PUT, PATCH or DELETE");
            }
            for path in
                std::iter::once(route.path()).chain(route.aliases.iter().map(String::as_str))
            {
                if !is_path(path) && !path.is_empty() {
                    return fail(field, "a path begins with / and does not end in it");
                }
                let Some(shape) = shape(path) else {
                    return fail(
                        field,
                        "braces hold a whole segment: `{name}`, or as the last one `{*name}`",
                    );
                };
                if !seen.insert((route.method().to_owned(), route.root, shape)) {
                    return fail(
                        field,
                        "is declared twice: what parameters are called makes no difference",
                    );
                }
            }
            let token = route.authentication == Authentication::Token;
            if token && route.scopes.is_empty() && !route.public {
                return fail(
                    field,
                    "authentication = \"token\" needs `scopes`, or `public = true`",
                );
            }
            let session = route.authentication.is_by_session();
            if session && route.cors {
                return fail(
                    field,
                    "`cors` needs authentication = \"own\" or \"token\": the session is this site's own",
                );
            }
            if !session && route.visit {
                return fail(
                    field,
                    "`visit` is of a browser: it needs the site's own sign-in",
                );
            }
            let safe = matches!(route.method(), "GET" | "HEAD");
            if session && !safe && route.body == Body::None {
                return fail(
                    field,
                    "needs `body`, since the form of a session carries its CSRF token there",
                );
            }
            if !token && (!route.scopes.is_empty() || route.public) {
                return fail(
                    field,
                    "`scopes` and `public` need authentication = \"token\"",
                );
            }
        }
        for entry in &self.menu {
            let leads_to =
                |route: &&Route| !route.root && route.route == format!("GET {}", entry.path);
            let page = self.routes.iter().find(leads_to);
            let guarded =
                page.is_some_and(|page| page.authentication == Authentication::Administrator);
            if entry.audience == MenuAudience::Administrators && !guarded {
                return fail(
                    format!("menu {:?}", entry.text),
                    "a page for administrators is a GET route with authentication = \"administrator\"",
                );
            }
        }
        for scope in &self.scopes {
            if scope.name.is_empty() || !scope.name.bytes().all(is_scope_byte) {
                return fail(
                    format!("scope {:?}", scope.name),
                    "use visible ASCII without space, quote and backslash (RFC 6749, 3.3)",
                );
            }
            if !scope.group.is_empty() && !is_name(&scope.group) {
                return fail(
                    format!("scope {:?}", scope.name),
                    "its `group` is a-z, 0-9 and _, beginning with a letter",
                );
            }
        }
        self.check_config()?;
        self.check_commands()
    }

    /// Keys and sections stand in one table of `hob.toml`, beside the host's
    /// own keys.
    fn check_config(&self) -> Result<(), ManifestError> {
        let fail = |field: String, problem: &str| {
            Err(ManifestError::Field {
                field,
                problem: problem.to_owned(),
            })
        };
        for (name, section) in &self.sections {
            let field = format!("section.{name}");
            if self.config.contains_key(name) {
                return fail(field, "is a key of [config] too");
            }
            if HOST_KEYS.contains(&name.as_str()) {
                return fail(field, "is a key that the host itself reads");
            }
            if !is_name(name) {
                return fail(field, "use a-z, 0-9 and _, beginning with a letter");
            }
            check_keys(&format!("{field}.config"), &section.config)?;
        }
        if let Some(name) = HOST_KEYS
            .into_iter()
            .find(|key| self.config.contains_key(*key))
        {
            return fail(
                format!("config.{name}"),
                "is a key that the host itself reads",
            );
        }
        check_keys("config", &self.config)
    }

    /// Whether an operator may call a section so: what stands in addresses and
    /// tables without an escape.
    #[must_use]
    pub fn is_section_name(text: &str) -> bool {
        is_name(text)
    }

    /// No command twice, and each group of commands with its line.
    fn check_commands(&self) -> Result<(), ManifestError> {
        let fail = |field: String, problem: String| Err(ManifestError::Field { field, problem });
        let mut seen = BTreeSet::new();
        let mut groups = BTreeSet::new();
        for command in &self.commands {
            let field = format!("command {:?}", command.command);
            if !seen.insert(command.command.as_str()) {
                return fail(field, "is declared twice".to_owned());
            }
            for group in command.groups() {
                if !self.command_groups.contains_key(group) {
                    let problem = format!("say in [command_groups] what `{group}` is for");
                    return fail(field, problem);
                }
                groups.insert(group);
            }
        }
        let idle = |group: &&String| !groups.contains(group.as_str());
        match self.command_groups.keys().find(idle) {
            None => Ok(()),
            Some(group) => fail(
                format!("command_groups.{group}"),
                "no command begins with it".to_owned(),
            ),
        }
    }

    /// Whether an operator may move a plugin's routes here: nothing (the
    /// site's root), or a path such as `/oauth`.
    #[must_use]
    pub fn is_prefix(text: &str) -> bool {
        text.is_empty() || is_path(text) && !text.contains(['{', '}', '\\'])
    }
}

fn check_keys(place: &str, keys: &BTreeMap<String, ConfigKey>) -> Result<(), ManifestError> {
    for (name, key) in keys {
        let fits = match is_name(name) {
            true => key.check(),
            false => Err("use a-z, 0-9 and _, beginning with a letter".to_owned()),
        };
        fits.map_err(|problem| ManifestError::Field {
            field: format!("{place}.{name}"),
            problem,
        })?;
    }
    Ok(())
}

fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_lowercase())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

fn is_path(text: &str) -> bool {
    text.starts_with('/') && !text.ends_with('/') && !text.contains(['?', '#', ' '])
}

/// The path without the names of its parameters. None where braces stand for
/// something else.
fn shape(path: &str) -> Option<String> {
    let segments: Vec<&str> = path.split('/').collect();
    let last = segments.len() - 1;
    let shapes: Option<Vec<&str>> = segments
        .iter()
        .enumerate()
        .map(|(at, segment)| {
            if !segment.contains(['{', '}']) {
                return Some(*segment);
            }
            let name = segment.strip_prefix('{')?.strip_suffix('}')?;
            match name.strip_prefix('*') {
                Some(name) if at == last && is_name(name) => Some("{*}"),
                None if is_name(name) => Some("{}"),
                _ => None,
            }
        })
        .collect();
    Some(shapes?.join("/"))
}

fn is_scope_byte(byte: u8) -> bool {
    matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e)
}
