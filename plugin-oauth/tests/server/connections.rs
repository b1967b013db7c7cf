//! What members see of the applications that they allow, and how they take it
//! back: on the site's page, which asks the plugin.

use crate::support;

use hob::testing::{Browser, Reply, on_each_database};
use support::{App, CONNECTIONS, Dance, PASSWORD, REDIRECT_URI, allow, answer, take_back};

const REVOKE: &str = "/connections/revoke";

fn page_of(app: &App) -> String {
    format!("{CONNECTIONS}/{}", app.connection())
}

/// Ticks these and presses the button.
async fn tick(browser: &mut Browser, apps: &[&App]) -> Reply {
    let names: Vec<String> = apps.iter().map(|app| app.connection()).collect();
    let fields: Vec<(&str, &str)> = names
        .iter()
        .map(|name| ("connection", name.as_str()))
        .collect();
    browser.submit(REVOKE, &fields).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_revokes_one_application_and_no_other() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let (app, other) = (dance.web_app().await, dance.web_app().await);
        let given = dance.tokens(&app).await;
        let untouched = dance.tokens(&other).await;
        let page = dance.browser.get(CONNECTIONS).await;
        assert!(
            page.text()
                .contains(&format!("id=\"oauth/{}\"", app.client_id))
        );
        assert!(page.text().contains("See your name and your profile page"));
        let only = app.connection();
        let fields = [("only", only.as_str())];
        let forged = dance.browser.post_form(REVOKE, &fields).await;
        assert_eq!(forged.status(), 403);
        dance.assert_alive(&given).await;
        dance.take_back(&app).await;
        dance.assert_dead(&app, &given).await;
        dance.assert_alive(&untouched).await;
        let page = dance.browser.get(CONNECTIONS).await;
        assert!(!page.text().contains(&app.client_id));
        assert!(page.text().contains(&other.client_id));
        // The member is asked again.
        let page = dance.browser.get(&app.authorize_path(&[])).await;
        assert!(!page.text().contains("You allowed this before"));
        let reply = allow(&mut dance.browser, &page, &["profile".to_owned()]).await;
        answer(&reply).expect_code();
        // To revoke twice, or what is not there, is no error.
        for _ in 0..2 {
            dance.take_back(&app).await;
        }
        let nobody = [("only", "oauth/nobody")];
        let reply = dance.browser.submit(REVOKE, &nobody).await;
        assert_eq!(reply.status(), 303);
        dance.assert_alive(&untouched).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn some_are_ticked_and_all_take_one_form() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let (one, two, three) = (
            dance.web_app().await,
            dance.web_app().await,
            dance.web_app().await,
        );
        let ones = dance.tokens(&one).await;
        let twos = dance.tokens(&two).await;
        let threes = dance.tokens(&three).await;
        // Nothing was ticked.
        let reply = tick(&mut dance.browser, &[]).await;
        let page = dance.browser.get(reply.header("location")).await;
        assert!(page.text().contains("Nothing was ticked"), "{page:?}");
        dance.assert_alive(&ones).await;

        tick(&mut dance.browser, &[&one, &two]).await;
        dance.assert_dead(&one, &ones).await;
        dance.assert_dead(&two, &twos).await;
        dance.assert_alive(&threes).await;

        // The button beside one counts for that one, whatever is ticked.
        let (twos, ones) = (dance.tokens(&two).await, dance.tokens(&one).await);
        let (ticked, only) = (one.connection(), two.connection());
        let fields = [("connection", ticked.as_str()), ("only", only.as_str())];
        dance.browser.submit(REVOKE, &fields).await;
        dance.assert_dead(&two, &twos).await;
        dance.assert_alive(&ones).await;

        dance.site.add_member("bob", PASSWORD).await;
        let mut alice = std::mem::replace(&mut dance.browser, dance.site.browser());
        dance.browser.sign_in("bob", PASSWORD).await;
        let bobs = dance.tokens(&three).await;
        alice.submit(REVOKE, &[("all", "yes")]).await;
        dance.assert_dead(&one, &ones).await;
        dance.assert_dead(&three, &threes).await;
        dance.assert_alive(&bobs).await;
        let page = alice.get(CONNECTIONS).await;
        assert!(page.text().contains("No application uses your account"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_has_a_page_of_its_own() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let (app, other) = (dance.web_app().await, dance.web_app().await);
        let given = dance.tokens(&app).await;
        dance.tokens(&other).await;
        let page = dance.browser.get(&page_of(&app)).await;
        assert_eq!(page.status(), 200, "{page:?}");
        let text = page.text();
        for shown in [
            "Photo Desk",
            &app.client_id,
            "See your name and your profile page",
            "<code>media:read</code>",
            "The operator of this site",
            "OAuth 2 authorization server",
        ] {
            assert!(text.contains(shown), "{shown}: {text}");
        }
        assert!(!text.contains("unverified") && !text.contains(&other.client_id));
        let stranger = dance.site.browser().get(&page_of(&app)).await;
        assert!(
            stranger
                .header("location")
                .starts_with("/login?next=%2Fconnections%2Foauth%2F")
        );

        let run = ["oauth", "client", "suspend", &app.client_id];
        assert_eq!(dance.site.run_command(&run).await.exit_code, 0);
        let page = dance.browser.get(&page_of(&app)).await;
        assert!(page.text().contains("stopped this application"), "{page:?}");
        assert_eq!(dance.api_status(&given.access).await, 401);
        dance.take_back(&app).await;
        for gone in [
            page_of(&app),
            format!("{CONNECTIONS}/nobody/{}", app.client_id),
        ] {
            assert_eq!(dance.browser.get(&gone).await.status(), 404, "{gone}");
        }
        assert_eq!(dance.browser.get(&page_of(&other)).await.status(), 200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_sees_and_revokes_only_own_connections() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        dance.site.add_member("bob", PASSWORD).await;
        let app = dance.web_app().await;
        let given = dance.tokens(&app).await;
        let mut bob = dance.site.browser();
        bob.sign_in("bob", PASSWORD).await;
        let page = bob.get(CONNECTIONS).await;
        assert!(!page.text().contains(&app.client_id));
        assert_eq!(bob.get(&page_of(&app)).await.status(), 404);
        assert_eq!(take_back(&mut bob, &app).await.status(), 303);
        tick(&mut bob, &[&app]).await;
        bob.submit(REVOKE, &[("all", "yes")]).await;
        dance.assert_alive(&given).await;
    })
    .await;
}

/// What the operator did not register is marked, with who did.
#[tokio::test(flavor = "multi_thread")]
async fn who_registered_it_is_told() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.register_on_page("confidential", REDIRECT_URI).await;
        dance.tokens(&app).await;
        let page = dance.browser.get(CONNECTIONS).await;
        assert!(page.text().contains("unverified"), "{page:?}");
        let page = dance.browser.get(&page_of(&app)).await;
        assert!(
            page.text().contains("A member, on the site’s pages"),
            "{page:?}"
        );
        assert!(page.text().contains(">pocket.example</a>"), "{page:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_menu_and_old_links_lead_to_the_site_s_page() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let home = dance.browser.get("/").await;
        let link = "<a href=\"/connections\">Connected applications</a>";
        assert_eq!(home.text().matches(link).count(), 1, "{home:?}");
        let old = dance.browser.get("/oauth/connections").await;
        assert_eq!((old.status(), old.header("location")), (303, CONNECTIONS));
    })
    .await;
}
