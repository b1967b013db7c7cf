//! `/connections`: one page, fed by every plugin that lets programs in.

use std::sync::Mutex;

use hob::testing::{Browser, Builder, Reply, TestHost, on_each_database};
use hob_plugin_sdk::{
    InlinePlugin, StaticPlugin,
    connections::{Connection, ConnectionKind, Connections, Registrar, Revocation, connections},
    db::Timestamp,
    prelude::*,
};
use serde::Deserialize;

const PASSWORD: &str = "correct horse battery";

/// What alice, the first member, allowed.
#[derive(Default)]
struct Held(Mutex<Vec<Connection>>);

/// Of a path of the plugin's own, and of what it is not.
fn logo(id: &str) -> Option<&'static str> {
    match id {
        "front" => Some("/logos/front?v=1"),
        "gate" => Some("//evil.example/gate"),
        "both" => Some("https://evil.example/both"),
        _ => None,
    }
}

impl Held {
    fn of(connections: impl IntoIterator<Item = (&'static str, &'static str)>) -> Self {
        let held = connections.into_iter().map(|(id, name)| Connection {
            id: id.into(),
            kind: ConnectionKind::Application,
            name: name.into(),
            website: Some("javascript:alert(1)".into()),
            logo: logo(id).map(Into::into),
            registrar: Registrar::Operator,
            suspended: false,
            scope: vec!["doors:open".into(), "of-a-plugin-that-is-gone".into()],
            granted_at: Timestamp::from_micros(0),
            last_used: None,
            expires_at: None,
        });
        Self(Mutex::new(held.collect()))
    }

    fn list(&self, member_id: i64) -> Vec<Connection> {
        let held = self.0.lock().expect("no test panics with the lock");
        held.iter().filter(|_| member_id == 1).cloned().collect()
    }

    fn find(&self, member_id: i64, id: &str) -> Option<Connection> {
        let mut held = self.list(member_id).into_iter();
        held.find(|one| one.id.as_str() == id)
    }

    fn revoke(&self, revocation: &Revocation) -> u64 {
        assert_eq!(revocation.who.peer.as_str(), "127.0.0.1");
        let mut held = self.0.lock().expect("no test panics with the lock");
        let before = held.len();
        held.retain(|one| revocation.member_id != 1 || !revocation.which.contains(&one.id));
        (before - held.len()) as u64
    }
}

/// Always answers.
struct Doors(Held);

impl InlinePlugin for Doors {
    const MANIFEST: &'static str = r#"
        id = "doors"
        title = "Doors & <gates>"
        prefix = "/doors"
        [offers]
        "hob.connections" = 1
        [[scope]]
        name = "doors:open"
        sentence = "Open every <door>"
        dangerous = true
    "#;
}

impl Plugin for Doors {
    type Config = NoConfig;

    fn declare(declaration: &mut Declaration<Self>) {
        declaration.offer(connections::<Self>);
    }

    fn start(_: Host, _: NoConfig) -> Result<Self, PluginError> {
        Ok(Self(Held::of([
            ("front", "Front <door>"),
            ("a/b?c", "Back door"),
            ("both", "Trap door"),
        ])))
    }
}

impl Connections for Doors {
    async fn list(&self, member_id: i64) -> Result<Vec<Connection>, PluginError> {
        Ok(self.0.list(member_id))
    }

    async fn find(&self, member_id: i64, id: String) -> Result<Option<Connection>, PluginError> {
        Ok(self.0.find(member_id, &id))
    }

    async fn revoke(&self, revocation: Revocation) -> Result<u64, PluginError> {
        Ok(self.0.revoke(&revocation))
    }
}

/// Answers, or not, as it is told.
struct Moody {
    host: Host,
    mood: String,
    held: Held,
}

#[derive(Deserialize)]
struct MoodyConfig {
    mood: String,
}

impl InlinePlugin for Moody {
    const MANIFEST: &'static str = r#"
        id = "moody"
        title = "Moody gates"
        [offers]
        "hob.connections" = 1
        [config.mood]
        type = "choice"
        values = ["well", "fails", "hangs", "panics"]
        default = "well"
        help = "How it answers"
    "#;
}

