//! The shape of `plugin.toml`.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::config::HOST_KEYS;

/// A plugin's declaration of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// What `[plugins] enabled` calls it: lower-case letters, digits and `_`.
    pub id: String,
    /// One line for people.
    pub title: String,
    /// Where its routes stand unless the operator moves them, e.g. `/oauth`.
    #[serde(default)]
    pub prefix: String,
    /// What the names of all its tables begin with, e.g. `oauth_`.
    #[serde(default)]
    pub tables: String,
    /// It keeps secrets sealed under the site's key, and does not start where
    /// the site has none.
    #[serde(default)]
    pub seals: bool,
    /// Services it offers to other plugins: id → version.
    #[serde(default)]
    pub offers: BTreeMap<String, u32>,
    /// Services without which it can't start.
    #[serde(default)]
    pub requires: BTreeMap<String, u32>,
    /// Services it uses where they are there.
    #[serde(default)]
    pub optional: BTreeMap<String, u32>,
    /// Events that it raises: name → version.
    #[serde(default)]
    pub raises: BTreeMap<String, u32>,
    /// Events that it hears of inside the transaction that they tell of.
    #[serde(default)]
    pub subscribes: BTreeMap<String, u32>,
    /// Events that it hears of once what they tell of is stored.
    #[serde(default)]
    pub subscribes_after: BTreeMap<String, u32>,
    /// Its answers may sign members in, without the site's own password.
    #[serde(default)]
    pub signs_in: bool,
    #[serde(default, rename = "route")]
    pub routes: Vec<Route>,
    #[serde(default, rename = "scope")]
    pub scopes: Vec<Scope>,
    /// The keys of its section `[plugin.<id>]` in `hob.toml`.
    #[serde(default)]
    pub config: BTreeMap<String, ConfigKey>,
    /// What an operator may write several times below that section, each time
    /// under another name: `[plugin.<id>.<section>.<name>]`.
    #[serde(default, rename = "section")]
    pub sections: BTreeMap<String, ConfigSection>,
    #[serde(default, rename = "command")]
    pub commands: Vec<Command>,
    /// What the commands are for that begin with the same words, as `--help`
    /// has it: the words → one line.
    #[serde(default)]
    pub command_groups: BTreeMap<String, String>,
    /// What it adds to a signed-in member's menu, and to the site's
    /// administration.
    #[serde(default)]
    pub menu: Vec<MenuEntry>,
}

/// A line of a menu.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MenuEntry {
    pub text: String,
    /// A path under the plugin's prefix.
    pub path: String,
    #[serde(default)]
    pub audience: MenuAudience,
}

/// Whom a line of a menu is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MenuAudience {
    /// Each signed-in member: it stands in the member's menu.
    #[default]
    Members,
    /// Administrators alone: it stands on the site's page of administration.
    Administrators,
}

/// One route: method and path, and what the host does before the handler.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// Method and path under the prefix, e.g. `GET /media/{id}`.
    pub route: String,
    /// More paths under the prefix that lead to the same handler.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// The path counts from the site's root and not from the prefix.
    #[serde(default)]
    pub root: bool,
    #[serde(default)]
    pub authentication: Authentication,
    #[serde(default)]
    pub body: Body,
    /// The largest body in bytes; the host's own limit where absent.
    #[serde(default)]
    pub limit: Option<u64>,
    /// For [`Authentication::Token`]: the scopes that a caller needs.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// For [`Authentication::Token`]: also works without a token.
    #[serde(default)]
    pub public: bool,
    /// Web pages of any origin may call it; the host answers preflights.
    #[serde(default)]
    pub cors: bool,
    /// The handler is told which browser asks, signed in or not.
    #[serde(default)]
    pub visit: bool,
}

impl Route {
    /// The method, e.g. `GET`.
    #[must_use]
    pub fn method(&self) -> &str {
        self.route.split_once(' ').map_or("", |(method, _)| method)
    }

    /// The path under the prefix (or the root), e.g. `/media/{id}`.
    #[must_use]
    pub fn path(&self) -> &str {
        self.route.split_once(' ').map_or("", |(_, path)| path)
    }
}

/// Who answers for a route's callers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Authentication {
    /// The site's own sign-in. The handler sees the member, if any; unsafe
    /// methods need the form's CSRF token.
    #[default]
    Session,
    /// As `session`, and who is not signed in is sent to the sign-in page.
    Member,
    /// As `member`, and for a member who is no administrator there is nothing
    /// at this address. What is answered is stored nowhere.
    Administrator,
    /// The handler checks credentials itself. It never sees the session's
    /// member, and no CSRF token is asked for.
    Own,
    /// A token service decides, by the route's `scopes`. As with `own`, the
    /// session is not seen.
    Token,
}

