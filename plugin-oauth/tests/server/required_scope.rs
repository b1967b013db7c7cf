//! Scopes that an application does not work without: on the consent page there
//! is no choice about them, other than to deny it all.

use crate::support;

use hob::testing::{Reply, on_each_database};
use hob_plugin_sdk::abi::command::RawOutput;
use serde_json::{Value, json};
use support::{
    App, Dance, REDIRECT_URI, allow, answer, assert_error_page, deny,
    registration::{
        NEW_CLIENT, assert_refused, client_form, open_site, self_registered, update, web_metadata,
    },
    request_on, tokens,
};

const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

fn scope(words: &str) -> Vec<String> {
    words.split_whitespace().map(ToOwned::to_owned).collect()
}

/// How the page asks about a scope.
#[derive(Debug, PartialEq, Eq)]
enum Asked {
    /// Ticked, and to be left so or not.
    Choice,
    /// Ticked for good.
    Needed,
    /// Not at all.
    Not,
}

fn asked(page: &Reply, word: &str) -> Asked {
    let text = page.text();
    let marker = format!("name=\"scope\" value=\"{word}\" checked");
    let Some(start) = text.find(&marker).map(|at| at + marker.len()) else {
        return Asked::Not;
    };
    let label = text[start..].split("</label>").next().expect("its end");
    let is_locked = label.starts_with(" disabled>");
    assert_eq!(
        label.contains("<span class=\"badge\">needed</span>"),
        is_locked
    );
    match is_locked {
        true => Asked::Needed,
        false => Asked::Choice,
    }
}

async fn ask(dance: &mut Dance, app: &App, words: &str) -> Reply {
    let path = app.authorize_path(&[("scope", words)]);
    let page = dance.browser.get(&path).await;
    request_on(&page);
    page
}

/// What the application gets when these are ticked.
async fn given(dance: &mut Dance, app: &App, page: &Reply, ticked: &str) -> String {
    let allowed = allow(&mut dance.browser, page, &scope(ticked)).await;
    let code = answer(&allowed).expect_code();
    tokens(&dance.exchange(app, &code).await).scope
}

/// Check 111.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_needed_is_locked_and_given_whatever_the_form_says() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let needs = ["--required-scope", "profile media:write"];
        let app = dance.register(REDIRECT_URI, &needs).await;
        let page = ask(&mut dance, &app, "profile media:read").await;
        assert_eq!(asked(&page, "profile"), Asked::Needed, "{page:?}");
        assert_eq!(asked(&page, "media:read"), Asked::Choice, "{page:?}");
        // Not asked this time, so neither shown nor given.
        assert_eq!(asked(&page, "media:write"), Asked::Not, "{page:?}");

        // Denied, it is denied.
        let denied = deny(&mut dance.browser, &page).await;
        answer(&denied).expect_error("access_denied");
        assert_eq!(dance.count("oauth_consents").await, 0);

        // A form that leaves it out, as browsers do with what is locked, and
        // names what was not asked.
        let page = ask(&mut dance, &app, "profile media:read").await;
        let got = given(&mut dance, &app, &page, "media:write email").await;
        assert_eq!(got, "profile");
        // What is optional is a choice, still.
        let page = ask(&mut dance, &app, "profile media:read").await;
        assert_eq!(asked(&page, "profile"), Asked::Not, "it was given before");
        let got = given(&mut dance, &app, &page, "media:read").await;
        assert_eq!(got, "profile media:read");

        // New on top of that, and dangerous: locked, and marked.
        let page = ask(&mut dance, &app, "profile media:write").await;
        assert_eq!(asked(&page, "media:write"), Asked::Needed, "{page:?}");
        let mark = "<span class=\"badge badge-danger\">sensitive</span>";
        assert_eq!(page.text().matches(mark).count(), 1, "{page:?}");
        let got = given(&mut dance, &app, &page, "").await;
        assert_eq!(got, "profile media:write");

        // Where nothing is new, it can't be taken out alone.
        let again = [("scope", "profile media:read"), ("prompt", "consent")];
        let page = dance.browser.get(&app.authorize_path(&again)).await;
        assert_eq!(asked(&page, "profile"), Asked::Needed, "{page:?}");
        assert_eq!(asked(&page, "media:read"), Asked::Choice, "{page:?}");
        assert_eq!(given(&mut dance, &app, &page, "").await, "profile");
    })
    .await;
}

