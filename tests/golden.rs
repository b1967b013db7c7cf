//! Plugins as they were built for a release, in the Hob of today: what is built
//! once keeps loading, and works. See `golden/README.md`.

use std::{fs, path::PathBuf};

use serde_json::json;

use crate::{
    builds, oauth1_clients,
    support::{
        Database, Installation,
        application::{ALL_SCOPES, Application, decide},
        each_database,
        photograph::{self, TURNED},
        programs,
        skip::skip,
        upload::Upload,
    },
};

const PASSWORD: &str = "a long password";
const PLUGINS: [&str; 6] = ["oauth", "oauth1", "api", "signin", "hello", "import"];

/// The libraries of each release, for this machine.
fn releases() -> Vec<PathBuf> {
    let golden = programs::repository().join("tests/golden");
    let mut releases: Vec<PathBuf> = fs::read_dir(golden)
        .expect("the folder of what was released")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_dir())
        .collect();
    releases.sort();
    assert!(!releases.is_empty(), "nothing was released");
    let machine = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let here: Vec<PathBuf> = releases
        .into_iter()
        .map(|release| release.join(&machine))
        .filter(|release| release.is_dir())
        .collect();
    if here.is_empty() {
        skip("golden", "no release was built for this machine");
    }
    here
}

/// Runs a journey with the plugins of each release, on each database.
fn each_release(plugins: &[&str], journey: impl Fn(Installation)) {
    for release in releases() {
        eprintln!("with the plugins of {}:", release.display());
        each_database(|database| {
            let site = Installation::fresh_from(&release, database, plugins);
            site.hob(&["plugins", "lock"]).succeeds();
            site.hob(&["dbupdate"]).succeeds();
            journey(site);
        });
    }
}

/// All of them at once are found right, and say so themselves.
#[test]
fn all_plugins_of_a_release_are_taken() {
    each_release(&PLUGINS, |site| {
        site.hob(&["plugins", "check"]).succeeds();
        let listed = site.hob(&["plugins", "list"]).succeeds();
        for plugin in PLUGINS {
            assert!(listed.contains(plugin), "{listed}");
        }
        let site = site.serve();
        let log = site.log();
        assert!(!log.contains("ERROR"), "{log}");
    });
}

#[test]
fn the_example_of_a_release_does_all_that_crosses() {
    each_release(&["hello"], |site| {
        builds::use_everything(&site, &programs::hob());
    });
}

#[test]
fn an_application_publishes_through_the_api_of_a_release() {
    each_release(&["oauth", "api"], |installation| {
        installation.add_member("alice", PASSWORD);
        let application = Application::register(&installation, &[]);
        let site = installation.serve();
        let alice = site.member("alice", PASSWORD);
        let tokens = application.connect(&alice);
        let text = |name: &str| tokens[name].as_str().expect("a token").to_owned();
        let api = site.visitor().with_token(&text("access_token"));
        let me = api.get("/api/v1/me").expect(200).json();
        assert_eq!(me["username"], "alice");
        assert_eq!(tokens["scope"], ALL_SCOPES);

        let cat = Upload::new("cat.jpg", photograph::bytes(TURNED)).field("title", "A cat");
        let cat = cat.field("visibility", "public");
        let created = api.post_upload("/api/v1/media", &cat).expect(201).json();
        let id = created["id"].as_i64().expect("an id");
        photograph::assert_clean_and_upright(&site.visitor(), &format!("/m/{id}"));
        let path = format!("/api/v1/media/{id}");
        let changed = json!({ "title": "The cat" });
        let changed = api.patch_json(&path, &changed).expect(200).json();
        assert_eq!(changed["title"], "The cat");

        let renewed = application.refresh(&text("refresh_token")).expect(200);
        let renewed = renewed.json();
        let only = format!("oauth/{}", application.client_id);
        let fields = [("only", only.as_str())];
        let taken = alice.submit("/connections", "/connections/revoke", &fields);
        assert_eq!(taken.status, 303, "{}", taken.text());
        let access = renewed["access_token"].as_str().expect("a token");
        let late = site.visitor().with_token(access);
        late.get("/api/v1/me").expect(401);
    });
}

#[test]
fn an_application_signs_its_requests_to_a_release() {
    each_release(&["oauth1", "api"], |site| oauth1_clients::uses(&site));
}

/// Both sites have the release's plugins: a member of one imports a photograph
/// of the other.
#[test]
fn a_member_of_a_release_imports_a_photograph_from_another() {
    for release in releases() {
        let set_up = |plugins| Installation::fresh_from(&release, Database::Sqlite, plugins);
        let (here, there) = (set_up(&["signin", "import"]), set_up(&["oauth", "api"]));
        let redirect = format!("{}/signin/other/authorized", here.url());
        there.hob(&["plugins", "lock"]).succeeds();
        there.hob(&["dbupdate"]).succeeds();
        there.add_member("ada", PASSWORD);
        let client = Application::register_at(&there, &redirect, &[]);
        here.edit_configuration("allow = []", "allow = [\"127.0.0.1\"]");
        here.add_to_configuration(&format!(
            "[plugin.signin.provider.other]\nkind = \"hob\"\ntitle = \"The other\"\n\
             issuer = {:?}\nclient_id = {:?}\nclient_secret = {:?}\n\
             scopes = [\"profile\", \"media:read\"]\ntokens = \"database\"",
            there.url(),
            client.client_id,
            client.client_secret.as_deref().expect("it has one"),
        ));
        here.hob(&["plugins", "lock"]).succeeds();
        here.hob(&["dbupdate"]).succeeds();
        here.add_member("alice", PASSWORD);
        let (here, there) = (here.serve(), there.serve());
        let (alice, ada) = (
            here.member("alice", PASSWORD),
            there.member("ada", PASSWORD),
        );
        let cat = Upload::new("cat.jpg", photograph::bytes(TURNED)).field("title", "A cat");
        ada.publish(cat.field("visibility", "public"));

        // She links her account there.
        let accounts = "/signin/accounts";
        let provider = [("provider", "other")];
        let sent = alice.submit(accounts, "/signin/accounts/link", &provider);
        let asked = ada.get(sent.expect(303).header("location")).expect(200);
        let allowed = [
            ("scope", "profile"),
            ("scope", "media:read"),
            ("decision", "allow"),
        ];
        let back = decide(&asked, &ada, &allowed);
        alice.get(&back).expect(303);
        let linked = alice.get(accounts).expect(200).text();
        assert!(linked.contains("The other"), "{linked}");

        let page = alice.get("/import/photographs").expect(200);
        let hidden = |name: &str| page.hidden_field(name).expect("a photograph is there");
        let fields = ["provider", "account", "photograph"].map(|name| (name, hidden(name)));
        let fields = fields
            .each_ref()
            .map(|(name, value)| (*name, value.as_str()));
        let imported = alice.submit("/import/photographs", "/import/photographs", &fields);
        let page = imported.expect(303).header("location").to_owned();
        photograph::wait_until_ready(&alice, &page);
        photograph::assert_clean_and_upright(&alice, &page);
    }
}