impl Authentication {
    /// Whether it is the site's own sign-in that answers for the callers, in
    /// whichever way: then there is a session, and forms carry its CSRF token.
    #[must_use]
    pub const fn is_by_session(self) -> bool {
        match self {
            Self::Session | Self::Member | Self::Administrator => true,
            Self::Own | Self::Token => false,
        }
    }
}

/// How a route takes a request's body.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Body {
    #[default]
    None,
    /// In memory, up to the limit.
    Buffered,
    /// Parsed by the host; files are spooled to disk.
    Multipart,
}

/// A scope that the plugin's routes ask for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    pub name: String,
    /// What it allows, as a member reads it: "See your photographs".
    pub sentence: String,
    /// What it touches: scopes of one group stand together on the consent
    /// page. Lower-case letters, digits and `_`.
    #[serde(default)]
    pub group: String,
    /// Marked on the consent page.
    #[serde(default)]
    pub dangerous: bool,
}

/// A kind of section below the plugin's own, of which there may be many.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfigSection {
    pub help: String,
    /// The keys of each.
    pub config: BTreeMap<String, ConfigKey>,
}

/// One key of the plugin's configuration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfigKey {
    #[serde(rename = "type")]
    pub kind: ConfigType,
    #[serde(default)]
    pub default: Option<serde_json::Value>,
    /// The operator has to write it.
    #[serde(default)]
    pub required: bool,
    /// Bounds, written as a value would be: `"1m"`, `3`.
    #[serde(default)]
    pub min: Option<serde_json::Value>,
    #[serde(default)]
    pub max: Option<serde_json::Value>,
    /// For `choice`: what may be chosen.
    #[serde(default)]
    pub values: Vec<String>,
    pub help: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConfigType {
    Boolean,
    Integer,
    String,
    Strings,
    /// `"90s"`, `"15m"`, `"1h"`, `"30d"`; the plugin gets whole seconds.
    Duration,
    Choice,
}

/// A command under `hob <plugin id> …`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Command {
    /// The words after the plugin's id, e.g. `client add`.
    pub command: String,
    pub about: String,
    pub examples: Vec<String>,
    #[serde(default, rename = "argument")]
    pub arguments: Vec<Argument>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Argument {
    /// `--name` is `name`.
    pub name: String,
    pub help: String,
    /// Shown for the value; a flag has none.
    #[serde(default)]
    pub value: Option<String>,
    #[serde(default)]
    pub required: bool,
    /// May be given more than once.
    #[serde(default)]
    pub multiple: bool,
    /// Given by its place and not by `--name`.
    #[serde(default)]
    pub positional: bool,
}

