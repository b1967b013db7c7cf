//! What administrators see and do on their pages, and nobody else.

mod support;

use std::time::Duration;

use hob::{
    audit::{Entry, Filter},
    testing::{Browser, Reply, on_each_database},
};
use hob_oauth_events::{ClientDeleted, ClientResumed, ClientSuspended, TokenRevoked};
use hob_plugin_manifest::{Authentication, Manifest};
use hob_plugin_sdk::{Actor, Who, db::DbError};
use serde_json::json;
use support::{
    App, Dance, PASSWORD, REDIRECT_URI, assert_error, assert_error_page, listener,
    registration::{labelled, token_site, web_metadata},
};

const CLIENTS: &str = "/oauth/admin/clients";
const POLICY: &str = "/oauth/admin/policy";
const INITIAL_TOKENS: &str = "/oauth/admin/initial-tokens";

/// The browser of somebody who looks after the site.
async fn olga(dance: &Dance) -> Browser {
    dance.site.add_administrator("olga", PASSWORD).await;
    let mut browser = dance.site.browser();
    browser.sign_in("olga", PASSWORD).await;
    browser
}

fn page_of(app: &App) -> String {
    format!("{CLIENTS}/{}", app.client_id)
}

fn to(app: &App, what: &str) -> String {
    format!("{CLIENTS}/{}/{what}", app.client_id)
}

