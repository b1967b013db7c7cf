//! An application as administrators see it, and what they do to it.

mod support;

use hob::testing::{Reply, on_each_database};
use hob_oauth_events::{ClientDeleted, ClientResumed, ClientSuspended, TokenRevoked};
use serde_json::json;
use support::{
    App, Dance, REDIRECT_URI,
    admin::{CLIENTS, assert_by_olga, assert_shows, noted_by_olga, olga, page_of, to},
    assert_error, assert_error_page,
    audit::entries,
    listener,
    registration::labelled,
};

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
        // What was done to it is one click away.
        let log = format!(
            "/admin/audit?subject_kind=client&subject={}",
            used.client_id
        );
        let link = format!("href=\"{}\"", log.replace('&', "&#38;"));
        assert_shows(&page, &[&link]);
        let noted = olga.get(&log).await;
        assert_shows(&noted, &["client.registered", &used.client_id]);
        assert!(!noted.text().contains(&app.client_id), "{noted:?}");
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
