//! In which language a visitor reads, and that all is said in each.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use hob::testing::{
    Browser, Reply, TestHost, on_each_database,
    said::{quoted, texts},
};
use hob_plugin_manifest::Locale;
use hob_plugin_sdk::{InlinePlugin, StaticPlugin, prelude::*};

const PASSWORD: &str = "correct horse battery";

#[track_caller]
fn assert_reads(page: &Reply, language: &str, said: &str) {
    let html = page.text();
    assert!(
        html.contains(&format!("<html lang=\"{language}\">")),
        "{html}"
    );
    assert!(html.contains(said), "{html}");
}

async fn choose(browser: &mut Browser, language: &str, next: &str) -> Reply {
    let fields = [("language", language), ("next", next)];
    browser.submit("/language", &fields).await
}

#[tokio::test]
async fn a_stranger_reads_what_the_browser_asks_for_or_what_the_site_speaks() {
    let site = TestHost::builder().start().await;
    for (wanted, language, said) in [
        ("de-AT, en;q=0.5", "de", "Anmelden"),
        ("nl, fr;q=0.3", "fr", "Connexion"),
        ("en;q=0.2, de;q=0.1", "en", "Sign in"),
        ("nl", "en", "Sign in"),
    ] {
        let page = site.browser().reading(wanted).get("/login").await;
        assert_reads(&page, language, &format!("<h1>{said}</h1>"));
    }
    assert_reads(
        &site.browser().get("/login").await,
        "en",
        "<h1>Sign in</h1>",
    );

    let german = TestHost::builder().site_toml("language = \"de\"");
    let german = german.start().await;
    let page = german.browser().reading("nl").get("/login").await;
    assert_reads(&page, "de", "<h1>Anmelden</h1>");
    let page = german.browser().reading("fr").get("/login").await;
    assert_reads(&page, "fr", "<h1>Connexion</h1>");
    let unknown = TestHost::builder().site_toml("language = \"nl\"");
    let refused = unknown.try_start().await.err().expect("it does not start");
    assert!(refused.contains("language"), "{refused}");
}

#[tokio::test]
async fn a_choice_at_the_foot_of_a_page_counts_more_than_what_the_browser_asks_for() {
    let site = TestHost::builder().start().await;
    let mut browser = site.browser().reading("fr");
    let page = browser.get("/login?next=/account").await;
    assert_reads(&page, "fr", "action=\"/language\"");
    assert!(
        page.text()
            .contains("name=\"next\" value=\"/login?next=%2Faccount\""),
        "the way back to the form and from there on: {page:?}"
    );
    let chosen = choose(&mut browser, "de", "/login?next=%2Faccount").await;
    assert_eq!(chosen.status(), 303);
    assert_eq!(chosen.header("location"), "/login?next=%2Faccount");
    let page = browser.get("/login").await;
    assert_reads(&page, "de", "<h1>Anmelden</h1>");
    assert!(
        page.text()
            .contains("value=\"de\" lang=\"de\" aria-pressed=\"true\"")
    );
    assert!(
        page.text()
            .contains("value=\"fr\" lang=\"fr\" aria-pressed=\"false\"")
    );

    // Nobody is led away from the site by it, and there are no other languages.
    let led = choose(&mut browser, "de", "//evil.example/").await;
    assert_eq!(led.header("location"), "/");
    let unknown = choose(&mut browser, "nl", "/").await;
    assert_eq!(unknown.status(), 400);
    assert_eq!(unknown.headers("set-cookie").len(), 0);
}

#[tokio::test]
async fn a_member_s_choice_is_kept_in_the_account() {
    on_each_database(async |builder| {
        let site = builder.start().await;
        site.add_member("alice", PASSWORD).await;
        let mut here = site.browser();
        here.sign_in("alice", PASSWORD).await;
        assert_reads(&here.get("/account").await, "en", "<h1>Account</h1>");
        assert_eq!(choose(&mut here, "fr", "/account").await.status(), 303);
        assert_reads(&here.get("/account").await, "fr", "<h1>Compte</h1>");

        let mut elsewhere = site.browser().reading("de");
        assert_reads(&elsewhere.get("/login").await, "de", "<h1>Anmelden</h1>");
        elsewhere.sign_in("alice", PASSWORD).await;
        assert_reads(&elsewhere.get("/account").await, "fr", "<h1>Compte</h1>");
    })
    .await;
}

