//! The pages of administrators, and olga, who is one.

use hob::{
    audit::Entry,
    testing::{Browser, Reply},
};
use hob_plugin_sdk::{Actor, Who};
use serde_json::Value;

use super::{App, Dance, PASSWORD, audit::entries};

pub const CLIENTS: &str = "/oauth/admin/clients";
pub const POLICY: &str = "/oauth/admin/policy";
pub const INITIAL_TOKENS: &str = "/oauth/admin/initial-tokens";

/// The browser of somebody who looks after the site.
pub async fn olga(dance: &Dance) -> Browser {
    dance.site.add_administrator("olga", PASSWORD).await;
    let mut browser = dance.site.browser();
    browser.sign_in("olga", PASSWORD).await;
    browser
}

pub fn page_of(app: &App) -> String {
    format!("{CLIENTS}/{}", app.client_id)
}

pub fn to(app: &App, what: &str) -> String {
    format!("{CLIENTS}/{}/{what}", app.client_id)
}

/// Exactly one entry, by olga from where she sits.
pub async fn noted_by_olga(dance: &Dance, what: &str) -> Entry {
    let mut noted = entries(dance, what).await;
    noted.retain(|entry| entry.who_kind != "operator");
    assert_eq!(noted.len(), 1, "{what}: {noted:?}");
    let entry = noted.remove(0);
    assert_eq!(
        (entry.who_kind.as_str(), entry.who_name.as_str()),
        ("member", "olga")
    );
    assert!(
        !entry.peer.is_empty() && entry.request_id.len() == 16,
        "{entry:?}"
    );
    entry
}

pub fn assert_by_olga(who: &Who) {
    assert_eq!((who.kind, who.name.as_str()), (Actor::Member, "olga"));
    assert!(
        !who.peer.is_empty() && who.request_id.len() == 16,
        "{who:?}"
    );
}

pub fn assert_shows(page: &Reply, texts: &[&str]) {
    for text in texts {
        assert!(page.text().contains(text), "{text:?}: {}", page.text());
    }
}

/// The client ids in a list, in the order in which they are shown.
pub fn listed(page: &Reply) -> Vec<&str> {
    let links = page.text().split("<h2><a href=\"").skip(1);
    links
        .filter_map(|rest| rest.split('"').next())
        .filter_map(|path| path.rsplit('/').next())
        .collect()
}

impl Dance {
    /// Runs `hob oauth client add`, and answers with the client id.
    pub async fn add(&self, more: &[&str]) -> String {
        let words = [&["oauth", "client", "add", "--json"], more].concat();
        let output = self.site.run_command(&words).await;
        assert_eq!(output.exit_code, 0, "{}", output.stderr);
        let client: Value = serde_json::from_str(&output.stdout).expect("JSON");
        client["client_id"].as_str().expect("an id").to_owned()
    }
}