impl Plugin for Moody {
    type Config = MoodyConfig;

    fn declare(declaration: &mut Declaration<Self>) {
        declaration.offer(connections::<Self>);
    }

    fn start(host: Host, config: MoodyConfig) -> Result<Self, PluginError> {
        let held = Held::of([("gate", "Garden gate"), ("both", "Trap gate")]);
        let mood = config.mood;
        Ok(Self { host, mood, held })
    }
}

impl Moody {
    async fn answer<T>(&self, answer: T) -> Result<T, PluginError> {
        match self.mood.as_str() {
            "fails" => Err(PluginError::new("the gates are stuck")),
            "hangs" => {
                let an_hour = std::time::Duration::from_secs(3600);
                self.host.sleep(an_hour).await;
                Ok(answer)
            }
            "panics" => panic!("the gates fell over"),
            _ => Ok(answer),
        }
    }
}

impl Connections for Moody {
    async fn list(&self, member_id: i64) -> Result<Vec<Connection>, PluginError> {
        self.answer(self.held.list(member_id)).await
    }

    async fn find(&self, member_id: i64, id: String) -> Result<Option<Connection>, PluginError> {
        self.answer(self.held.find(member_id, &id)).await
    }

    async fn revoke(&self, revocation: Revocation) -> Result<u64, PluginError> {
        self.answer(()).await?;
        Ok(self.held.revoke(&revocation))
    }
}

fn plugin<P: InlinePlugin>() -> StaticPlugin {
    StaticPlugin::inline::<P>().expect("the manifest is right")
}

/// With alice signed in.
async fn start(builder: Builder, mood: &str) -> (TestHost, Browser) {
    let builder = builder
        .plugin(plugin::<Moody>())
        .plugin(plugin::<Doors>())
        .server_toml("request_timeout = \"1s\"")
        .plugin_toml("moody", &format!("mood = {mood:?}"));
    let site = builder.start().await;
    let alice = site.add_member("alice", PASSWORD).await;
    assert_eq!(alice.id, 1);
    let mut browser = site.browser();
    browser.sign_in("alice", PASSWORD).await;
    (site, browser)
}

/// Which of all names stand on the page.
async fn shown(browser: &mut Browser) -> Vec<&'static str> {
    let page = browser.get("/connections").await;
    assert_eq!(page.status(), 200, "{page:?}");
    let names = [
        "Front",
        "Back door",
        "Trap door",
        "Garden gate",
        "Trap gate",
    ];
    let on_page = |name: &&str| page.text().contains(*name);
    names.into_iter().filter(on_page).collect()
}

