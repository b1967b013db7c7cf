//! What the consent page says of an application, and that it asks only for what
//! is new.

use crate::support;

use hob::testing::on_each_database;
use serde_json::json;
use support::{
    Dance, REDIRECT_URI, allow, answer, assert_error, deny,
    registration::{open_site, web_metadata},
    tokens,
};

fn scope(words: &str) -> Vec<String> {
    words.split_whitespace().map(ToOwned::to_owned).collect()
}

fn box_of(word: &str) -> String {
    format!("name=\"scope\" value=\"{word}\"")
}

#[tokio::test]
async fn it_says_who_registered_the_application_how_and_when() {
    on_each_database(async |builder| {
        let mut dance = open_site(builder).await;
        let of_operator = dance.web_app().await;
        let of_member = dance.register_on_page("public", REDIRECT_URI).await;
        let of_itself = dance.register_itself(&web_metadata(&json!({}))).await.app;
        let sentences = [
            "<p>The operator of <bdi>Hob</bdi> registered it on <time datetime=\"",
            "<p><bdi>alice</bdi> registered it on the site’s pages on <time datetime=\"",
            "<p>It registered itself on <time datetime=\"",
        ];
        for (app, own) in [of_operator, of_member, of_itself].iter().zip(sentences) {
            let page = dance
                .browser
                .get(&app.authorize_path(&[("scope", "profile")]))
                .await;
            for sentence in sentences {
                assert_eq!(page.text().contains(sentence), sentence == own, "{page:?}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn it_names_the_port_that_the_answer_goes_to() {
    on_each_database(async |builder| {
        let mut dance = open_site(builder).await;
        for (uri, shown) in [
            ("https://box.example:8443/cb", "box.example:8443<"),
            ("https://box.example/cb", "box.example<"),
        ] {
            let app = dance.register(uri, &[]).await;
            let asked = app.authorize_path(&[("scope", "profile")]);
            let page = dance.browser.get(&asked).await;
            assert!(page.text().contains(shown), "{page:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_step_up_has_boxes_only_for_what_is_new_and_takes_nothing_back() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        dance.code_with(&app, &[("scope", "profile")]).await;
        let wider = app.authorize_path(&[("scope", "profile media:read")]);
        let page = dance.browser.get(&wider).await;
        assert!(page.text().contains(&box_of("media:read")), "{page:?}");
        assert!(!page.text().contains(&box_of("profile")), "{page:?}");
        let listed = "<li>See your name and your profile page</li>";
        assert!(page.text().contains(listed), "{page:?}");
        // Of what was allowed before, as far as it is asked now.
        let other = app.authorize_path(&[("scope", "media:read")]);
        let page = dance.browser.get(&other).await;
        assert!(page.text().contains(&box_of("media:read")), "{page:?}");
        assert!(!page.text().contains(listed), "{page:?}");
        let page = dance.browser.get(&wider).await;

        // Denied, all stays as it was.
        let denied = deny(&mut dance.browser, &page).await;
        answer(&denied).expect_error("access_denied");
        let before = dance
            .browser
            .get(&app.authorize_path(&[("scope", "profile")]))
            .await;
        answer(&before).expect_code();

        // Without the new one, what was allowed before is what there is; and a
        // form that names what was not asked gets nothing for it.
        let page = dance.browser.get(&wider).await;
        let without = allow(&mut dance.browser, &page, &scope("media:write")).await;
        let code = answer(&without).expect_code();
        assert_eq!(tokens(&dance.exchange(&app, &code).await).scope, "profile");

        let page = dance.browser.get(&wider).await;
        let with = allow(&mut dance.browser, &page, &scope("media:read")).await;
        let code = answer(&with).expect_code();
        let given = tokens(&dance.exchange(&app, &code).await);
        assert_eq!(given.scope, "profile media:read");
    })
    .await;
}

#[tokio::test]
async fn where_nothing_is_new_a_part_can_be_taken_back() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let both = ("scope", "profile media:read");
        dance.code_with(&app, &[both]).await;
        let again = app.authorize_path(&[both, ("prompt", "consent")]);
        let page = dance.browser.get(&again).await;
        assert!(page.text().contains(&box_of("media:read")), "{page:?}");
        assert!(page.text().contains(&box_of("profile")), "{page:?}");
        let narrowed = allow(&mut dance.browser, &page, &scope("profile")).await;
        let code = answer(&narrowed).expect_code();
        assert_eq!(tokens(&dance.exchange(&app, &code).await).scope, "profile");
        // What was taken back is asked for again.
        let page = dance.browser.get(&app.authorize_path(&[both])).await;
        assert!(page.text().contains(&box_of("media:read")), "{page:?}");
    })
    .await;
}

/// Whatever was issued so far may allow what was taken back.
#[tokio::test]
async fn what_is_taken_back_works_no_longer() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let (app, other) = (dance.web_app().await, dance.web_app().await);
        let both = ("scope", "profile media:read");
        let first = dance.tokens(&app).await;
        let of_other = dance.tokens(&other).await;
        let waiting = dance.code_with(&app, &[both]).await;
        // To allow the same once more, or more, takes nothing back.
        let again = app.authorize_path(&[both, ("prompt", "consent")]);
        let page = dance.browser.get(&again).await;
        assert!(
            page.text().contains("what you allowed before stays"),
            "{page:?}"
        );
        let whole = scope("profile media:read");
        answer(&allow(&mut dance.browser, &page, &whole).await).expect_code();
        let wider = app.authorize_path(&[("scope", "profile media:write")]);
        let page = dance.browser.get(&wider).await;
        let more = scope("media:write");
        answer(&allow(&mut dance.browser, &page, &more).await).expect_code();
        // Nor does Deny.
        let page = dance.browser.get(&again).await;
        deny(&mut dance.browser, &page).await;
        dance.assert_alive(&first).await;

        let page = dance.browser.get(&again).await;
        let narrowed = allow(&mut dance.browser, &page, &scope("profile")).await;
        dance.assert_dead(&app, &first).await;
        let late = dance.exchange(&app, &waiting).await;
        assert_error(&late, 400, "invalid_grant");
        let code = answer(&narrowed).expect_code();
        let second = tokens(&dance.exchange(&app, &code).await);
        dance.assert_alive(&second).await;

        // The whole of what is asked; what is not asked stays.
        let page = dance
            .browser
            .get(&app.authorize_path(&[("scope", "profile"), ("prompt", "consent")]))
            .await;
        let nothing = allow(&mut dance.browser, &page, &[]).await;
        assert_eq!(answer(&nothing).one("error"), Some("access_denied"));
        dance.assert_dead(&app, &second).await;
        let silent = app.authorize_path(&[("scope", "profile"), ("prompt", "none")]);
        let silent = dance.browser.get(&silent).await;
        assert_eq!(answer(&silent).one("error"), Some("consent_required"));
        assert_eq!(dance.count("oauth_consents").await, 2);
        let write = app.authorize_path(&[("scope", "media:write"), ("prompt", "none")]);
        answer(&dance.browser.get(&write).await).expect_code();
        let write = app.authorize_path(&[("scope", "media:write"), ("prompt", "consent")]);
        let page = dance.browser.get(&write).await;
        allow(&mut dance.browser, &page, &[]).await;
        assert_eq!(dance.count("oauth_consents").await, 1);
        dance.assert_alive(&of_other).await;
    })
    .await;
}

#[tokio::test]
async fn what_is_revoked_while_the_page_is_open_is_not_granted_by_it() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        dance.code_with(&app, &[("scope", "profile")]).await;
        let wider = app.authorize_path(&[("scope", "profile media:read")]);
        let page = dance.browser.get(&wider).await;
        let words = ["oauth", "consent", "revoke", "--member", "alice"];
        let revoke = [&words[..], &["--client-id", &app.client_id]].concat();
        let output = dance.site.run_command(&revoke).await;
        assert_eq!(output.exit_code, 0, "{}", output.stderr);
        let allowed = allow(&mut dance.browser, &page, &scope("media:read")).await;
        let code = answer(&allowed).expect_code();
        let given = tokens(&dance.exchange(&app, &code).await);
        assert_eq!(given.scope, "media:read");
    })
    .await;
}

