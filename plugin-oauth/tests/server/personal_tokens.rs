//! `/oauth/tokens`: a member makes tokens for programs of his or her own.

use crate::support;

use std::time::Duration;

use futures_util::future::join_all;
use hob::testing::{Browser, Reply, on_each_database};
use serde_json::Value;
use support::{CONNECTIONS, Dance, PASSWORD};

const TOKENS: &str = "/oauth/tokens";
const NEW: &str = "/oauth/tokens/new";
const DAY: Duration = Duration::from_secs(24 * 3600);

/// A good form, with some fields replaced; an empty value takes a field out.
fn form<'a>(other: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let good = [("name", "Backup"), ("scope", "profile"), ("ends", "30")];
    let kept = good
        .into_iter()
        .filter(|(name, _)| !other.iter().any(|(replaced, _)| replaced == name));
    let added = other.iter().copied();
    kept.chain(added.filter(|(_, value)| !value.is_empty()))
        .collect()
}

fn token_on(page: &Reply) -> String {
    assert_eq!(page.status(), 201, "{page:?}");
    let marker = "aria-labelledby=\"personal-token\">";
    let text = page.text();
    let start = text.find(marker).expect("the token is shown") + marker.len();
    text[start..].split('<').next().unwrap().to_owned()
}

async fn make(browser: &mut Browser, other: &[(&str, &str)]) -> String {
    token_on(&browser.submit(NEW, &form(other)).await)
}

async fn get(dance: &Dance, path: &str, token: &str) -> Reply {
    let authorization = format!("Bearer {token}");
    dance.site.browser().get_with(path, &authorization).await
}

