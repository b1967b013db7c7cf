//! Where the site and the authorization server on it stand.

use hob::testing::{Browser, Builder};
use serde_json::Value;

use super::support::{Dance, PASSWORD};

pub const SITE: &str = "https://photos.example/hob";
pub const HOST: &str = "https://photos.example";

/// Where the site stands, and the authorization server on it.
#[derive(Clone, Copy)]
pub struct Mount {
    /// `url` in `[site]`.
    pub site: &'static str,
    /// `prefix` and `host` in `[plugin.oauth]`.
    pub prefix: &'static str,
    pub host: Option<&'static str>,
}

pub const BELOW_A_PATH: Mount = Mount {
    site: SITE,
    prefix: "/oauth",
    host: None,
};

pub const MOVED: Mount = Mount {
    site: HOST,
    prefix: "/auth",
    host: None,
};

pub const MOVED_BELOW_A_PATH: Mount = Mount {
    prefix: "/auth",
    ..BELOW_A_PATH
};

pub const AT_THE_ROOT: Mount = Mount {
    prefix: "",
    ..MOVED
};

pub const ON_ITS_OWN_HOST: Mount = Mount {
    site: HOST,
    prefix: "/oauth",
    host: Some("auth.example"),
};

pub const AT_THE_ROOT_OF_ITS_OWN_HOST: Mount = Mount {
    site: SITE,
    prefix: "",
    host: Some("auth.example:8443"),
};

impl Mount {
    /// A site with the server there, and alice signed in where it is.
    pub async fn start(self, builder: Builder, more: &str) -> Dance {
        let host = self
            .host
            .map_or(String::new(), |host| format!("host = {host:?}\n"));
        let lines = format!("prefix = {:?}\n{host}{more}", self.prefix);
        let builder = builder.url(self.site).plugin_toml("oauth", &lines);
        let mut dance = Dance::start(builder).await;
        dance.browser = self.browser(&dance);
        dance.browser.sign_in("alice", PASSWORD).await;
        dance
    }

    /// A client of the host where the server is.
    pub fn browser(self, dance: &Dance) -> Browser {
        match self.host {
            Some(host) => dance.site.browser_at(host),
            None => dance.site.browser(),
        }
    }

    /// Of the host where the server is.
    pub fn origin(self) -> String {
        match self.host {
            Some(host) => format!("https://{host}"),
            None => HOST.to_owned(),
        }
    }

    /// The path below which the site stands there.
    pub fn base(self) -> &'static str {
        match self.host {
            Some(_) => "",
            None => &self.site[HOST.len()..],
        }
    }

    pub fn issuer(self) -> String {
        format!("{}{}", self.origin(), self.base())
    }

    pub fn metadata_url(self) -> String {
        let (origin, base) = (self.origin(), self.base());
        format!("{origin}/.well-known/oauth-authorization-server{base}")
    }

    /// Where a path is that usually is this one.
    pub fn at(self, path: &str) -> String {
        let own = path
            .strip_prefix("/oauth")
            .filter(|rest| rest.starts_with(['/', '?']));
        match own {
            Some(rest) => format!("{}{}{rest}", self.base(), self.prefix),
            None => format!("{}{path}", self.base()),
        }
    }

    pub fn is_on_site(self, path: &str) -> bool {
        match self.base() {
            "" => path.starts_with('/') && !path.starts_with("//"),
            base => path
                .strip_prefix(base)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?'])),
        }
    }

    /// The path of an address that has to be there.
    #[track_caller]
    pub fn path_of(self, address: &Value) -> String {
        let address = address.as_str().unwrap_or_else(|| panic!("{address}"));
        let path = address
            .strip_prefix(&self.origin())
            .unwrap_or_else(|| panic!("{address} is on another host"));
        assert!(self.is_on_site(path), "{address} is no address of the site");
        path.to_owned()
    }
}