async fn revoke(browser: &mut Browser, fields: &[(&str, &str)]) -> Reply {
    browser.submit("/connections/revoke", fields).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_all_plugins_let_in_is_on_one_page_and_goes_one_by_one_some_or_all() {
    on_each_database(async |builder| {
        let (site, mut alice) = start(builder, "well").await;
        let all = [
            "Front",
            "Back door",
            "Trap door",
            "Garden gate",
            "Trap gate",
        ];
        assert_eq!(shown(&mut alice).await, all);
        let page = alice.get("/connections").await;
        let text = page.text();
        assert!(text.contains("Open every &#60;door&#62;"), "{text}");
        assert!(text.contains("sensitive") && text.contains("of-a-plugin-that-is-gone"));
        assert!(!text.contains("javascript:"), "{text}");
        let menu = "<a href=\"/connections\">Connected applications</a>";
        assert_eq!(text.matches(menu).count(), 1, "{text}");

        // Nobody else's, and not without the page's own token.
        site.add_member("bob", PASSWORD).await;
        let mut bob = site.browser();
        bob.sign_in("bob", PASSWORD).await;
        assert!(shown(&mut bob).await.is_empty());
        assert_eq!(bob.get("/connections/doors/front").await.status(), 404);
        for fields in [[("only", "doors/front")], [("all", "yes")]] {
            assert_eq!(revoke(&mut bob, &fields).await.status(), 303);
            let forged = alice.post_form("/connections/revoke", &fields).await;
            assert_eq!(forged.status(), 403);
        }
        assert_eq!(shown(&mut alice).await, all);

        // One: an id counts for its own plugin alone.
        revoke(&mut alice, &[("only", "doors/both")]).await;
        let left = ["Front", "Back door", "Garden gate", "Trap gate"];
        assert_eq!(shown(&mut alice).await, left);
        for nothing in ["moody/front", "nobody/gate", "gate", "", "doors/"] {
            let reply = revoke(&mut alice, &[("only", nothing)]).await;
            assert_eq!(reply.status(), 303, "{nothing:?}: {reply:?}");
        }
        assert_eq!(shown(&mut alice).await, left);
        // Some.
        let some = [("connection", "doors/a/b?c"), ("connection", "moody/gate")];
        let reply = revoke(&mut alice, &some).await;
        assert_eq!(reply.header("location"), "/connections?done=revoked");
        assert_eq!(shown(&mut alice).await, ["Front", "Trap gate"]);
        let reply = revoke(&mut alice, &[]).await;
        assert_eq!(reply.header("location"), "/connections?done=nothing");
        assert_eq!(shown(&mut alice).await, ["Front", "Trap gate"]);
        // All.
        revoke(&mut alice, &[("all", "yes")]).await;
        assert!(shown(&mut alice).await.is_empty());
    })
    .await;
}

/// The addresses of all pictures on a page.
fn pictures(page: &Reply) -> Vec<&str> {
    assert_eq!(page.status(), 200, "{page:?}");
    let images = page.text().split("<img ").skip(1);
    images
        .filter_map(|image| image.split("src=\"").nth(1)?.split('"').next())
        .collect()
}

#[tokio::test]
async fn a_logo_is_of_its_plugin_s_own_address_wherever_that_is() {
    let (_site, mut alice) = start(TestHost::builder(), "well").await;
    let own = "img-src 'self';";
    for path in ["/connections", "/connections/doors/front"] {
        let page = alice.get(path).await;
        assert_eq!(pictures(&page), ["/doors/logos/front?v=1"], "{path}");
        let policy = page.header("content-security-policy");
        assert!(policy.contains(own), "{policy}");
        assert!(!page.text().contains("evil.example"), "{page:?}");
    }
    let gate = alice.get("/connections/moody/gate").await;
    assert_eq!(pictures(&gate), Vec::<&str>::new());
    assert!(gate.text().contains("aria-hidden=\"true\">G</span>"));

    let builder = TestHost::builder()
        .url("https://photos.example/hob")
        .plugin_toml("doors", "host = \"doors.example\"");
    let (site, mut alice) = start(builder, "well").await;
    for path in ["/hob/connections", "/hob/connections/doors/front"] {
        let page = alice.get(path).await;
        let there = "https://doors.example/doors/logos/front?v=1";
        assert_eq!(pictures(&page), [there], "{path}");
        let policies = page.headers("content-security-policy");
        assert_eq!(policies.len(), 1, "{policies:?}");
        let both = "img-src 'self' https://doors.example;";
        assert!(policies[0].contains(both), "{policies:?}");
        assert!(policies[0].contains("form-action 'self'"), "{policies:?}");
    }
    // A page without such a picture has the usual policy.
    let gate = alice.get("/hob/connections/moody/gate").await;
    let policy = gate.header("content-security-policy");
    assert!(policy.contains(own), "{policy}");
    let mut there = site.browser_at("doors.example");
    there.sign_in("alice", PASSWORD).await;
    let page = there.get("/connections").await;
    assert_eq!(pictures(&page), ["/doors/logos/front?v=1"]);
    let policy = page.header("content-security-policy");
    assert!(policy.contains(own), "{policy}");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_has_a_page_whatever_its_id_looks_like() {
    on_each_database(async |builder| {
        let (_site, mut alice) = start(builder, "well").await;
        let page = alice.get("/connections").await;
        for (path, name, key) in [
            ("/connections/doors/a%2Fb%3Fc", "Back door", "doors/a/b?c"),
            ("/connections/moody/gate", "Garden gate", "moody/gate"),
        ] {
            assert!(
                page.text().contains(&format!("<a href=\"{path}\">")),
                "{page:?}"
            );
            let own = alice.get(path).await;
            assert_eq!(own.status(), 200, "{own:?}");
            assert!(own.text().contains(name), "{own:?}");
            assert!(own.text().contains(&format!("value=\"{key}\"")), "{own:?}");
        }
        for nothing in ["/connections/doors/gate", "/connections/nobody/gate"] {
            assert_eq!(alice.get(nothing).await.status(), 404, "{nothing}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_gives_no_answer_is_named_and_the_others_are_shown() {
    on_each_database(async |builder| {
        let mut builder = Some(builder);
        for mood in ["fails", "hangs", "panics"] {
            let builder = builder.take().unwrap_or_else(TestHost::builder);
            let (_site, mut alice) = start(builder, mood).await;
            let page = alice.get("/connections").await;
            assert!(
                page.text().contains("Moody gates gives no answer"),
                "{mood}: {page:?}"
            );
            let doors = ["Front", "Back door", "Trap door"];
            assert_eq!(shown(&mut alice).await, doors, "{mood}");
            assert_eq!(alice.get("/connections/moody/gate").await.status(), 503);
            assert_eq!(alice.get("/connections/doors/front").await.status(), 200);

            // What is not said to be done is not told as done; the rest is.
            let both = [("connection", "doors/front"), ("connection", "moody/gate")];
            let reply = revoke(&mut alice, &both).await;
            assert_eq!(reply.status(), 503, "{mood}: {reply:?}");
            assert!(reply.text().contains("Moody gates"), "{reply:?}");
            assert_eq!(shown(&mut alice).await, doors[1..], "{mood}");
            let reply = revoke(&mut alice, &[("only", "doors/both")]).await;
            assert_eq!(reply.status(), 303, "{mood}: {reply:?}");
        }
    })
    .await;
}

/// The host words what it says itself; a plugin that has no words is quoted.
#[tokio::test(flavor = "multi_thread")]
async fn it_is_said_in_the_member_s_language() {
    on_each_database(async |builder| {
        let (site, _) = start(builder, "fails").await;
        for (language, title, silent, unavailable, nothing) in [
            (
                "de",
                "<h1>Verbundene Anwendungen</h1>",
                "Moody gates antwortet nicht;",
                "Dieser Teil der Website antwortet nicht: Moody gates.",
                "Nichts war angekreuzt",
            ),
            (
                "fr",
                "<h1>Applications connectées</h1>",
                "Moody gates ne répond pas\u{a0}:",
                "Cette partie du site ne répond pas\u{a0}: Moody gates.",
                "Rien n’était coché",
            ),
        ] {
            let mut alice = site.browser().reading(language);
            alice.sign_in("alice", PASSWORD).await;
            let page = alice.get("/connections").await;
            for said in [title, silent, "Open every &#60;door&#62;"] {
                assert!(page.text().contains(said), "{said}: {page:?}");
            }
            let page = alice.get("/connections/moody/gate").await;
            assert_eq!(page.status(), 503);
            assert!(page.text().contains(unavailable), "{page:?}");
            let page = alice.get("/connections?done=nothing").await;
            assert!(page.text().contains(nothing), "{page:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_plugin_lets_programs_in_there_is_no_page() {
    on_each_database(async |builder| {
        let site = builder.start().await;
        site.add_member("alice", PASSWORD).await;
        let mut alice = site.browser();
        alice.sign_in("alice", PASSWORD).await;
        for path in ["/connections", "/connections/doors/front"] {
            assert_eq!(alice.get(path).await.status(), 404, "{path}");
        }
        assert_eq!(revoke(&mut alice, &[("all", "yes")]).await.status(), 404);
        let home = alice.get("/").await;
        assert!(!home.text().contains("Connected applications"), "{home:?}");
    })
    .await;
}
