//! The shape of `plugin.toml`.

mod check;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use check::ManifestError;

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