#[tokio::test]
async fn nobody_else_chooses_for_a_member() {
    let site = TestHost::builder().start().await;
    site.add_member("alice", PASSWORD).await;
    let mut browser = site.browser();
    browser.sign_in("alice", PASSWORD).await;
    let fields = [("language", "fr"), ("next", "/")];
    let without_csrf = browser.post_form("/language", &fields).await;
    assert_eq!(without_csrf.status(), 403);
    let csrf = browser.csrf();
    let fields = [("language", "fr"), ("next", "/"), ("csrf", csrf.as_str())];
    let foreign = [("origin", "https://evil.example")];
    let from_elsewhere = browser.post_form_with("/language", &fields, &foreign).await;
    assert_eq!(from_elsewhere.status(), 403);
    assert_reads(&browser.get("/account").await, "en", "<h1>Account</h1>");
    let own = browser.post_form("/language", &fields).await;
    assert_eq!(own.status(), 303);
    assert_reads(&browser.get("/account").await, "fr", "<h1>Compte</h1>");
}

#[tokio::test]
async fn what_goes_wrong_is_told_to_people_in_their_language_and_to_programs_in_english() {
    let site = TestHost::builder().start().await;
    site.add_member("alice", PASSWORD).await;
    let mut browser = site.browser().reading("de");
    let page = browser.get("/nowhere").await;
    assert_eq!(page.status(), 404);
    assert_reads(&page, "de", "<h1>Hier ist nichts</h1>");
    let program = browser.request(http::Method::GET, "/nowhere").await;
    assert_eq!(program.status(), 404);
    assert!(
        program.text().starts_with("There is nothing here: "),
        "{program:?}"
    );

    let wrong = [("username", "alice"), ("password", "wrong")];
    let refused = browser.post_form("/login", &wrong).await;
    assert_eq!(refused.status(), 422);
    assert_reads(&refused, "de", "Benutzername oder Passwort stimmt nicht.");
    browser.sign_in("alice", PASSWORD).await;
    let short = [("current_password", PASSWORD), ("new_password", "kurz")];
    let refused = browser.submit("/account/password", &short).await;
    let said = "Wähle ein anderes: Ein Passwort hat mindestens 10 Zeichen.";
    assert_reads(&refused, "de", said);
}

struct Wordless;

impl InlinePlugin for Wordless {
    const MANIFEST: &'static str = r#"
id = "wordless"
title = "Speaks English alone"
prefix = "/wordless"
[[route]]
route = "GET /page"
[[route]]
route = "POST /page"
body = "buffered"
[[menu]]
text = "Wordless page"
path = "/page"
"#;
}

impl Plugin for Wordless {
    type Config = NoConfig;

    fn declare(declaration: &mut Declaration<Self>) {
        declaration
            .handle("GET /page", page)
            .handle("POST /page", page);
    }

    fn start(_: Host, _: NoConfig) -> Result<Self, PluginError> {
        Ok(Self)
    }
}

async fn page(_: Arc<Wordless>, request: Request) -> Page {
    let said = request.words().say("title").to_string();
    Page::new("Wordless", format!("<p>{} {said}</p>", request.language()))
}

#[tokio::test]
async fn a_plugin_without_words_says_so_to_screen_readers() {
    let plugin = StaticPlugin::inline::<Wordless>().expect("the manifest is valid");
    let site = TestHost::builder().plugin(plugin).start().await;
    site.add_member("alice", PASSWORD).await;
    let mut browser = site.browser().reading("de");
    browser.sign_in("alice", PASSWORD).await;
    let page = browser.get("/wordless/page").await;
    // It is told the visitor's language; a message that is not there is its name.
    assert_reads(&page, "de", "<div lang=\"en\"><p>de title</p></div>");
    assert!(page.text().contains(">Wordless page</a>"), "{page:?}");
    assert!(page.text().contains("action=\"/language\""));
    let mut english = site.browser();
    let page = english.get("/wordless/page").await;
    assert_reads(&page, "en", "<p>en title</p>");
    assert!(!page.text().contains("<div lang="), "{page:?}");

    // What answers a form can't be asked for again in another language.
    let answer = browser.submit("/wordless/page", &[]).await;
    assert_reads(&answer, "de", "<p>de title</p>");
    assert!(
        !answer.text().contains("action=\"/language\""),
        "{answer:?}"
    );
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[test]
fn each_message_is_said_somewhere_and_what_is_said_is_there() {
    let said =
        texts(&root().join("templates/core"), "html") + &texts(&root().join("host/src"), "rs");
    let locales = Locale::read_folder(&root().join("locales"), "core").expect("they are sound");
    let english = locales.iter().find(|locale| locale.language == "en");
    let english = english.expect("there is English").message_ids();
    let there: BTreeSet<String> = english.expect("it is sound").into_iter().collect();
    assert!(there.len() > 100);
    for before in ["say(\"", "rich(\"", "Phrase::new(\"", "hint(\""] {
        // SQL is said too, in capitals, as no message is called.
        for id in quoted(&said, before).filter(|id| id.starts_with(char::is_lowercase)) {
            assert!(there.contains(id), "{before}{id}\") is nowhere");
        }
    }
    for id in &there {
        assert!(said.contains(&format!("\"{id}\"")), "nobody says {id}");
    }
}