/// Two tabs ask for different things, and are answered in the same moment.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_allowed_in_two_tabs_is_allowed_both_times() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        for _ in 0..10 {
            dance.code_with(&app, &[("scope", "profile")]).await;
            let mut tabs = Vec::new();
            for asked in ["media:read", "media:write"] {
                let path = app.authorize_path(&[("scope", asked)]);
                let page = dance.browser.get(&path).await;
                let mut tab = dance.site.browser();
                tab.copy_cookies(&dance.browser);
                tabs.push((tab, page, scope(asked)));
            }
            let answers = tabs.into_iter().map(|(mut tab, page, ticked)| {
                tokio::spawn(async move { allow(&mut tab, &page, &ticked).await })
            });
            for answered in futures_util::future::join_all(answers).await {
                answer(&answered.expect("it is answered")).expect_code();
            }
            let all = [
                ("scope", "profile media:read media:write"),
                ("prompt", "none"),
            ];
            let silent = dance.browser.get(&app.authorize_path(&all)).await;
            answer(&silent).expect_code();
            dance.take_back(&app).await;
        }
    })
    .await;
}

/// The form carries all that was asked.
#[tokio::test]
async fn whatever_can_be_asked_can_be_answered() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        // As long as an address can be; and letters that are escaped once more
        // in the form.
        for state in ["x".repeat(60_000), "\"".repeat(18_000), "ü".repeat(9_000)] {
            let asked = app.authorize_path(&[("state", &state), ("prompt", "consent")]);
            let page = dance.browser.get(&asked).await;
            let denied = deny(&mut dance.browser, &page).await;
            assert_eq!(answer(&denied).one("error"), Some("access_denied"));
            assert_eq!(answer(&denied).one("state"), Some(state.as_str()));
            let page = dance.browser.get(&asked).await;
            let allowed = allow(&mut dance.browser, &page, &scope("profile")).await;
            answer(&allowed).expect_code();
            assert_eq!(answer(&allowed).one("state"), Some(state.as_str()));
        }
    })
    .await;
}