async fn entries(dance: &Dance, what: &str) -> Vec<Entry> {
    let filter = Filter {
        plugin: Some("oauth".to_owned()),
        what: Some(what.to_owned()),
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

/// The client ids in a list, in the order in which they are shown.
fn listed(page: &Reply) -> Vec<&str> {
    let links = page.text().split("<h2><a href=\"").skip(1);
    links
        .filter_map(|rest| rest.split('"').next())
        .filter_map(|path| path.rsplit('/').next())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn members_get_nothing_of_it() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let given = dance.tokens(&app).await;
        let (_, _) = dance.initial_token(&[]).await;
        let mut olga = olga(&dance).await;
        let manifest = Manifest::parse(include_str!("../plugin.toml")).expect("it is right");
        let guarded: Vec<(&str, String)> = manifest
            .routes
            .iter()
            .filter(|route| route.authentication == Authentication::Administrator)
            .map(|route| {
                let path = route.path().replace("{client_id}", &app.client_id);
                let path = path.replace("{id}", "1");
                let prefix = if route.root { "" } else { "/oauth" };
                (route.method(), format!("{prefix}{path}"))
            })
            .collect();
        assert_eq!(guarded.len(), 11, "{guarded:?}");
        for (method, path) in &guarded {
            let mut nobody = dance.site.browser();
            let (asked, told) = match *method {
                "GET" => (nobody.get(path).await, dance.browser.get(path).await),
                _ => (
                    nobody.post_form(path, &[]).await,
                    dance.browser.submit(path, &[]).await,
                ),
            };
            assert_eq!(asked.status(), 303, "{path}");
            assert!(asked.header("location").starts_with("/login?"), "{path}");
            assert_eq!(told.status(), 404, "{path}");
            assert!(!told.text().contains("Photo Desk"), "{path}");
            // An administrator is let in, but not by a forged form.
            let let_in = match *method {
                "GET" => olga.get(path).await,
                _ => olga.post_form(path, &[]).await,
            };
            let expected = match (*method, path.as_str()) {
                ("GET", "/oauth/admin") => 303,
                ("GET", _) => 200,
                _ => 403,
            };
            assert_eq!(let_in.status(), expected, "{path}");
            assert_eq!(let_in.headers("cache-control"), ["no-store"], "{path}");
        }
        // Nothing of all that was done.
        dance.assert_alive(&given).await;
        assert_eq!(dance.count("oauth_clients").await, 1);
        assert_eq!(dance.count("oauth_initial_access_tokens").await, 1);
        assert_eq!(olga.get("/oauth/admin").await.header("location"), CLIENTS);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_applications_are_listed_searched_and_turned_over() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let own = dance.register_on_page("public", REDIRECT_URI).await;
        dance.tokens(&own).await;
        for number in 0..50 {
            let name = format!("Desk {number} 100%");
            dance
                .add(&[
                    "--name",
                    &name,
                    "--scope",
                    "profile",
                    "--redirect-uri",
                    REDIRECT_URI,
                ])
                .await;
        }
        let hostile = "<img src=x onerror=alert(1)>";
        let last = dance
            .add(&[
                "--name", hostile, "--scope", "profile", "--grant", "password",
            ])
            .await;
        let legacy = ["oauth", "client", "edit", &last, "--legacy-query", "true"];
        dance.site.run_command(&legacy).await;
        let mut olga = olga(&dance).await;

        let first = olga.get(CLIENTS).await;
        let mut all = listed(&first)
            .into_iter()
            .map(str::to_owned)
            .collect::<Vec<_>>();
        assert_eq!(all.len(), 50);
        assert_eq!(all[0], last, "the last that was registered comes first");
        assert!(!first.text().contains("<img src=x"), "{}", first.text());
        assert_shows(
            &first,
            &[
                "sees passwords",
                "secrets in addresses",
                "Allowed by 0 members",
                "not used yet",
                "registered by an operator",
                "Further",
            ],
        );
        let row = all.last().expect("a page of them").clone();
        let next = first.text().split("href=\"").find_map(|rest| {
            let path = rest.split('"').next()?;
            path.contains("before=").then_some(path)
        });
        let next = next.expect("there is more").to_owned();
        let second = olga.get(&next).await;
        assert_shows(
            &second,
            &[
                "Pocket",
                "Allowed by 1 member",
                "last used",
                "registered by @alice",
                "unverified",
                "From the beginning",
            ],
        );
        assert!(!second.text().contains("Further"), "{}", second.text());
        all.extend(listed(&second).into_iter().map(str::to_owned));
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 52, "each once");
        assert!(!listed(&second).contains(&row.as_str()));

        for (query, expected) in [
            ("pOCKET", vec![own.client_id.as_str()]),
            ("ONERROR", vec![last.as_str()]),
            (&own.client_id, vec![own.client_id.as_str()]),
            ("no such name", vec![]),
            ("_", vec![]),
        ] {
            let page = olga
                .get(&format!("{CLIENTS}?q={}", query.replace(' ', "+")))
                .await;
            assert_eq!(page.status(), 200, "{query}");
            // Client ids may have the sign that is searched for.
            let found: Vec<&str> = listed(&page)
                .into_iter()
                .filter(|id| query != "_" || !id.contains('_'))
                .collect();
            assert_eq!(found, expected, "{query}");
        }
        let percent = olga.get(&format!("{CLIENTS}?q=100%25")).await;
        assert_eq!(listed(&percent).len(), 50, "all but the first and the last");
        assert!(!percent.text().contains("Further"), "{}", percent.text());
        let control = olga.get(&format!("{CLIENTS}?q=%00pocket%0a")).await;
        assert_eq!(control.status(), 200, "no database is asked for it");
        let nothing = olga.get(&format!("{CLIENTS}?q=none&before=x")).await;
        assert_shows(&nothing, &["No application is called that"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_is_shown_with_all_that_is_known_of_it() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let more = [
            "--website",
            "https://desk.example/about",
            "--introspect",
            "--require-pushed-authorization-requests",
        ];
        let app = dance.register("https://app.example/back", &more).await;
        let plain = dance
            .register(REDIRECT_URI, &["--dpop-bound-access-tokens"])
            .await;
        let used = dance.web_app().await;
        let given = dance.tokens(&used).await;
        dance.assert_alive(&given).await;
        dance.site.run_job("oauth", "note_token_uses").await;
        let mut olga = olga(&dance).await;

        let page = olga.get(&page_of(&app)).await;
        assert_shows(
            &page,
            &[
                &app.client_id,
                "https://app.example/back",
                "desk.example",
                "client_secret_basic",
                "authorization_code",
                "refresh_token",
                "<code>media:write</code>",
                "It may look at the access tokens",
                "It must push",
                "registered by an operator",
                "Allowed by 0 members",
                "No member allows it",
                "resource server",
            ],
        );
        let secret = app.secret.as_deref().expect("it has one");
        assert!(!page.text().contains(secret));
        assert!(!page.text().contains("bound to its key"));
        assert_shows(&olga.get(&page_of(&plain)).await, &["bound to its key"]);

        let page = olga.get(&page_of(&used)).await;
        assert_shows(
            &page,
            &[
                "@alice",
                "<code>profile media:read</code>",
                "allowed <time",
                "Allowed by 1 member",
                "last used <time",
            ],
        );
        let unknown = olga.get(&format!("{CLIENTS}/nothing")).await;
        assert_eq!(unknown.status(), 404);
        let mut olga = olga.reading("fr");
        assert_shows(
            &olga.get(&page_of(&used)).await,
            &["Autorisée par 1 membre"],
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_members_of_an_application_are_turned_over() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let mut olga = olga(&dance).await;
        // As many as fit and one more; all at one time, so that the row tells.
        for member in 1000..1051 {
            dance
                .execute(&format!(
                    "INSERT INTO \"oauth_consents\" (\"member_id\", \"client\", \"resource\", \
                     \"scope\", \"granted_at\", \"updated_at\", \"revision\") \
                     SELECT {member}, \"id\", '', 'profile', 1, 1, 0 FROM \"oauth_clients\""
                ))
                .await;
        }
        let page = olga.get(&page_of(&app)).await;
        assert_shows(&page, &["Allowed by 51 members"]);
        let gone = |page: &Reply| page.text().matches("<h3>member 10").count();
        assert_eq!(gone(&page), 50);
        let more = page.text().split("href=\"").find_map(|rest| {
            let path = rest.split('"').next()?;
            path.contains("?members=")
                .then_some(path.split('#').next()?)
        });
        let rest = olga.get(more.expect("there is more")).await;
        assert_eq!(gone(&rest), 1);
        assert_shows(&rest, &["member 1000, who is gone", "From the beginning"]);
        assert!(!rest.text().contains(">Further<"), "{}", rest.text());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_is_stopped_at_once_and_let_go_on() {
    let _one = listener::alone().await;
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder.plugin(listener::listener())).await;
        let (app, other) = (dance.web_app().await, dance.web_app().await);
        let (given, others) = (dance.tokens(&app).await, dance.tokens(&other).await);
        let mut olga = olga(&dance).await;
        let page = olga.get(&page_of(&app)).await;
        assert_shows(&page, &["Suspend Photo Desk", "<details"]);

        // Too long a reason, a forged form and a member change nothing.
        let suspend = to(&app, "suspend");
        let long = "é".repeat(201);
        let refused = olga.submit(&suspend, &[("reason", &long)]).await;
        assert_eq!(refused.status(), 422);
        assert_shows(&refused, &["at most 200 characters", &long]);
        assert_eq!(olga.post_form(&suspend, &[]).await.status(), 403);
        assert_eq!(dance.browser.submit(&suspend, &[]).await.status(), 404);
        dance.assert_alive(&given).await;
        listener::forget();

        let reason = "Its <secret> was published";
        let done = olga.submit(&suspend, &[("reason", reason)]).await;
        assert_eq!(done.status(), 303);
        dance.assert_dead(&app, &given).await;
        dance.assert_alive(&others).await;
        assert_error_page(&dance.browser.get(&app.authorize_path(&[])).await);
        let page = olga.get(done.header("location")).await;
        assert_shows(&page, &["It is suspended", "Resume Photo Desk"]);
        assert!(!page.text().contains("<secret>"), "{}", page.text());
        assert!(page.text().contains("was published"));
        let entry = noted_by_olga(&dance, "client.suspended").await;
        assert_eq!(entry.subject, app.client_id);
        assert!(entry.details.contains("was published"), "{entry:?}");
        let told = listener::one::<ClientSuspended>();
        assert_by_olga(&told.who);
        assert_eq!((told.reason.as_str(), told.tokens_ended), (reason, 2));

        listener::forget();
        let done = olga.submit(&to(&app, "resume"), &[]).await;
        let page = olga.get(done.header("location")).await;
        assert_shows(&page, &["It may go on", "Suspend Photo Desk"]);
        assert_by_olga(&listener::one::<ClientResumed>().who);
        noted_by_olga(&dance, "client.resumed").await;
        dance.assert_dead(&app, &given).await;
        let again = dance.tokens(&app).await;
        dance.assert_alive(&again).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_tokens_of_an_application_are_ended_and_what_members_allow_stays() {
    let _one = listener::alone().await;
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder.plugin(listener::listener())).await;
        let (app, other) = (dance.web_app().await, dance.web_app().await);
        let (given, others) = (dance.tokens(&app).await, dance.tokens(&other).await);
        let mut olga = olga(&dance).await;
        listener::forget();
        let done = olga.submit(&to(&app, "end-tokens"), &[]).await;
        assert_eq!(done.status(), 303);
        assert_shows(
            &olga.get(done.header("location")).await,
            &["All its tokens are dead"],
        );
        dance.assert_dead(&app, &given).await;
        dance.assert_alive(&others).await;
        let told = listener::one::<TokenRevoked>();
        assert_by_olga(&told.who);
        assert_eq!(
            (told.what.as_str(), told.reason.as_str()),
            ("client", "operator")
        );
        assert_eq!((told.access_tokens, told.refresh_tokens), (1, 1));
        let entry = noted_by_olga(&dance, "token.revoked").await;
        assert_eq!(entry.subject, app.client_id);
        // Nobody is asked again: what was allowed is remembered.
        let silent = dance.browser.get(&app.authorize_path(&[])).await;
        assert_eq!(silent.status(), 303, "{silent:?}");
        let again = dance.tokens(&app).await;
        dance.assert_alive(&again).await;

        // What a program holds for itself dies too.
        let program = dance
            .register_without_redirect("profile", &["--grant", "client_credentials"])
            .await;
        let issued = dance
            .token(&program, &[("grant_type", "client_credentials")])
            .await;
        let token = issued.json::<serde_json::Value>()["access_token"]
            .as_str()
            .expect("one")
            .to_owned();
        let looked_at = [("token", token.as_str())];
        let active = async || {
            let told = dance
                .post_as(&program, "/oauth/introspect", &looked_at)
                .await;
            told.json::<serde_json::Value>()["active"] == json!(true)
        };
        assert!(active().await);
        olga.submit(&to(&program, "end-tokens"), &[]).await;
        assert!(!active().await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_is_deleted_for_good() {
    let _one = listener::alone().await;
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder.plugin(listener::listener())).await;
        let (app, other) = (dance.web_app().await, dance.web_app().await);
        let (given, others) = (dance.tokens(&app).await, dance.tokens(&other).await);
        let mut olga = olga(&dance).await;
        let page = olga.get(&page_of(&app)).await;
        assert_shows(
            &page,
            &["with what 1 member allowed it", "Delete Photo Desk"],
        );
        listener::forget();
        let done = olga.submit(&to(&app, "delete"), &[]).await;
        assert_eq!(done.status(), 303);
        let list = olga.get(done.header("location")).await;
        assert_shows(&list, &["The application is deleted", &other.client_id]);
        assert!(!list.text().contains(&app.client_id));
        assert_eq!(dance.api_status(&given.access).await, 401);
        dance.assert_alive(&others).await;
        let told = listener::one::<ClientDeleted>();
        assert_by_olga(&told.who);
        assert_eq!((told.reason.as_str(), told.members), ("operator", 1));
        let entry = noted_by_olga(&dance, "client.deleted").await;
        assert_eq!(entry.subject, app.client_id);
        for what in ["delete", "suspend", "resume", "end-tokens", "secret"] {
            let again = olga.submit(&to(&app, what), &[]).await;
            assert_eq!(again.status(), 404, "{what}");
        }
        assert_eq!(entries(&dance, "client.deleted").await.len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_gets_a_new_secret_that_is_shown_once() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let public = dance.browser_app().await;
        let mut olga = olga(&dance).await;
        assert_eq!(
            dance
                .browser
                .submit(&to(&app, "secret"), &[])
                .await
                .status(),
            404
        );
        let shown = olga.submit(&to(&app, "secret"), &[("old", "now")]).await;
        assert_eq!(shown.status(), 201);
        assert_eq!(shown.headers("cache-control"), ["no-store"]);
        let secret = labelled(&shown, "client-secret")
            .expect("it is shown")
            .to_owned();
        let page = olga.get(&page_of(&app)).await;
        assert!(!page.text().contains(&secret));
        noted_by_olga(&dance, "secret.added").await;

        let code = dance.code(&app).await;
        assert_error(&dance.exchange(&app, &code).await, 401, "invalid_client");
        let renewed = App {
            secret: Some(secret),
            ..app.clone()
        };
        dance.tokens(&renewed).await;

        assert!(
            !olga
                .get(&page_of(&public))
                .await
                .text()
                .contains("id=\"secret\"")
        );
        let refused = olga.submit(&to(&public, "secret"), &[]).await;
        assert_eq!(refused.status(), 422);
        // A day's grace, and then there is no third.
        assert_eq!(olga.submit(&to(&app, "secret"), &[]).await.status(), 201);
        let third = olga.submit(&to(&app, "secret"), &[]).await;
        assert_eq!(third.status(), 422);
        assert_shows(&third, &["two secrets are live already"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_policy_is_shown_as_it_stands_in_the_file() {
    on_each_database(async |builder| {
        let lines = "registration = \"administrators\"\naccess_token_lifetime = \"36h\"\n\
                     refresh_token_lifetime = \"90m\"\ndynamic_registration = \"open\"\n\
                     dynamic_registration_scopes = [\"profile\", \"media:write\"]\n\
                     require_pkce = true\npersonal_tokens_per_member = 7";
        let dance = Dance::start(builder.plugin_toml("oauth", lines)).await;
        let app = dance
            .register_without_redirect("profile", &["--grant", "password"])
            .await;
        let mut olga = olga(&dance).await;
        let page = olga.get(POLICY).await;
        assert_eq!(page.status(), 200);
        let manifest = Manifest::parse(include_str!("../plugin.toml")).expect("it is right");
        for key in manifest.config.keys() {
            let row = format!("<th scope=\"row\"><code class=\"breaking\">{key}</code>");
            assert_eq!(page.text().matches(&row).count(), 1, "{key}");
        }
        let value = |key: &str| {
            let row = page
                .text()
                .split(&format!(">{key}</code>"))
                .nth(1)
                .expect("its row");
            let cell = row
                .split("<td>")
                .nth(1)
                .and_then(|rest| rest.split("</td>").next());
            let text = cell
                .expect("its cell")
                .replace("&#34;", "\"")
                .replace("&quot;", "\"");
            let text = text
                .split('>')
                .nth(1)
                .and_then(|rest| rest.split('<').next());
            text.expect("an element").to_owned()
        };
        for (key, expected) in [
            ("registration", "\"administrators\""),
            ("access_token_lifetime", "\"36h\""),
            ("refresh_token_lifetime", "\"90m\""),
            ("refresh_token_absolute_lifetime", "\"365d\""),
            ("dynamic_registration", "\"open\""),
            (
                "dynamic_registration_scopes",
                "[\"profile\", \"media:write\"]",
            ),
            ("consent_lifetime", "not set"),
            ("require_pkce", "true"),
            ("dpop_nonce", "false"),
            ("personal_tokens_per_member", "7"),
        ] {
            assert_eq!(value(key), expected, "{key}");
        }
        // What the doctor says stands above, the worst first.
        let text = page.text();
        for id in [
            "long_access_tokens",
            "open_registration_with_sensitive_scopes",
            "password_grant",
        ] {
            assert!(text.contains(&format!("<code>{id}</code>")), "{id}: {text}");
        }
        assert!(text.find("password_grant") < text.find("policy-topic-registration"));
        assert_shows(&page, &["danger", &app.client_id, "sensitive"]);
        let mut olga = olga.reading("de");
        assert_shows(
            &olga.get(POLICY).await,
            &["Was riskant ist", "nicht gesetzt", "Gefahr"],
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn initial_access_tokens_are_given_out_and_taken_back() {
    on_each_database(async |builder| {
        let mut dance = token_site(builder).await;
        let mut alice = std::mem::replace(&mut dance.browser, dance.site.browser());
        let mut olga = olga(&dance).await;
        assert_shows(
            &olga.get(POLICY).await,
            &["There is none that has not expired"],
        );
        for (wrong, told) in [
            (
                [("uses", "0"), ("days", "7"), ("note", "")],
                "no number from 1 to 1000000",
            ),
            (
                [("uses", "x"), ("days", "7"), ("note", "")],
                "no number from 1 to 1000000",
            ),
            (
                [("uses", "2"), ("days", "0"), ("note", "")],
                "no number of days",
            ),
            (
                [("uses", "2"), ("days", "3651"), ("note", "")],
                "no number of days",
            ),
            (
                [("uses", "2"), ("days", "99999999999999999"), ("note", "")],
                "no number of days",
            ),
            (
                [("uses", "2"), ("days", "7"), ("note", "a\nb")],
                "at most 200 characters",
            ),
        ] {
            let refused = olga.submit(INITIAL_TOKENS, &wrong).await;
            assert_eq!(refused.status(), 422, "{wrong:?}");
            assert_shows(&refused, &[told, "aria-invalid=\"true\""]);
        }
        assert_eq!(dance.count("oauth_initial_access_tokens").await, 0);
        let form = [("uses", "2"), ("days", "30"), ("note", "Print <shop>")];
        assert_eq!(alice.submit(INITIAL_TOKENS, &form).await.status(), 404);
        assert_eq!(olga.post_form(INITIAL_TOKENS, &form).await.status(), 403);

        let shown = olga.submit(INITIAL_TOKENS, &form).await;
        assert_eq!(shown.status(), 201);
        assert_eq!(shown.headers("cache-control"), ["no-store"]);
        let token = labelled(&shown, "initial-token")
            .expect("it is shown")
            .to_owned();
        assert_shows(&shown, &["/oauth/register"]);
        let entry = noted_by_olga(&dance, "initial_token.issued").await;
        assert!(!entry.details.contains(&token) && entry.details.contains("\"uses\":2"));
        let page = olga.get(POLICY).await;
        assert!(!page.text().contains(&token));
        assert!(!page.text().contains("<shop>"), "{}", page.text());
        assert_shows(&page, &["for 2 more applications"]);

        let metadata = web_metadata(&json!({}));
        let register = async |token: &str| {
            let method = http::Method::POST;
            let told = dance.send_json(method, "/oauth/register", Some(token), Some(&metadata));
            told.await.status()
        };
        assert_eq!(register(&token).await, 201);
        assert_shows(&olga.get(POLICY).await, &["for 1 more application ·"]);
        let listed = olga.get(CLIENTS).await;
        assert_shows(&listed, &["registered itself", "unverified"]);

        let revoke = format!("{INITIAL_TOKENS}/{}/revoke", entry.subject);
        assert_eq!(alice.submit(&revoke, &[]).await.status(), 404);
        assert_eq!(register(&token).await, 201);
        let (_, other) = dance.initial_token(&[]).await;
        let again = olga.submit(INITIAL_TOKENS, &form).await;
        let second = labelled(&again, "initial-token")
            .expect("it is shown")
            .to_owned();
        let last = entries(&dance, "initial_token.issued").await.remove(0);
        let revoke = format!("{INITIAL_TOKENS}/{}/revoke", last.subject);
        let done = olga.submit(&revoke, &[]).await;
        assert_eq!(done.status(), 303);
        assert_shows(&olga.get(done.header("location")).await, &["is revoked"]);
        assert_eq!(register(&second).await, 401);
        assert_eq!(register(&other).await, 201, "another still counts");
        noted_by_olga(&dance, "initial_token.revoked").await;
        for unknown in ["4711", "x"] {
            let path = format!("{INITIAL_TOKENS}/{unknown}/revoke");
            assert_eq!(olga.submit(&path, &[]).await.status(), 404, "{unknown}");
        }
        dance
            .site
            .clock()
            .advance(Duration::from_secs(31 * 24 * 3600));
        // So long does no session last.
        olga.sign_in("olga", PASSWORD).await;
        assert_shows(
            &olga.get(POLICY).await,
            &["There is none that has not expired"],
        );
    })
    .await;
}

impl Dance {
    /// Runs `hob oauth client add`, and answers with the client id.
    async fn add(&self, more: &[&str]) -> String {
        let words = [&["oauth", "client", "add", "--json"], more].concat();
        let output = self.site.run_command(&words).await;
        assert_eq!(output.exit_code, 0, "{}", output.stderr);
        let client: serde_json::Value = serde_json::from_str(&output.stdout).expect("JSON");
        client["client_id"].as_str().expect("an id").to_owned()
    }
}
