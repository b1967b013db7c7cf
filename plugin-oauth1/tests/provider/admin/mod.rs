//! The pages of administrators, and olga, who is one.

mod client;
mod clients;
mod done;

use hob::{
    audit::{Entry, Filter},
    testing::{Browser, Reply},
};
use hob_plugin_sdk::{Actor, Who, db::DbError};

use crate::support::{App, Dance, PASSWORD};

const CLIENTS: &str = "/oauth1/admin/clients";

/// The browser of somebody who looks after the site.
async fn olga(dance: &Dance) -> Browser {
    dance.site.add_administrator("olga", PASSWORD).await;
    let mut browser = dance.site.browser();
    browser.sign_in("olga", PASSWORD).await;
    browser
}

fn page_of(app: &App) -> String {
    format!("{CLIENTS}/{}", app.key)
}

fn to(app: &App, what: &str) -> String {
    format!("{CLIENTS}/{}/{what}", app.key)
}

/// All that the plugin noted of this action, or of all, the latest first.
async fn entries(dance: &Dance, what: Option<&str>) -> Vec<Entry> {
    let filter = Filter {
        plugin: Some("oauth1".to_owned()),
        what: what.map(ToOwned::to_owned),
        ..Filter::default()
    };
    let read = dance
        .site
        .db()
        .read(move |connection| -> Result<_, DbError> {
            Ok(Entry::find(connection, &filter, None, 100)?)
        });
    read.await.expect("the table is there")
}

/// Exactly one entry, by olga from where she sits.
async fn noted_by_olga(dance: &Dance, what: &str) -> Entry {
    let mut noted = entries(dance, Some(what)).await;
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

fn assert_by_olga(who: &Who) {
    assert_eq!((who.kind, who.name.as_str()), (Actor::Member, "olga"));
    assert!(
        !who.peer.is_empty() && who.request_id.len() == 16,
        "{who:?}"
    );
}

fn assert_shows(page: &Reply, texts: &[&str]) {
    for text in texts {
        assert!(page.text().contains(text), "{text:?}: {}", page.text());
    }
}

/// The consumer keys in a list, in the order in which they are shown.
fn listed(page: &Reply) -> Vec<String> {
    let links = page.text().split("<h2><a href=\"").skip(1);
    links
        .filter_map(|rest| rest.split('"').next())
        .filter_map(|path| path.rsplit('/').next())
        .map(ToOwned::to_owned)
        .collect()
}

/// The link on a page whose address has this in it.
fn link(page: &Reply, part: &str) -> String {
    let links = page.text().split("href=\"").skip(1);
    let mut paths = links.filter_map(|rest| rest.split(['"', '#']).next());
    let found = paths.find(|path| path.contains(part));
    found
        .unwrap_or_else(|| panic!("no {part}: {}", page.text()))
        .to_owned()
}

/// Runs `hob oauth1 …`.
async fn run(dance: &Dance, words: &[&str]) {
    let output = dance.site.run_command(&[&["oauth1"], words].concat()).await;
    assert_eq!(output.exit_code, 0, "{words:?}: {}", output.stderr);
}

/// An application that signs by a key.
async fn with_key(dance: &Dance) -> App {
    let pem = include_str!("../../../../oauth1-signature/src/signature/rsa_2048_public.pem");
    let file = dance.site.folder().join("printer.pem");
    std::fs::write(&file, pem).expect("the folder is there");
    let file = file.to_str().expect("it is UTF-8");
    dance.register(&["--public-key", file]).await
}
