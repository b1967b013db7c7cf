//! An application as the commands print it, for programs and for people.

use std::fmt::Write;

use serde::Serialize;

use crate::{
    models::{Client, ClientAuthentication, ClientSecret, ClientUse, Registrar},
    secret::PlainSecret,
};

/// A client, for programs.
#[derive(Serialize)]
pub struct ClientJson<'a> {
    client_id: &'a str,
    /// Only when it is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret: Option<&'a str>,
    name: &'a str,
    kind: &'a str,
    token_endpoint_auth_method: &'a str,
    /// The ids of its keys, or their thumbprints.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    keys: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    website: Option<&'a str>,
    redirect_uris: Vec<&'a str>,
    scope: String,
    /// What of it it does not work without.
    required_scope: String,
    grant_types: Vec<&'a str>,
    dpop_bound_access_tokens: bool,
    /// `operator`, `member`, or `itself`.
    registered_by: &'static str,
    owner_id: Option<i64>,
    /// What its member is called, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// What let in a client that registered itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initial_access_token: Option<i64>,
    introspects: bool,
    legacy_query: bool,
    /// Names its content; null where it has none.
    logo: Option<String>,
    /// Those that count now.
    #[serde(skip_serializing_if = "Option::is_none")]
    secrets: Option<Vec<SecretJson>>,
    created_at: String,
    suspended_at: Option<String>,
    require_pushed_authorization_requests: bool,
    /// Where it was asked for.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    usage: Option<UseJson<'a>>,
}

/// How it is used.
#[derive(Serialize)]
struct UseJson<'a> {
    /// How many members allow it.
    members: u64,
    last_used_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suspension_reason: Option<&'a str>,
}

/// What is known of a secret that is not known itself.
#[derive(Serialize)]
struct SecretJson {
    created_at: String,
    expires_at: Option<String>,
    last_used_at: Option<String>,
}

impl SecretJson {
    fn new(secret: &ClientSecret) -> Self {
        Self {
            created_at: secret.created_at.to_string(),
            expires_at: secret.expires_at.map(|time| time.to_string()),
            last_used_at: secret.last_used_at.map(|time| time.to_string()),
        }
    }

    fn text(&self) -> String {
        let never = "never".to_owned();
        format!(
            "created {}, expires {}, last used {}",
            self.created_at,
            self.expires_at.as_ref().unwrap_or(&never),
            self.last_used_at.as_ref().unwrap_or(&never)
        )
    }
}

impl<'a> ClientJson<'a> {
    pub fn new(client: &'a Client, secret: Option<&'a PlainSecret>) -> Self {
        Self {
            client_id: &client.client_id,
            client_secret: secret.map(PlainSecret::reveal),
            name: &client.name,
            kind: client.kind.as_str(),
            token_endpoint_auth_method: client.authentication().as_str(),
            keys: match client.authentication() {
                ClientAuthentication::PrivateKeyJwt(keys) => keys.names().collect(),
                ClientAuthentication::Secret | ClientAuthentication::None => Vec::new(),
            },
            website: client.website.as_deref(),
            redirect_uris: client
                .redirect_uris
                .0
                .iter()
                .map(|uri| uri.as_str())
                .collect(),
            scope: client.scope.to_string(),
            required_scope: client.required_scope.to_string(),
            grant_types: client.grant_types.iter().map(|grant| grant.name).collect(),
            dpop_bound_access_tokens: client.dpop_bound_access_tokens,
            registered_by: registered_by(client),
            owner_id: client.owner_id,
            owner: None,
            initial_access_token: None,
            introspects: client.introspects,
            legacy_query: client.legacy_query,
            logo: client.logo_version.map(|version| version.to_string()),
            secrets: None,
            created_at: client.created_at.to_string(),
            suspended_at: client.suspended_at.map(|time| time.to_string()),
            require_pushed_authorization_requests: client.require_pushed_authorization_requests,
            usage: None,
        }
    }

    pub fn with_use(mut self, of_client: &'a ClientUse) -> Self {
        self.usage = Some(UseJson {
            members: of_client.members,
            last_used_at: of_client.last_used_at.map(|time| time.to_string()),
            suspension_reason: of_client.suspension_reason.as_deref(),
        });
        self
    }

    pub fn with_secrets(mut self, secrets: &[ClientSecret]) -> Self {
        self.secrets = Some(secrets.iter().map(SecretJson::new).collect());
        self
    }

    fn registrar_in_words(&self) -> String {
        match (self.owner_id, self.initial_access_token) {
            (Some(member_id), _) => match &self.owner {
                Some(username) => format!("member {username}"),
                None => format!("member {member_id}"),
            },
            (None, Some(id)) => {
                format!("{}, with the initial access token {id}", self.registered_by)
            }
            (None, None) => self.registered_by.to_owned(),
        }
    }

    /// The same, for people.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let mut line = |name: &str, value: &str| {
            writeln!(text, "{name:<15} {value}").expect("writing to a string does not fail");
        };
        line("client_id:", self.client_id);
        if let Some(secret) = self.client_secret {
            line("client_secret:", secret);
        }
        line("name:", self.name);
        line("kind:", self.kind);
        line("authentication:", self.token_endpoint_auth_method);
        for key in &self.keys {
            line("key:", key);
        }
        if let Some(website) = self.website {
            line("website:", website);
        }
        for uri in &self.redirect_uris {
            line("redirect_uri:", uri);
        }
        line("scope:", &self.scope);
        if !self.required_scope.is_empty() {
            line("needed scope:", &self.required_scope);
        }
        line("grants:", &self.grant_types.join(" "));
        if let Some(logo) = &self.logo {
            line("logo:", logo);
        }
        if self.introspects {
            line("introspects:", "access tokens of all applications");
        }
        if self.require_pushed_authorization_requests {
            line("must push:", "its authorization requests");
        }
        if self.legacy_query {
            line("legacy:", "may send codes, secrets and tokens in addresses");
        }
        for secret in self.secrets.iter().flatten() {
            line("secret:", &secret.text());
        }
        if self.dpop_bound_access_tokens {
            line("access tokens:", "bound to a key (DPoP)");
        }
        line("registered by:", &self.registrar_in_words());
        line("created:", &self.created_at);
        if let Some(usage) = &self.usage {
            line("members:", &usage.members.to_string());
            line(
                "last used:",
                usage.last_used_at.as_deref().unwrap_or("never"),
            );
        }
        if let Some(time) = &self.suspended_at {
            line("suspended:", time);
        }
        if let Some(reason) = self
            .usage
            .as_ref()
            .and_then(|usage| usage.suspension_reason)
        {
            line("reason:", reason);
        }
        text
    }
}

/// Who registered it, in a word.
pub fn registered_by(client: &Client) -> &'static str {
    match client.registrar() {
        Registrar::Operator => "operator",
        Registrar::Member(_) => "member",
        Registrar::Itself => "itself",
    }
}