/// What `hob oauth token list` prints of alice's.
async fn listed(dance: &Dance) -> Vec<Value> {
    let words = ["oauth", "token", "list", "--member", "alice", "--json"];
    let output = dance.site.run_command(&words).await;
    assert_eq!(output.exit_code, 0, "{}", output.stderr);
    serde_json::from_str(&output.stdout).expect("JSON")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_opens_what_it_was_made_for_and_is_shown_once() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        // Nothing is chosen for the member, and what is dangerous is marked.
        let page = dance.browser.get(NEW).await;
        assert!(
            !page
                .text()
                .contains("type=\"checkbox\" name=\"scope\" value=\"profile\" checked")
        );
        assert!(page.text().contains("value=\"30\" checked"), "{page:?}");
        let reply = dance.browser.submit(NEW, &form(&[])).await;
        assert_eq!(reply.headers("cache-control"), ["no-store"]);
        let token = token_on(&reply);
        assert!(token.starts_with("hob_pt_"), "{token}");
        let me = get(&dance, "/api/v1/me", &token).await;
        assert_eq!(me.status(), 200, "{me:?}");
        assert_eq!(me.json::<Value>()["username"], "alice");
        // What it was not made for.
        let media = get(&dance, "/api/v1/media", &token).await;
        assert_eq!(media.status(), 403, "{media:?}");
        assert!(
            media
                .header("www-authenticate")
                .contains("insufficient_scope")
        );
        let both = [
            ("scope", "profile"),
            ("scope", "media:read"),
            ("name", "Both"),
        ];
        let wider = make(&mut dance.browser, &both).await;
        assert_eq!(get(&dance, "/api/v1/media", &wider).await.status(), 200);

        for path in [TOKENS, CONNECTIONS] {
            let page = dance.browser.get(path).await;
            assert!(page.text().contains("Backup"), "{page:?}");
            assert!(!page.text().contains(&token), "{page:?}");
        }
        // Only its digest is kept, and it counts in the header alone.
        let wrong = format!("{}x", &token[..token.len() - 1]);
        assert_eq!(get(&dance, "/api/v1/me", &wrong).await.status(), 401);
        let in_query = format!("/api/v1/me?access_token={token}");
        assert_eq!(dance.site.browser().get(&in_query).await.status(), 401);
        let reply = dance.api(&format!("DPoP {token}")).await;
        assert_eq!(reply.status(), 401, "{reply:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_ends_when_its_member_said_and_expired_rows_go() {
    on_each_database(async |builder| {
        let lines = "personal_token_longest_lifetime = \"60d\"";
        let mut dance = Dance::start(builder.plugin_toml("oauth", lines)).await;
        let page = dance.browser.get(NEW).await;
        assert!(page.text().contains("in 30 days") && !page.text().contains("in 90 days"));
        let week = make(&mut dance.browser, &[("ends", "7")]).await;
        let month = make(&mut dance.browser, &[]).await;
        dance
            .site
            .clock()
            .advance(7 * DAY - Duration::from_secs(60));
        assert_eq!(dance.api_status(&week).await, 200);
        dance.site.clock().advance(Duration::from_secs(60));
        assert_eq!(dance.api_status(&week).await, 401);
        assert_eq!(dance.api_status(&month).await, 200);
        let page = dance.browser.get(TOKENS).await;
        assert_eq!(page.text().matches("until <time").count(), 1, "{page:?}");
        assert_eq!(dance.count("oauth_personal_tokens").await, 2);
        dance.site.run_job("oauth", "prune").await;
        assert_eq!(dance.count("oauth_personal_tokens").await, 1);
        assert_eq!(dance.api_status(&month).await, 200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_ends_with_a_day_is_shown_with_that_day() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let now = dance.site.clock().now();
        let tomorrow = now + DAY;
        let typed = &tomorrow.to_string()[..10];
        let chosen = [("ends", "day"), ("day", typed)];
        let made = dance.browser.submit(NEW, &form(&chosen)).await;
        assert_eq!(made.status(), 201, "{made:?}");
        let end = format!("{}T00:00:00Z", &(tomorrow + DAY).to_string()[..10]);
        let last_day = typed[8..].trim_start_matches('0');
        let shown = format!("until <time datetime=\"{end}\">{last_day} ");
        assert!(
            made.text().contains(&shown),
            "{shown} is not in {}",
            made.text()
        );
        for list in [TOKENS, "/connections"] {
            let page = dance.browser.get(list).await;
            assert!(page.text().contains(&shown), "{shown} is not in {page:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mistakes_are_named_and_what_was_typed_stays() {
    on_each_database(async |builder| {
        let lines = "personal_token_longest_lifetime = \"60d\"";
        let mut dance = Dance::start(builder.plugin_toml("oauth", lines)).await;
        for (wrong, sentence) in [
            ([("name", " ")], "It needs a name."),
            ([("name", "a\u{202e}b")], "turns the direction"),
            ([("scope", "")], "It needs a scope"),
            ([("scope", "admin")], "There is no scope admin"),
            ([("ends", "61")], "for 60 days at most"),
            ([("ends", "soon")], "Say when it ends"),
            ([("ends", "day")], "Say when it ends"),
        ] {
            let page = dance.browser.submit(NEW, &form(&wrong)).await;
            assert_eq!(page.status(), 422, "{wrong:?}: {page:?}");
            assert!(page.text().contains(sentence), "{sentence}: {page:?}");
        }
        let past = [("ends", "day"), ("day", "2001-02-03"), ("name", "Ours")];
        let page = dance.browser.submit(NEW, &form(&past)).await;
        assert!(page.text().contains("This day is over."), "{page:?}");
        for kept in [
            "value=\"2001-02-03\"",
            "value=\"Ours\"",
            "value=\"profile\" checked",
        ] {
            assert!(page.text().contains(kept), "{kept}: {page:?}");
        }
        assert_eq!(dance.count("oauth_personal_tokens").await, 0);
        // Its neighbour.
        let clock = dance.site.clock().now() + 9 * DAY;
        let day = clock.to_string()[..10].to_owned();
        let token = make(&mut dance.browser, &[("ends", "day"), ("day", &day)]).await;
        dance.site.clock().advance(8 * DAY);
        assert_eq!(dance.api_status(&token).await, 200);
        dance.site.clock().advance(2 * DAY);
        assert_eq!(dance.api_status(&token).await, 401);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_taken_back_on_either_page_and_on_the_command_line() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let given = dance.tokens(&app).await;
        let mut tokens = Vec::new();
        for name in ["One", "Two", "Three", "Four"] {
            tokens.push(make(&mut dance.browser, &[("name", name)]).await);
        }
        let all = listed(&dance).await;
        let id = |name: &str| {
            let found = all.iter().find(|one| one["name"] == name);
            found.expect("it is listed")["token_id"]
                .as_str()
                .unwrap()
                .to_owned()
        };
        let one = all.iter().find(|one| one["name"] == "One").unwrap();
        assert_eq!(
            (&one["kind"], &one["scope"]),
            (&"personal_token".into(), &"profile".into())
        );
        assert_eq!(one["client_id"], Value::Null);

        // Another member does nothing to it.
        dance.site.add_member("bob", PASSWORD).await;
        let mut bob = dance.site.browser();
        bob.sign_in("bob", PASSWORD).await;
        let by_page = format!("{TOKENS}/{}/revoke", id("One"));
        let by_site = format!("oauth/{}", id("Two"));
        assert_eq!(bob.submit(&by_page, &[]).await.status(), 303);
        bob.submit("/connections/revoke", &[("only", &by_site)])
            .await;
        let page = format!("{CONNECTIONS}/{by_site}");
        assert_eq!(bob.get(&page).await.status(), 404);
        assert_eq!(dance.browser.post_form(&by_page, &[]).await.status(), 403);
        for token in &tokens {
            assert_eq!(dance.api_status(token).await, 200);
        }

        assert_eq!(dance.browser.submit(&by_page, &[]).await.status(), 303);
        assert_eq!(dance.api_status(&tokens[0]).await, 401);
        let page = dance.browser.get(&format!("{CONNECTIONS}/{by_site}")).await;
        assert!(
            page.text()
                .contains("A personal access token that you made"),
            "{page:?}"
        );
        let two = [("only", by_site.as_str())];
        dance.browser.submit("/connections/revoke", &two).await;
        assert_eq!(dance.api_status(&tokens[1]).await, 401);
        let words = ["oauth", "token", "revoke", &id("Three")];
        let output = dance.site.run_command(&words).await;
        assert!(
            output.stdout.contains("personal access token is dead"),
            "{}",
            output.stderr
        );
        assert_eq!(dance.api_status(&tokens[2]).await, 401);
        assert_eq!(dance.api_status(&tokens[3]).await, 200);
        dance.assert_alive(&given).await;
        dance
            .browser
            .submit("/connections/revoke", &[("all", "yes")])
            .await;
        assert_eq!(dance.api_status(&tokens[3]).await, 401);
        dance.assert_dead(&app, &given).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_dies_with_the_password_and_with_the_member() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let bob = dance.site.add_member("bob", PASSWORD).await;
        let mut bobs_browser = dance.site.browser();
        bobs_browser.sign_in("bob", PASSWORD).await;
        let bobs = make(&mut bobs_browser, &[]).await;
        let first = make(&mut dance.browser, &[]).await;
        dance.site.change_password(dance.alice.id, PASSWORD).await;
        assert_eq!(dance.api_status(&first).await, 401);
        assert_eq!(dance.api_status(&bobs).await, 200);
        dance.browser.sign_in("alice", PASSWORD).await;
        let second = make(&mut dance.browser, &[]).await;
        assert_eq!(dance.api_status(&second).await, 200);
        dance.site.disable_member(dance.alice.id).await;
        assert_eq!(dance.api_status(&second).await, 401);
        assert_eq!(dance.api_status(&bobs).await, 200);
        dance.site.disable_member(bob.id).await;
        assert_eq!(dance.count("oauth_personal_tokens").await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_use_is_noted_with_its_address() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let token = make(&mut dance.browser, &[]).await;
        assert_eq!(listed(&dance).await[0]["last_used_at"], Value::Null);
        assert_eq!(dance.api_status(&token).await, 200);
        dance.site.run_job("oauth", "note_token_uses").await;
        let listed = listed(&dance).await;
        assert!(listed[0]["last_used_at"].is_string(), "{listed:?}");
        assert_eq!(listed[0]["last_used_from"], "127.0.0.1");
        for path in [TOKENS, CONNECTIONS] {
            let page = dance.browser.get(path).await;
            assert!(
                page.text().contains("from <bdi>127.0.0.1</bdi>"),
                "{page:?}"
            );
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resource_server_may_look_at_it_and_no_other_client() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let token = make(&mut dance.browser, &[]).await;
        let own = ["--grant", "client_credentials"];
        let server = [&own[..], &["--introspect"]].concat();
        let server = dance.register_without_redirect("profile", &server).await;
        let other = dance.web_app().await;
        let form = [("token", token.as_str())];
        let told = dance.post_as(&server, "/oauth/introspect", &form).await;
        let told: Value = told.json();
        assert_eq!(told["active"], true);
        assert_eq!(told["scope"], "profile");
        assert_eq!(told["sub"], dance.alice.id.to_string());
        assert_eq!(told["token_type"], "Bearer");
        let client_id = told["client_id"].as_str().expect("a name");
        assert!(client_id.starts_with("personal:"), "{client_id}");
        let told = dance.post_as(&other, "/oauth/introspect", &form).await;
        assert_eq!(told.json::<Value>(), serde_json::json!({ "active": false }));
        // Nor does a client give it back.
        for client in [&server, &other] {
            let reply = dance.post_as(client, "/oauth/revoke", &form).await;
            assert_eq!(reply.status(), 200);
        }
        assert_eq!(dance.api_status(&token).await, 200);
    })
    .await;
}

/// Though its row is still there.
#[tokio::test]
async fn one_that_has_ended_takes_no_room() {
    on_each_database(async |builder| {
        let lines = "personal_tokens_per_member = 1";
        let mut dance = Dance::start(builder.plugin_toml("oauth", lines)).await;
        let week = form(&[("ends", "7")]);
        for _ in 0..2 {
            let made = dance.browser.submit(NEW, &week).await;
            assert_eq!(made.status(), 201, "{made:?}");
            let refused = dance.browser.submit(NEW, &week).await;
            assert_eq!(refused.status(), 422, "{refused:?}");
            dance.site.clock().advance(7 * DAY);
            dance.browser.sign_in("alice", PASSWORD).await;
        }
        assert_eq!(dance.count("oauth_personal_tokens").await, 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operator_says_who_makes_them_and_how_many() {
    on_each_database(async |builder| {
        let lines = "personal_tokens_per_member = 2";
        let mut dance = Dance::start(builder.plugin_toml("oauth", lines)).await;
        let mut browsers = Vec::new();
        for _ in 0..5 {
            let mut browser = dance.site.browser();
            browser.sign_in("alice", PASSWORD).await;
            browsers.push(browser);
        }
        let at_once = browsers.iter_mut().map(|browser| async {
            let reply = browser.submit(NEW, &form(&[])).await;
            (reply.status(), reply)
        });
        let replies = join_all(at_once).await;
        let made = replies.iter().filter(|(status, _)| *status == 201).count();
        assert_eq!(made, 2);
        let refused = replies.iter().find(|(status, _)| *status == 422);
        let (_, refused) = refused.expect("the third is refused");
        assert!(refused.text().contains("You have 2 tokens"), "{refused:?}");
        // Room is made by ending one.
        let id = listed(&dance).await[0]["token_id"]
            .as_str()
            .unwrap()
            .to_owned();
        let revoke = format!("{TOKENS}/{id}/revoke");
        dance.browser.submit(&revoke, &[]).await;
        let kept = make(&mut dance.browser, &[]).await;

        drop(browsers);
        let mut dance = dance.restart("personal_tokens = \"administrators\"").await;
        assert_eq!(dance.browser.get(NEW).await.status(), 403);
        let refused = dance.browser.submit(NEW, &form(&[])).await;
        assert_eq!(refused.status(), 403, "{refused:?}");
        assert_eq!(dance.api_status(&kept).await, 200, "it works on");
        let page = dance.browser.get(TOKENS).await;
        assert!(
            page.text().contains("lets you make no new ones"),
            "{page:?}"
        );
        assert!(!page.text().contains(NEW), "{page:?}");

        dance.site.add_administrator("olga", PASSWORD).await;
        for (policy, may) in [("administrators", true), ("closed", false)] {
            dance = dance
                .restart(&format!("personal_tokens = {policy:?}"))
                .await;
            let mut olga = dance.site.browser();
            olga.sign_in("olga", PASSWORD).await;
            let (shown, done) = if may { (200, 201) } else { (403, 403) };
            assert_eq!(olga.get(NEW).await.status(), shown, "{policy}");
            let reply = olga.submit(NEW, &form(&[])).await;
            assert_eq!(reply.status(), done, "{policy}: {reply:?}");
        }
    })
    .await;
}
