//! What the operator of a site sees and does, in Chromium.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{
    Answer, Database, Installation, Site,
    application::{ALL_SCOPES, Application},
    chromium::Chromium,
    installation::PATIENCE,
    on_each_database,
};

const PASSWORD: &str = "a long password";

/// A site with an application that a member uses, and the operator's browser.
struct Scene<'a> {
    site: &'a Site<'a>,
    url: String,
    browser: &'a Chromium,
    app: &'a Application,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_administrator_looks_after_the_site() {
    on_each_database(journey).await;
}

async fn journey(database: Database) {
    let installation = Installation::on(database, &["oauth", "api"]);
    installation.add_to_configuration("[plugin.oauth]\ndynamic_registration = \"initial_token\"\n");
    installation.add_member("alice", PASSWORD);
    installation.add_administrator("olga", PASSWORD);
    let site = installation.serve();
    let app = Application::register(&installation, &[]);
    let browser = Chromium::start().await;
    let scene = Scene {
        site: &site,
        url: installation.url(),
        browser: &browser,
        app: &app,
    };
    let token = scene.connect();
    scene.me(&token).expect(200);
    browser.open(&format!("{}/admin", scene.url)).await;
    browser.sign_in("olga", PASSWORD).await;
    browser.check_page("admin").await;
    scene.initial_tokens().await;
    scene.all_applications().await;
    scene.tokens_end(&token).await;
    scene.a_new_secret().await;
    scene.one_is_stopped_and_goes_on().await;
    scene.one_is_deleted().await;
    scene.what_was_done().await;
    scene.a_member_sees_nothing_of_it().await;
    scene.when_it_was_last_used().await;
    drop(site);

    let (before, after) = (
        "dynamic_registration = \"initial_token\"",
        "registration = \"administrators\"\naccess_token_lifetime = \"30d\"",
    );
    installation.edit_configuration(before, after);
    let site = installation.serve();
    let scene = Scene {
        site: &site,
        url: installation.url(),
        browser: &browser,
        app: &app,
    };
    scene.registration_is_closed_to_members().await;
    scene.what_is_risky().await;
    browser.close().await;
}

