//! What a plugin refuses, or what comes too soon, stays in its form as it was
//! typed.

mod support;

use hob::testing::{Reply, on_each_database};
use support::{Dance, REDIRECT_URI, listener};

const CLIENT: [(&str, &str); 4] = [
    ("name", "Desk & Co"),
    ("website", "https://desk.example/"),
    ("redirect_uris", "https://desk.example/callback"),
    ("scope", "media:read"),
];

fn assert_kept(page: &Reply, heading: &str) {
    assert_eq!(page.status(), 403, "{page:?}");
    for text in [
        heading,
        listener::WORDS,
        "name=\"name\" value=\"Desk &#38; Co\"",
        "value=\"https://desk.example/\"",
        "\nhttps://desk.example/callback</textarea>",
        "name=\"scope\" value=\"media:read\" checked",
    ] {
        assert!(page.text().contains(text), "{text}: {page:?}");
    }
    let not_ticked = "name=\"scope\" value=\"profile\" checked";
    assert!(!page.text().contains(not_ticked), "{page:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_plugin_refuses_of_an_application_stays_in_the_form() {
    let _one = listener::alone().await;
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder.plugin(listener::listener())).await;
        listener::refuse("client.registered");
        let new = "/oauth/clients/new";
        let refused = dance.browser.submit(new, &CLIENT).await;
        assert_kept(&refused, "<h2>Not registered</h2>");
        assert_eq!(dance.count("oauth_clients").await, 0);
        listener::refuse("");
        assert_eq!(dance.browser.submit(new, &CLIENT).await.status(), 201);

        let app = dance.register_on_page("public", REDIRECT_URI).await;
        let page = format!("/oauth/clients/{}", app.client_id);
        listener::refuse("client.edited");
        let refused = dance.browser.submit(&page, &CLIENT).await;
        assert_kept(&refused, "<h2>Not saved</h2>");
        let unchanged = dance.browser.get(&page).await;
        assert!(!unchanged.text().contains("Desk &#38; Co"), "{unchanged:?}");
        listener::refuse("");
        assert_eq!(dance.browser.submit(&page, &CLIENT).await.status(), 303);
        let changed = dance.browser.get(&page).await;
        assert!(changed.text().contains("Desk &#38; Co"), "{changed:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_plugin_refuses_of_a_personal_token_stays_in_the_form() {
    let _one = listener::alone().await;
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder.plugin(listener::listener())).await;
        listener::refuse("personal_token.made");
        let form = [("name", "Backup"), ("scope", "media:read"), ("ends", "90")];
        let refused = dance.browser.submit("/oauth/tokens/new", &form).await;
        assert_eq!(refused.status(), 403, "{refused:?}");
        for text in [
            listener::WORDS,
            "value=\"Backup\"",
            "name=\"scope\" value=\"media:read\" checked",
            "name=\"ends\" value=\"90\" checked",
        ] {
            assert!(refused.text().contains(text), "{text}: {refused:?}");
        }
        assert_eq!(dance.count("oauth_personal_tokens").await, 0);
        listener::refuse("");
        let made = dance.browser.submit("/oauth/tokens/new", &form).await;
        assert_eq!(made.status(), 201, "{made:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_is_typed_too_soon_stays_in_the_form() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        for letter in "BCDFGHJKLM".chars() {
            let guess = format!("BBBB-BBB{letter}");
            let told = dance
                .browser
                .submit("/oauth/device", &[("user_code", &guess)])
                .await;
            assert_eq!(told.status(), 422, "{told:?}");
        }
        let right = [("user_code", "WDJB-MJHT")];
        let too_soon = dance.browser.submit("/oauth/device", &right).await;
        assert_eq!(too_soon.status(), 429, "{too_soon:?}");
        assert!(
            too_soon.text().contains("value=\"WDJB-MJHT\""),
            "{too_soon:?}"
        );
    })
    .await;
}