/// Whose box was ticked off keeps that, whatever the owner says meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_shown_as_a_choice_is_not_needed_a_moment_later() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let page = ask(&mut dance, &app, "profile media:read").await;
        let edit = ["oauth", "client", "edit", &app.client_id];
        let needs = [&edit[..], &["--required-scope", "media:read"]].concat();
        assert_eq!(dance.site.run_command(&needs).await.exit_code, 0);
        let reply = allow(&mut dance.browser, &page, &scope("profile")).await;
        assert_error_page(&reply);
        assert_eq!(dance.count("oauth_consents").await, 0);
        // Who ticked it anyway may go on.
        let reply = allow(&mut dance.browser, &page, &scope("profile media:read")).await;
        answer(&reply).expect_code();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_any_all_is_a_choice() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let page = ask(&mut dance, &app, "profile media:read").await;
        assert_eq!(asked(&page, "profile"), Asked::Choice, "{page:?}");
        assert!(!page.text().contains(" disabled"), "{page:?}");
        let nothing = allow(&mut dance.browser, &page, &[]).await;
        answer(&nothing).expect_error("access_denied");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_gets_what_it_needs() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let device = ["--public", "--grant", DEVICE_GRANT];
        let needs = [&device[..], &["--required-scope", "profile"]].concat();
        let app = dance
            .register_without_redirect("profile media:read", &needs)
            .await;
        let mut client = dance.site.browser();
        let own = ("client_id", app.client_id.as_str());
        let begun = client
            .post_form("/oauth/device_authorization", &[own])
            .await;
        let begun: Value = begun.json();
        let text = |name: &str| begun[name].as_str().expect("a text").to_owned();
        let user_code = text("user_code");
        let typed = [("user_code", user_code.as_str())];
        let page = dance.browser.submit("/oauth/device", &typed).await;
        assert_eq!(asked(&page, "profile"), Asked::Needed, "{page:?}");
        assert_eq!(asked(&page, "media:read"), Asked::Choice, "{page:?}");
        let request = request_on(&page);
        let fields = [
            ("request", request.as_str()),
            ("decision", "allow"),
            ("needed", "profile"),
        ];
        let decided = dance.browser.submit("/oauth/device/consent", &fields).await;
        assert_eq!(decided.status(), 200, "{decided:?}");
        let device_code = text("device_code");
        let poll = [("grant_type", DEVICE_GRANT), ("device_code", &device_code)];
        let got = tokens(&dance.token(&app, &poll).await);
        assert_eq!(got.scope, "profile");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn its_owner_says_what_it_needs() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let mut form = client_form("confidential", REDIRECT_URI);
        form.push(("required_scope", "media:write"));
        let refused = dance.browser.submit(NEW_CLIENT, &form).await;
        assert_eq!(refused.status(), 422, "{refused:?}");
        let words = "It can&#39;t need media:write, which it may not ask for.";
        assert!(refused.text().contains(words), "{refused:?}");
        let ticked = "name=\"required_scope\" value=\"media:write\" checked";
        assert!(refused.text().contains(ticked), "{refused:?}");

        let app = dance.register_on_page("confidential", REDIRECT_URI).await;
        let path = format!("/oauth/clients/{}", app.client_id);
        let required = |word: &str| format!("name=\"required_scope\" value=\"{word}\" checked");
        let mut form = client_form("", REDIRECT_URI);
        form.push(("required_scope", "profile"));
        let saved = dance.browser.submit(&path, &form).await;
        assert_eq!(saved.status(), 303, "{saved:?}");
        let page = dance.browser.get(&path).await;
        assert!(page.text().contains(&required("profile")), "{page:?}");
        assert!(!page.text().contains(&required("media:read")), "{page:?}");
        let asking = ask(&mut dance, &app, "profile").await;
        assert_eq!(asked(&asking, "profile"), Asked::Needed, "{asking:?}");

        let form = client_form("", REDIRECT_URI);
        let saved = dance.browser.submit(&path, &form).await;
        assert_eq!(saved.status(), 303, "{saved:?}");
        let asking = ask(&mut dance, &app, "profile").await;
        assert_eq!(asked(&asking, "profile"), Asked::Choice, "{asking:?}");
    })
    .await;
}