impl Scene<'_> {
    /// An access token of Alice's for the application.
    fn connect(&self) -> String {
        let tokens = self.app.connect(&self.site.member("alice", PASSWORD));
        tokens["access_token"].as_str().expect("one").to_owned()
    }

    fn me(&self, token: &str) -> Answer {
        self.site.visitor().with_token(token).get("/api/v1/me")
    }

    async fn says(&self, words: &str) {
        let page = self.browser.text().await;
        assert!(page.contains(words), "no “{words}” in {page}");
    }

    async fn open(&self, path: &str) {
        self.browser.open(&format!("{}{path}", self.url)).await;
    }

    async fn open_application(&self) {
        let path = format!("/oauth/admin/clients/{}", self.app.client_id);
        self.open(&path).await;
        self.browser.unfold().await;
    }

    /// What an application gets that registers itself with this token.
    fn register(&self, initial_token: &str, name: &str) -> Answer {
        let metadata = json!({
            "client_name": name,
            "redirect_uris": ["https://museum.example.org/callback"],
        });
        let visitor = self.site.visitor().with_token(initial_token);
        visitor.post_json("/oauth/register", &metadata)
    }

    /// One is issued, used, and revoked before it is used up.
    async fn initial_tokens(&self) {
        let browser = self.browser;
        browser.follow("a[href='/oauth/admin/policy']").await;
        self.says("Nothing risky was found.").await;
        browser.check_page("admin-policy").await;
        browser.retype("#uses", "2").await;
        browser.type_into("#note", "For the museum").await;
        browser
            .follow("form[action$='/initial-tokens'] button")
            .await;
        let token = browser.find_text("[aria-labelledby=initial-token]").await;
        let token = token.trim();
        assert!(token.starts_with("hob_ia_"), "{token}");
        browser.check_page("admin-initial-token").await;
        self.register(token, "Museum").expect(201);

        browser.follow("main .actions a.button").await;
        self.says("For the museum").await;
        self.says("for 1 more application").await;
        browser.follow(".rows .button-danger").await;
        self.says("The initial access token is revoked.").await;
        self.register(token, "Another museum").expect(401);
    }

    async fn all_applications(&self) {
        let browser = self.browser;
        self.open("/oauth/admin/clients").await;
        self.says("Allowed by 1 member").await;
        self.says("Allowed by 0 members").await;
        self.says("registered itself").await;
        browser.check_page("admin-clients").await;
        browser.type_into("#q", "photo").await;
        browser.follow("form[role=search] button").await;
        let page = browser.text().await;
        assert!(!page.contains("Museum"), "{page}");
        browser.follow(".row h2 a").await;
        self.says("@alice").await;
        browser.check_page("admin-client").await;
    }

    /// What was issued is dead, and what was allowed stays.
    async fn tokens_end(&self, token: &str) {
        self.open_application().await;
        self.browser
            .follow("form[action$='/end-tokens'] button")
            .await;
        self.says("All its tokens are dead.").await;
        self.me(token).expect(401);
        let attempt = self.app.attempt(ALL_SCOPES);
        let alice = self.site.member("alice", PASSWORD);
        let callback = alice.get(attempt.url()).header("location").to_owned();
        let code = self.app.code(&attempt, &callback);
        self.app.exchange(&attempt, &code).expect(200);
    }

    /// The old secret works for a day more.
    async fn a_new_secret(&self) {
        self.open_application().await;
        self.browser.follow("form[action$='/secret'] button").await;
        self.says("Photo Desk has a new secret").await;
        self.says("The old secret works until").await;
        self.browser.check_page("admin-client-secret").await;
        let secret = self.browser.find_text("[aria-labelledby=client-secret]");
        let secret = secret.await.trim().to_owned();
        let old_one = self.app.client_secret.clone();
        assert_ne!(old_one.as_ref(), Some(&secret));
        for secret in [Some(secret), old_one] {
            let renewed = self.app.with_secret(secret);
            let refused = renewed.refresh("none").expect(400).json();
            assert_eq!(refused["error"], "invalid_grant");
        }
    }

    /// At once, and for everybody.
    async fn one_is_stopped_and_goes_on(&self) {
        let browser = self.browser;
        let token = self.connect();
        self.me(&token).expect(200);
        self.open_application().await;
        browser.type_into("#reason", "it sells photographs").await;
        browser.follow("form[action$='/suspend'] button").await;
        self.says("it sells photographs").await;
        browser.check_page("admin-client-suspended").await;
        self.me(&token).expect(401);
        let alice = self.site.member("alice", PASSWORD);
        let asked = alice.get(self.app.attempt("profile").url());
        assert!(asked.text().contains("suspended"), "{}", asked.text());

        browser.unfold().await;
        browser.follow("form[action$='/resume'] button").await;
        self.says("It may go on.").await;
        self.me(&token).expect(401);
        self.me(&self.connect()).expect(200);
    }

    async fn one_is_deleted(&self) {
        let browser = self.browser;
        self.open("/oauth/admin/clients?q=museum").await;
        browser.follow(".row h2 a").await;
        browser.unfold().await;
        browser.follow("form[action$='/delete'] button").await;
        self.says("The application is deleted.").await;
        self.open("/oauth/admin/clients").await;
        let page = browser.text().await;
        assert!(!page.contains("Museum"), "{page}");
    }

    /// It is known who did all that, and can be taken along.
    async fn what_was_done(&self) {
        let browser = self.browser;
        self.open("/admin/audit").await;
        browser.type_into("#who", "olga").await;
        browser.follow("form[role=search] button").await;
        for action in [
            "client.suspended",
            "client.resumed",
            "client.deleted",
            "secret.added",
            "initial_token.issued",
            "initial_token.revoked",
        ] {
            self.says(action).await;
        }
        browser.check_page("audit").await;
        browser.type_into("#what", "client").await;
        browser.follow("form[role=search] button").await;
        let page = browser.text().await;
        assert!(!page.contains("secret.added"), "{page}");

        let spreadsheet = browser.download("a[href*='format=csv']").await;
        let lines = browser.download("a[href*='format=jsonl']").await;
        let lines: Vec<Value> = lines
            .lines()
            .map(|line| serde_json::from_str(line).expect("each line is JSON"))
            .collect();
        assert_eq!(spreadsheet.lines().count(), lines.len() + 1);
        assert!(spreadsheet.contains("client.suspended"), "{spreadsheet}");
        for line in lines {
            let action = line["action"].as_str().expect("it has one");
            assert!(action.starts_with("client."), "{line}");
        }
        // And what was done to one of them.
        self.open_application().await;
        browser.follow("main a[href*='subject=']").await;
        self.says("client.resumed").await;
        let page = browser.text().await;
        assert!(!page.contains("client.deleted"), "{page}");
        self.open("/admin/audit?what=audit").await;
        self.says("audit.exported").await;
    }

    async fn a_member_sees_nothing_of_it(&self) {
        self.browser.delete_cookies().await;
        for path in ["/admin", "/admin/audit", "/oauth/admin/clients"] {
            self.open(path).await;
            if self.browser.url().await.path() == "/login" {
                self.browser.sign_in("alice", PASSWORD).await;
            }
            let page = self.browser.text().await;
            assert!(page.contains("There is nothing"), "{path}: {page}");
        }
        self.browser.console_errors().await;
    }

    /// Written down once a minute, and shown to the member whose account it is.
    async fn when_it_was_last_used(&self) {
        let end = Instant::now() + PATIENCE + PATIENCE;
        self.open("/connections").await;
        while !self.browser.text().await.contains("from 127.0.0.1") {
            assert!(Instant::now() < end, "{}", self.browser.text().await);
            tokio::time::sleep(Duration::from_millis(500)).await;
            self.open("/connections").await;
        }
        self.browser.check_page("connections").await;
    }

    async fn registration_is_closed_to_members(&self) {
        self.open("/oauth/clients").await;
        let to_register = "main a[href='/oauth/clients/new']";
        assert!(!self.browser.has(to_register).await);
        self.open("/oauth/clients/new").await;
        self.says("Registration is closed").await;
        self.browser.console_errors().await;
        self.browser.check_page("registration-closed").await;
        self.browser.delete_cookies().await;
        self.open("/oauth/clients/new").await;
        self.browser.sign_in("olga", PASSWORD).await;
        self.browser.type_into("#name", "The site’s own").await;
        let callback = "https://own.example.org/callback";
        self.browser.type_into("#redirect_uris", callback).await;
        self.browser.follow("form.form button.button-main").await;
        self.says("The site’s own is registered").await;
    }

    async fn what_is_risky(&self) {
        self.open("/oauth/admin/policy").await;
        self.says("Access tokens live long").await;
        self.says("a stolen access token works for").await;
        self.says("\"administrators\"").await;
        self.browser.check_page("admin-policy-risky").await;
    }
}
