//! What the consent page says of an application, and that it asks only for what
//! is new.

use crate::support;

use hob::testing::on_each_database;
use serde_json::json;
use support::{
    Dance, REDIRECT_URI, allow, answer, deny,
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