async fn run(dance: &Dance, app: &App, more: &[&str]) -> RawOutput {
    let words = [&["oauth", "client", "edit", &app.client_id], more].concat();
    dance.site.run_command(&words).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operator_says_what_it_needs() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder).await;
        let app = dance.register(REDIRECT_URI, &["--required-scope", "profile"]);
        let app = app.await;
        let told = async |more: &[&str]| -> Value {
            let output = run(&dance, &app, &[more, &["--json"]].concat()).await;
            assert_eq!(output.exit_code, 0, "{more:?}: {}", output.stderr);
            let told: Value = serde_json::from_str(&output.stdout).expect("JSON");
            told["required_scope"].clone()
        };
        assert_eq!(told(&["--website", "https://a.example"]).await, "profile");
        let both = ["--required-scope", "profile media:read"];
        assert_eq!(told(&both).await, "profile media:read");
        // Never more than it may ask for, whichever of the two is changed.
        for refused in [
            &["--required-scope", "email"][..],
            &["--scope", "profile"],
            &["--scope", "profile", "--required-scope", "media:read"],
        ] {
            let output = run(&dance, &app, refused).await;
            assert_eq!(output.exit_code, 2, "{refused:?}: {}", output.stdout);
            let words = "--required-scope: it can't need";
            assert!(output.stderr.contains(words), "{}", output.stderr);
        }
        let narrowed = ["--scope", "profile", "--required-scope", "profile"];
        assert_eq!(told(&narrowed).await, "profile");
        assert_eq!(told(&["--required-scope", ""]).await, "");
        let add = [
            "oauth", "client", "add", "--name", "X", "--scope", "profile",
        ];
        let more = ["--redirect-uri", REDIRECT_URI, "--required-scope", "email"];
        let output = dance.site.run_command(&[&add[..], &more].concat()).await;
        assert_eq!(output.exit_code, 2, "{}", output.stdout);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_says_of_itself_what_it_needs() {
    on_each_database(async |builder| {
        let mut dance = open_site(builder).await;
        let says = web_metadata(&json!({
            "scope": "profile media:read", "required_scope": "profile",
        }));
        let registered = self_registered(&dance.post_metadata(&says).await);
        assert_eq!(registered.information["required_scope"], "profile");
        let page = ask(&mut dance, &registered.app, "profile media:read").await;
        assert_eq!(asked(&page, "profile"), Asked::Needed, "{page:?}");
        assert_eq!(asked(&page, "media:read"), Asked::Choice, "{page:?}");

        let more = web_metadata(&json!({"scope": "profile", "required_scope": "media:read"}));
        let refused = dance.post_metadata(&more).await;
        assert_refused(&refused, 400, "invalid_client_metadata");
        assert!(refused.text().contains("required_scope"), "{refused:?}");

        // An update says all of it anew.
        let without = update(&registered, &json!({"required_scope": null}));
        let updated = registered.put(&dance, &without).await;
        assert_eq!(updated.status(), 200, "{updated:?}");
        let information: Value = updated.json();
        assert_eq!(information.get("required_scope"), None);
        let page = ask(&mut dance, &registered.app, "profile").await;
        assert_eq!(asked(&page, "profile"), Asked::Choice, "{page:?}");
    })
    .await;
}
