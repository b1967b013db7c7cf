//! The policy and the initial access tokens, as administrators see them.

mod support;

use std::time::Duration;

use hob::testing::on_each_database;
use hob_plugin_manifest::Manifest;
use serde_json::json;
use support::{
    Dance, PASSWORD,
    admin::{CLIENTS, INITIAL_TOKENS, POLICY, assert_shows, noted_by_olga, olga},
    audit::entries,
    registration::{labelled, token_site, web_metadata},
};

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
