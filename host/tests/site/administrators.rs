//! What is for administrators alone: plugins' routes of that kind, the way to
//! them, the page of administration, and the audit log as a page and as files.

use std::{
    cell::RefCell,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use hob::{
    audit::Entry,
    testing::{Browser, TestHost, on_each_database},
};
use hob_plugin_sdk::{
    AuditEntry, InlinePlugin, StaticPlugin, Who,
    db::{DbError, Timestamp},
    prelude::*,
};

const PASSWORD: &str = "correct horse battery";

/// How often the handlers of [`Switchboard`] ran, whoever asked.
struct Switchboard {
    calls: AtomicU32,
}

impl InlinePlugin for Switchboard {
    const MANIFEST: &'static str = r#"
id = "switches"
title = "Switchboard"
prefix = "/switches"
[[menu]]
text = "All switches"
path = "/all"
audience = "administrators"
[[menu]]
text = "My switches"
path = "/mine"
[[route]]
route = "GET /all"
authentication = "administrator"
[[route]]
route = "POST /off"
authentication = "administrator"
body = "buffered"
[[route]]
route = "GET /mine"
authentication = "member"
"#;
}

impl Plugin for Switchboard {
    type Config = NoConfig;

    fn declare(declaration: &mut Declaration<Self>) {
        declaration
            .handle("GET /all", async |board: Arc<Self>, _| {
                let calls = board.calls.fetch_add(1, Ordering::Relaxed) + 1;
                Response::text(200, format!("call {calls}")).with_header("cache-control", "public")
            })
            .handle("POST /off", async |board: Arc<Self>, request: Request| {
                board.calls.fetch_add(1, Ordering::Relaxed);
                let who = request.member().expect("an administrator is a member");
                Response::text(200, format!("{} {}", who.username, who.administrator))
            })
            .handle("GET /mine", async |_: Arc<Self>, _| {
                Response::text(200, "yours")
            });
    }

    fn start(_: Host, _: NoConfig) -> Result<Self, PluginError> {
        Ok(Self {
            calls: AtomicU32::new(0),
        })
    }
}

fn switchboard() -> StaticPlugin {
    StaticPlugin::inline::<Switchboard>().expect("the manifest is right")
}

async fn signed_in(site: &TestHost, username: &str) -> Browser {
    let mut browser = site.browser();
    browser.sign_in(username, PASSWORD).await;
    browser
}

/// Notes as somebody else would.
async fn note(site: &TestHost, entry: AuditEntry) {
    site.db()
        .write(move |connection| connection.note(entry))
        .await
        .expect("it can be stored");
}

/// Of a page of the log: what was done, in the order in which it is shown.
fn actions(page: &str) -> Vec<&str> {
    page.split("<h3><code>")
        .skip(1)
        .filter_map(|rest| rest.split("</code>").next())
        .collect()
}

/// Where a link of a page leads.
fn link<'a>(page: &'a str, label: &str) -> &'a str {
    let end = page.find(&format!(">{label}</a>")).expect("it is linked");
    let start = page[..end].rfind("href=\"").expect("a link") + 6;
    page[start..].split('"').next().expect("it is quoted")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_s_route_is_nothing_to_anybody_else() {
    on_each_database(async |builder| {
        let site = builder.plugin(switchboard()).start().await;
        site.add_member("alice", PASSWORD).await;
        site.add_administrator("olga", PASSWORD).await;

        let mut nobody = site.browser();
        let asked = nobody.get("/switches/all").await;
        assert_eq!(asked.status(), 303);
        assert_eq!(asked.header("location"), "/login?next=%2Fswitches%2Fall");
        assert_eq!(nobody.post_form("/switches/off", &[]).await.status(), 303);

        let mut alice = signed_in(&site, "alice").await;
        let (asked, unknown) = (
            alice.get("/switches/all").await,
            alice.get("/switches/nothing").await,
        );
        assert_eq!((asked.status(), unknown.status()), (404, 404));
        let told = |reply: &hob::testing::Reply| {
            let id = reply.header("x-request-id").to_owned();
            let text = reply.text().replace(&id, "");
            text.replace("/switches/nothing", "/switches/all")
                .replace("%2Fswitches%2Fnothing", "%2Fswitches%2Fall")
        };
        assert_eq!(told(&asked), told(&unknown));
        assert_eq!(alice.submit("/switches/off", &[]).await.status(), 404);
        assert_eq!(alice.get("/switches/mine").await.text(), "yours");

        let mut olga = signed_in(&site, "olga").await;
        let first = olga.get("/switches/all").await;
        assert_eq!(first.text(), "call 1", "nobody else came so far");
        assert_eq!(
            first.headers("cache-control"),
            ["no-store"],
            "whatever the plugin said"
        );
        assert_eq!(olga.post_form("/switches/off", &[]).await.status(), 403);
        let elsewhere = [("origin", "https://evil.example")];
        let csrf = olga.csrf();
        let form = [("csrf", csrf.as_str())];
        let forged = olga
            .post_form_with("/switches/off", &form, &elsewhere)
            .await;
        assert_eq!(forged.status(), 403);
        let done = olga.submit("/switches/off", &[]).await;
        assert_eq!(done.text(), "olga true");
        assert_eq!(done.header("cache-control"), "no-store");

        // The session says who it is, and not for ever what that may be.
        site.db()
            .write(|connection| {
                let sql = "UPDATE members SET administrator = FALSE WHERE username = 'olga'";
                diesel::RunQueryDsl::execute(diesel::sql_query(sql), connection)
            })
            .await
            .expect("it can be changed");
        assert_eq!(olga.get("/switches/all").await.status(), 404);
        assert_eq!(olga.get("/admin").await.status(), 404);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_way_to_administration_is_shown_to_administrators_alone() {
    let kinds = RefCell::new(Vec::new());
    on_each_database(async |builder| {
        let site = builder.plugin(switchboard()).start().await;
        let alice = site.add_member("alice", PASSWORD).await;
        site.add_administrator("olga", PASSWORD).await;
        let in_menu = "<a href=\"/admin\">Administration</a>";

        for path in ["/admin", "/admin/audit", "/admin/audit/export?format=csv"] {
            let reply = site.browser().get(path).await;
            assert_eq!(reply.status(), 303, "{path}");
            assert!(reply.header("location").starts_with("/login"), "{path}");
        }
        let mut browser = signed_in(&site, "alice").await;
        for path in ["/admin", "/admin/audit", "/admin/audit/export?format=csv"] {
            assert_eq!(browser.get(path).await.status(), 404, "{path}");
        }
        let home = browser.get("/").await;
        assert!(!home.text().contains("/admin"), "{}", home.text());
        assert!(!home.text().contains("All switches"), "{}", home.text());
        site.disable_member(alice.id).await;

        let mut olga = signed_in(&site, "olga").await;
        let home = olga.get("/").await;
        assert!(home.text().contains(in_menu), "{}", home.text());
        assert!(home.text().contains("My switches"));
        assert!(!home.text().contains("All switches"), "it has its place");
        let root = Who::operator("root");
        let one_more = AuditEntry::new("x", "thing.done", &root, site.clock().now());
        note(&site, one_more).await;
        let entries = site.db().read(Entry::count).await.expect("it counts");
        let page = olga.get("/admin").await;
        assert_eq!(page.header("cache-control"), "no-store");
        let text = page.text();
        assert_eq!(link(text, "All switches"), "/switches/all");
        assert_eq!(
            link(text, "Who did what, when and from where"),
            "/admin/audit"
        );
        for there in [
            "Switchboard",
            "running",
            "The site is ready",
            "2, of which 1 switched off",
            &format!("{entries} entries. Each is kept for 365 days."),
            &format!("Hob {}", env!("CARGO_PKG_VERSION")),
        ] {
            assert!(text.contains(there), "{there}: {text}");
        }
        let kind = ["SQLite", "PostgreSQL"]
            .into_iter()
            .find(|kind| text.contains(&format!("<dd>{kind}</dd>")));
        kinds.borrow_mut().push(kind.expect("it is one of them"));

        let mut olga = olga.reading("de");
        let page = olga.get("/admin").await;
        assert!(page.text().contains("Verwaltung"), "{}", page.text());
    })
    .await;
    let kinds = kinds.into_inner();
    assert_eq!(kinds, ["SQLite", "PostgreSQL"][..kinds.len()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_filtered_by_who_what_whom_when_and_from_where() {
    on_each_database(async |builder| {
        let site = builder.plugin(switchboard()).start().await;
        let alice = site.add_member("alice", PASSWORD).await;
        site.add_administrator("olga", PASSWORD).await;
        let now = site.clock().now();
        let day = Duration::from_secs(24 * 3600);
        let bob = Who::member(4711, "bob", "192.0.2.7", "abcdefgh");
        let entry =
            |action: &str, who: &Who, at: Timestamp| AuditEntry::new("shop", action, who, at);
        let root = Who::operator("root");
        note(&site, entry("thing.sold", &bob, now - 9 * day)).await;
        let about = entry("thing.lent", &bob, now - 2 * day).about("thing", "t<1>");
        note(
            &site,
            about.with("to", "<b>alice</b>").about_member(alice.id),
        )
        .await;
        note(&site, entry("thing.bought", &root, now - day)).await;
        note(
            &site,
            AuditEntry::new("switches", "switch.off", &root, now - day),
        )
        .await;

        let mut olga = signed_in(&site, "olga").await;
        let mut filtered = async |query: &str| {
            let page = olga.get(&format!("/admin/audit?{query}")).await;
            assert_eq!(page.status(), 200, "{query}: {}", page.text());
            page.text().to_owned()
        };
        let all = filtered("").await;
        assert_eq!(
            actions(&all),
            [
                "member.signed_in",
                "switch.off",
                "thing.bought",
                "thing.lent",
                "thing.sold"
            ]
        );
        assert!(
            all.contains("&lt;b&gt;alice&lt;/b&gt;") || all.contains("&#60;b&#62;"),
            "{all}"
        );
        assert!(!all.contains("<b>alice"), "{all}");
        assert!(!all.contains("t<1>"), "{all}");
        assert!(all.contains("about <strong>alice</strong>"), "{all}");
        assert_eq!(link(&all, "192.0.2.7"), "/admin/audit?from=192.0.2.7");
        assert!(
            all.contains("href=\"/admin/audit?subject=t%3C1%3E&#38;subject_kind=thing\""),
            "{all}"
        );
        for (query, expected) in [
            ("who=bob", &["thing.lent", "thing.sold"][..]),
            ("about=alice", &["thing.lent"]),
            ("subject=t%3C1%3E", &["thing.lent"]),
            ("subject=t", &[]),
            ("subject=t%3C1%3E&subject_kind=thing", &["thing.lent"]),
            ("subject=t%3C1%3E&subject_kind=client", &[]),
            ("subject_kind=thing", &["thing.lent"]),
            ("what=thing.", &["thing.bought", "thing.lent", "thing.sold"]),
            ("plugin=switches", &["switch.off"]),
            ("from=192.0.2.7", &["thing.lent", "thing.sold"]),
            ("from=192.0.2.8", &[]),
            ("since=3d&plugin=shop", &["thing.bought", "thing.lent"]),
            ("until=3d", &["thing.sold"]),
            ("who=bob&since=3d&until=&plugin=", &["thing.lent"]),
        ] {
            let page = filtered(query).await;
            assert_eq!(actions(&page), expected, "{query}");
            let nothing = page.contains("Nothing was noted that fits.");
            assert_eq!(nothing, expected.is_empty(), "{query}");
        }
        for (query, told) in [
            ("since=yesterday", "This is no time"),
            ("until=2026-13-01", "This is no time"),
            ("about=nobody", "No member is called nobody."),
        ] {
            let page = olga.get(&format!("/admin/audit?{query}")).await;
            assert_eq!(page.status(), 422, "{query}");
            assert!(page.text().contains(told), "{query}: {}", page.text());
            assert!(actions(page.text()).is_empty());
            // Nothing was looked up, so nothing is said of what there is.
            assert!(!page.text().contains("Nothing was noted"), "{query}");
            let path = format!("/admin/audit/export?format=csv&{query}");
            assert_eq!(olga.get(&path).await.status(), 400, "{query}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_turned_over_page_by_page() {
    on_each_database(async |builder| {
        let site = builder.start().await;
        site.add_administrator("olga", PASSWORD).await;
        let mut olga = signed_in(&site, "olga").await;
        let now = site.clock().now() - Duration::from_secs(60);
        // All at one time: the id is what tells them apart.
        let stored: Result<(), DbError> = site
            .db()
            .write(move |connection| {
                for number in 0..120 {
                    let action = format!("thing.number_{number}");
                    connection.note(AuditEntry::new("x", &action, &Who::operator("root"), now))?;
                }
                Ok(())
            })
            .await;
        stored.expect("they can be stored");
        let mut path = "/admin/audit?what=thing".to_owned();
        let mut seen = Vec::new();
        for length in [50, 50, 20] {
            let page = olga.get(&path).await;
            let shown = actions(page.text());
            assert_eq!(shown.len(), length);
            seen.extend(shown.into_iter().map(ToOwned::to_owned));
            let is_last = length < 50;
            assert_eq!(page.text().contains("Older entries"), !is_last);
            if !is_last {
                path = link(page.text(), "Older entries")
                    .replace("&#38;", "&")
                    .replace("&amp;", "&");
            }
        }
        let expected: Vec<String> = (0..120)
            .rev()
            .map(|n| format!("thing.number_{n}"))
            .collect();
        assert_eq!(seen, expected);
        let last = olga.get(&path).await;
        assert_eq!(link(last.text(), "Newest"), "/admin/audit?what=thing");
        for cursor in ["1", "a-b", "-"] {
            let page = olga.get(&format!("/admin/audit?before={cursor}")).await;
            assert_eq!(page.status(), 400, "{cursor}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fits_is_taken_away_as_a_file_and_that_is_noted() {
    on_each_database(async |builder| {
        let site = builder.start().await;
        site.add_administrator("olga", PASSWORD).await;
        let mut olga = signed_in(&site, "olga").await;
        let now = site.clock().now();
        // More than are read at a time.
        let stored: Result<(), DbError> = site
            .db()
            .write(move |connection| {
                for number in 0..1500_u64 {
                    let entry = AuditEntry::new("x", "thing.done", &Who::operator("=cmd"), now);
                    connection.note(entry.with_count("number", number))?;
                }
                Ok(())
            })
            .await;
        stored.expect("they can be stored");

        let csv = olga.get("/admin/audit/export?what=thing&format=csv").await;
        assert_eq!(csv.status(), 200);
        assert!(csv.header("content-type").starts_with("text/csv"));
        assert_eq!(csv.header("cache-control"), "no-store");
        let day = &now.to_string()[..10];
        assert_eq!(
            csv.header("content-disposition"),
            format!("attachment; filename=\"audit-{day}.csv\"")
        );
        let lines: Vec<&str> = csv.text().split_terminator("\r\n").collect();
        assert_eq!(lines.len(), 1501);
        assert!(lines[0].starts_with("at,plugin,action,"));
        assert!(
            lines[1..]
                .iter()
                .all(|line| line.contains("x,thing.done,operator,,'=cmd,"))
        );

        let json = olga
            .get("/admin/audit/export?what=thing&format=jsonl")
            .await;
        assert_eq!(json.header("content-type"), "application/x-ndjson");
        let numbers: Vec<u64> = json
            .text()
            .lines()
            .map(|line| {
                let entry: serde_json::Value = serde_json::from_str(line).expect("it is JSON");
                assert_eq!(entry["who"]["name"], "=cmd");
                entry["details"]["number"].as_u64().expect("a number")
            })
            .collect();
        assert_eq!(numbers, (0..1500).rev().collect::<Vec<_>>());

        let page = olga.get("/admin/audit?what=audit").await;
        assert_eq!(actions(page.text()), ["audit.exported", "audit.exported"]);
        assert_eq!(link(page.text(), "olga"), "/admin/audit?who=olga");
        let noted = olga
            .get("/admin/audit/export?what=audit&format=jsonl")
            .await;
        for line in noted.text().lines() {
            let entry: serde_json::Value = serde_json::from_str(line).expect("it is JSON");
            assert_eq!(entry["who"]["kind"], "member");
            assert!(
                !entry["who"]["peer"].as_str().unwrap_or_default().is_empty(),
                "{line}"
            );
            assert_eq!(
                entry["who"]["request_id"].as_str().map(str::len),
                Some(16),
                "{line}"
            );
        }
        assert_eq!(noted.text().lines().count(), 3, "it is in its own file");
        for format in ["", "&format=xlsx"] {
            let path = format!("/admin/audit/export?what=thing{format}");
            assert_eq!(olga.get(&path).await.status(), 400, "{format:?}");
        }
    })
    .await;
}
