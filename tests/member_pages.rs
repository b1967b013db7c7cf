//! What members see of applications, in Chromium: by keyboard alone, with the
//! names that a screen reader tells, without scripts, and in other languages.

use fantoccini::key::Key;

use crate::support::{
    Database, Installation, Visitor, application::Application, chromium::Chromium, on_each_database,
};

const PASSWORD: &str = "a long password";

fn with_alice(database: Database) -> Installation {
    let installation = Installation::on(database, &["oauth", "api"]);
    installation.add_member("alice", PASSWORD);
    installation
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn consent_is_given_and_taken_back_by_keyboard_alone() {
    on_each_database(by_keyboard).await;
}

async fn by_keyboard(database: Database) {
    let installation = with_alice(database);
    let _site = installation.serve();
    let url = installation.url();
    let app = Application::register(&installation, &[]);
    let attempt = app.attempt("profile media:read");
    let browser = Chromium::start().await;
    browser.open(attempt.url()).await;
    browser.tab_to("#username").await;
    browser.type_into("#username", "alice").await;
    browser.tab_to("#password").await;
    browser.type_into("#password", PASSWORD).await;
    browser.follow_by(Key::Enter).await;

    let named = async |css: &str| browser.role_and_name(css).await;
    let is = |role: &str, name: &str| (role.to_owned(), name.to_owned());
    let allow = "button[name=decision][value=allow]";
    let deny = "button[name=decision][value=deny]";
    assert_eq!(named(allow).await, is("button", "Allow"));
    assert_eq!(named(deny).await, is("button", "Deny"));
    let (role, name) = named("input[value='media:read']").await;
    assert_eq!(role, "checkbox");
    assert!(name.contains("photographs"), "{name}");
    let (role, name) = named(".consent-scopes").await;
    assert_eq!(role, "group");
    assert!(!name.is_empty());
    // Neither button weighs more than the other.
    let weight = "const style = getComputedStyle(document.querySelector(arguments[0])); \
         const { width, height } = document.querySelector(arguments[0]).getBoundingClientRect(); \
         return [width, height, style.color, style.backgroundColor, style.fontWeight, \
                 style.borderColor, style.fontSize]";
    let weight_of = async |css: &str| browser.run(weight, vec![css.into()]).await;
    assert_eq!(weight_of(allow).await, weight_of(deny).await);

    browser.tab_to("input[value='media:read']").await;
    browser.press(Key::Space).await;
    browser.tab_to(allow).await;
    browser.run("window.stillHere = true", vec![]).await;
    browser.press(Key::Enter).await;
    let callback = browser.wait_for_departure(&url).await;
    assert!(callback.contains("code="), "{callback}");

    browser.open(&format!("{url}/connections")).await;
    let page = browser.text().await;
    assert!(!page.contains("media:read"), "it was unticked: {page}");
    let (role, name) = named("button[name=only]").await;
    assert_eq!(role, "button");
    assert!(name.contains("Photo Desk"), "{name}");
    browser.tab_to("button[name=only]").await;
    browser.follow_by(Key::Enter).await;
    assert!(!browser.has("button[name=only]").await);
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_that_uses_an_account_is_taken_back_at_once() {
    on_each_database(all_at_once).await;
}

async fn all_at_once(database: Database) {
    let installation = with_alice(database);
    installation.add_member("bob", PASSWORD);
    let site = installation.serve();
    let url = installation.url();
    let (alice, bob) = (site.member("alice", PASSWORD), site.member("bob", PASSWORD));
    let apps = [(); 2].map(|()| Application::register(&installation, &[]));
    let given: Vec<String> = apps
        .iter()
        .map(|app| app.connect(&alice))
        .chain([apps[0].connect(&bob)])
        .map(|tokens| format!("Bearer {}", tokens["access_token"].as_str().expect("one")))
        .collect();
    let made = alice.submit(
        "/oauth/tokens/new",
        "/oauth/tokens/new",
        &[("name", "Backup"), ("scope", "profile"), ("ends", "7")],
    );
    made.expect(201);
    let visitor = site.visitor();
    let status = |token: &String| {
        visitor
            .get_with("/api/v1/me", &[("authorization", token)])
            .status
    };
    assert_eq!(
        given.iter().map(status).collect::<Vec<_>>(),
        [200, 200, 200]
    );

    let browser = Chromium::start().await;
    browser.open(&format!("{url}/oauth/tokens/new")).await;
    browser.sign_in("alice", PASSWORD).await;
    one_token(&browser, &visitor).await;

    browser.open(&format!("{url}/connections")).await;
    let of_all = "details.disclosure form";
    browser.click("details.disclosure summary").await;
    browser.check_page("connections-all").await;
    let button = format!("{of_all} button");
    let (role, name) = browser.role_and_name(&button).await;
    assert_eq!(role, "button");
    assert!(name.contains('3'), "it says how many: {name}");
    browser.follow(&button).await;
    let page = browser.text().await;
    assert!(page.contains("No application uses your account"), "{page}");
    assert_eq!(
        given.iter().map(status).collect::<Vec<_>>(),
        [401, 401, 200]
    );
    browser.close().await;
}

/// A token that may do what was ticked, until a day; it is found by its link,
/// and taken back there.
async fn one_token(browser: &Chromium, visitor: &Visitor) {
    browser.type_into("#name", "Picture frame").await;
    browser.click("input[name=scope][value='media:read']").await;
    browser.click("input[name=ends][value=day]").await;
    let in_a_month = "const day = new Date(Date.now() + 30 * 24 * 3600 * 1000); \
         document.querySelector('[name=day]').value = day.toISOString().slice(0, 10)";
    browser.run(in_a_month, vec![]).await;
    browser.follow("form.form button[type=submit]").await;
    browser.check_page("personal-token-created").await;
    let token = browser.find_text("[aria-labelledby=personal-token]").await;
    let visitor = visitor.clone().with_token(token.trim());
    visitor.get("/api/v1/media").expect(200);
    visitor.get("/api/v1/me").expect(403);

    browser.follow("main .actions a.button").await;
    let tokens = browser.text().await;
    assert!(
        tokens.contains("Picture frame") && tokens.contains("Backup"),
        "{tokens}"
    );
    browser.check_page("personal-tokens").await;
    browser.follow(".row h2 a").await;
    let page = browser.text().await;
    assert!(page.contains("Picture frame"), "{page}");
    browser.check_page("connection-token").await;
    browser.follow("button[name=only]").await;
    visitor.get("/api/v1/media").expect(401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_work_without_scripts() {
    on_each_database(without_scripts).await;
}

async fn without_scripts(database: Database) {
    let installation = with_alice(database);
    let site = installation.serve();
    let url = installation.url();
    let browser = Chromium::start().await;
    browser.open(&format!("{url}/oauth/tokens/new")).await;
    browser.sign_in("alice", PASSWORD).await;
    browser.check_page("personal-token-new").await;
    browser.disable_scripts().await;
    browser.type_into("#name", "Backup").await;
    browser.click("input[name=scope][value=profile]").await;
    browser.click("form.form button[type=submit]").await;
    let shown = browser.find("code.copyable").await;
    let token = shown.text().await.expect("it has a text");
    let token = token.trim();
    assert!(token.starts_with("hob_pt_"), "{token}");
    site.visitor()
        .get_with(
            "/api/v1/me",
            &[("authorization", &format!("Bearer {token}"))],
        )
        .expect(200);

    browser.open(&format!("{url}/oauth/tokens")).await;
    browser.click("form[action$='/revoke'] button").await;
    browser.find("main").await;
    site.visitor()
        .get_with(
            "/api/v1/me",
            &[("authorization", &format!("Bearer {token}"))],
        )
        .expect(401);
    browser.close().await;
}

/// German and French have longer words.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_pages_have_room_for_other_languages() {
    on_each_database(in_other_languages).await;
}

async fn in_other_languages(database: Database) {
    let installation = with_alice(database);
    let site = installation.serve();
    let url = installation.url();
    let app = Application::register(&installation, &[]);
    let alice = site.member("alice", PASSWORD);
    app.connect(&alice);
    let asking = Application::register(&installation, &[]);
    let browser = Chromium::start().await;
    browser.open(&format!("{url}/login")).await;
    browser.check_page("login").await;
    // What is wrong is found.
    let unlabel = "document.querySelector('label[for=username]').remove()";
    browser.run(unlabel, vec![]).await;
    let found = browser.accessibility_problems().await;
    assert!(found.to_string().contains("\"label\""), "{found}");
    browser.sign_in("alice", PASSWORD).await;
    for (language, greeting) in [("de", "Erlauben"), ("fr", "Autoriser")] {
        browser.open(&url).await;
        let button = format!("button[name=language][value={language}]");
        browser.follow(&button).await;
        let attempt = asking.attempt("profile media:read media:write");
        browser.open(attempt.url()).await;
        let page = browser.text().await;
        assert!(page.contains(greeting), "{page}");
        browser.check_page(&format!("consent-{language}")).await;
        for (path, name) in [
            ("/connections", "connections"),
            ("/account", "account"),
            ("/oauth/clients/new", "client-new"),
            ("/oauth/tokens", "personal-tokens"),
            ("/oauth/tokens/new", "personal-token-new"),
            ("/oauth/device", "device"),
            ("/upload", "upload"),
        ] {
            browser.open(&format!("{url}{path}")).await;
            browser.check_page(&format!("{name}-{language}")).await;
        }
    }
    browser.close().await;
}