impl Command {
    /// The groups that it is in, the outermost first: `a` and `a b` for the
    /// command `a b c`.
    pub fn groups(&self) -> impl Iterator<Item = &str> {
        self.command
            .match_indices(' ')
            .map(|(end, _)| &self.command[..end])
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(routes: &[&str]) -> Option<String> {
        let routes: String = routes
            .iter()
            .map(|route| format!("[[route]]\nroute = {route:?}\n"))
            .collect();
        let text = format!("id = \"x\"\ntitle = \"X\"\n{routes}");
        Manifest::parse(&text).err().map(|error| error.to_string())
    }

    #[test]
    fn a_visit_is_a_browser_s() {
        let with = |authentication: &str| {
            let text = format!(
                "id = \"x\"\ntitle = \"X\"\n[[route]]\nroute = \"GET /a\"\nvisit = true\n\
                 authentication = {authentication:?}\n{}",
                if authentication == "token" {
                    "public = true"
                } else {
                    ""
                }
            );
            Manifest::parse(&text).is_ok()
        };
        assert!(with("session") && with("member"));
        assert!(!with("own") && !with("token"));
    }

    #[test]
    fn a_line_for_administrators_leads_to_a_page_of_theirs() {
        let with = |authentication: &str, audience: &str| {
            let text = format!(
                "id = \"x\"\ntitle = \"X\"\n\
                 [[menu]]\ntext = \"All\"\npath = \"/all\"\naudience = {audience:?}\n\
                 [[route]]\nroute = \"GET /all\"\nauthentication = {authentication:?}\n",
            );
            Manifest::parse(&text)
                .map(drop)
                .map_err(|error| error.to_string())
        };
        assert_eq!(with("administrator", "administrators"), Ok(()));
        assert_eq!(with("member", "members"), Ok(()));
        for lesser in ["session", "member", "own"] {
            let refused = with(lesser, "administrators").unwrap_err();
            assert!(refused.contains("menu \"All\""), "{refused}");
        }
    }

    #[test]
    fn an_administrator_s_form_carries_the_session_s_token() {
        let text = "id = \"x\"\ntitle = \"X\"\n[[route]]\nroute = \"POST /a\"\n\
                    authentication = \"administrator\"\n";
        let refused = Manifest::parse(text).unwrap_err().to_string();
        assert!(refused.contains("needs `body`"), "{refused}");
        let cors = format!("{text}body = \"buffered\"\ncors = true\n");
        let refused = Manifest::parse(&cors).unwrap_err().to_string();
        assert!(refused.contains("`cors` needs"), "{refused}");
        Manifest::parse(&format!("{text}body = \"buffered\"\n")).expect("it has a body");
    }

    #[test]
    fn sections_and_keys_have_names_of_their_own() {
        let with = |text: &str| {
            let key = "type = \"string\"\nhelp = \"h\"";
            let text = text.replace("KEY", key);
            let text = format!("id = \"x\"\ntitle = \"X\"\n{text}");
            Manifest::parse(&text)
                .map(drop)
                .map_err(|error| error.to_string())
        };
        let section = "[section.provider]\nhelp = \"h\"\n[section.provider.config.a]\nKEY\n";
        assert_eq!(with(section), Ok(()));
        assert_eq!(with(&format!("[config.a]\nKEY\n{section}")), Ok(()));
        for (text, problem) in [
            (
                format!("[config.provider]\nKEY\n{section}"),
                "is a key of [config] too",
            ),
            (section.replace("provider", "host"), "the host itself reads"),
            (section.replace("provider", "Provider"), "use a-z"),
            (
                section.replace("config.a", "config.A"),
                "section.provider.config.A",
            ),
            (
                format!("{section}required = true\ndefault = \"\""),
                "`default` has no use",
            ),
        ] {
            let refused = with(&text).unwrap_err();
            assert!(refused.contains(problem), "{refused}");
        }
    }

    #[test]
    fn braces_hold_a_whole_segment() {
        for good in ["GET /a/{id}", "GET /{id}/b", "GET /a/{id}/{*rest}"] {
            assert_eq!(problem(&[good]), None, "{good}");
        }
        for bad in [
            "GET /a/{",
            "GET /a/}",
            "GET /a{id}",
            "GET /{id}.json",
            "GET /{}",
            "GET /{*}",
            "GET /{*rest}/b",
            "GET /{{id}}",
            "GET /{a b}",
        ] {
            let problem = problem(&[bad]).unwrap_or_default();
            assert!(
                problem.contains("brace") || problem.contains("begins with"),
                "{bad}: {problem}"
            );
        }
    }

    #[test]
    fn an_event_has_a_dotted_name() {
        let problem = |name: &str| {
            let text = format!("id = \"x\"\ntitle = \"X\"\n[subscribes_after]\n{name:?} = 1\n");
            Manifest::parse(&text).err().map(|error| error.to_string())
        };
        assert_eq!(problem("org.example.album_emptied"), None);
        for bad in ["emptied", "a..b", ".a", "a.", "A.b", "a b.c"] {
            let problem = problem(bad).unwrap_or_default();
            assert!(problem.contains("a dotted name"), "{bad}: {problem}");
        }
    }

    #[test]
    fn a_route_is_declared_once_whatever_its_parameters_are_called() {
        let twice = problem(&["GET /x/{a}", "GET /x/{b}"]).unwrap_or_default();
        assert!(twice.contains("is declared twice"), "{twice}");
        assert_eq!(problem(&["GET /x/{a}", "HEAD /x/{a}", "GET /x/new"]), None);
    }

    fn problem_of_commands(groups: &str, commands: &[&str]) -> Option<String> {
        let commands: String = commands
            .iter()
            .map(|command| {
                format!("[[command]]\ncommand = {command:?}\nabout = \"X\"\nexamples = []\n")
            })
            .collect();
        let text = format!("id = \"x\"\ntitle = \"X\"\n[command_groups]\n{groups}\n{commands}");
        Manifest::parse(&text).err().map(|error| error.to_string())
    }

    #[test]
    fn each_group_of_commands_says_what_it_is_for() {
        let commands = ["prune", "client add", "client key add"];
        let all = "client = \"X\"\n\"client key\" = \"X\"";
        assert_eq!(problem_of_commands(all, &commands), None);
        let inner = problem_of_commands("client = \"X\"", &commands).unwrap_or_default();
        assert!(
            inner.contains("client key add") && inner.contains("`client key`"),
            "{inner}"
        );
        let idle = problem_of_commands("token = \"X\"", &["prune"]).unwrap_or_default();
        assert!(idle.contains("command_groups.token"), "{idle}");
        let twice = problem_of_commands("", &["prune", "prune"]).unwrap_or_default();
        assert!(twice.contains("is declared twice"), "{twice}");
    }
}
