//! What a member is asked, from the first time to the next ones, in Chromium.

use crate::support::{
    Database, Installation, Site,
    application::{ALL_SCOPES, Application, CALLBACK, query_of},
    chromium::Chromium,
    on_each_database,
};

const PASSWORD: &str = "a long password";
const ALLOW: &str = "button[name=decision][value=allow]";
const DENY: &str = "button[name=decision][value=deny]";
const OUT_OF_BAND: &str = "urn:ietf:wg:oauth:2.0:oob";

/// A site, the browser of one of its members, and what the scenes share.
struct Scene<'a> {
    site: &'a Site<'a>,
    url: String,
    browser: &'a Chromium,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_is_asked_and_asked_again() {
    on_each_database(journey).await;
}

async fn journey(database: Database) {
    let installation = Installation::on(database, &["oauth", "api"]);
    installation.add_member("alice", PASSWORD);
    installation.add_member("bob", PASSWORD);
    let site = installation.serve();
    let browser = Chromium::start().await;
    let scene = Scene {
        site: &site,
        url: installation.url(),
        browser: &browser,
    };
    let more = ["--required-scope", "profile"];
    let website = ["--website", "https://desk.example.org/about"];
    let app = Application::register(&installation, &[more, website].concat());
    scene.another_account(&app).await;
    scene.all_that_is_told(&app).await;
    scene.a_part_is_allowed(&app).await;
    scene.no_question_twice(&app).await;
    scene.a_question_that_is_wished(&app).await;
    scene.only_what_is_new(&app).await;
    scene.public_ones_ask_each_time().await;
    scene.a_code_to_copy().await;
    scene.what_cannot_be_answered(&app).await;
    browser.close().await;
}

impl Scene<'_> {
    /// Presses a button that leads back to the application.
    async fn decide(&self, button: &str) -> String {
        self.browser.click(button).await;
        let callback = self.browser.wait_for_departure(&self.url).await;
        assert!(callback.starts_with(CALLBACK), "{callback}");
        callback
    }

    async fn says(&self, words: &str) {
        let page = self.browser.text().await;
        assert!(page.contains(words), "no “{words}” in {page}");
    }

    async fn another_account(&self, app: &Application) {
        let browser = self.browser;
        browser.open(app.attempt(ALL_SCOPES).url()).await;
        browser.sign_in("bob", PASSWORD).await;
        self.says("You are signed in as bob (@bob).").await;
        browser.follow(".consent-account a").await;
        assert_eq!(browser.url().await.path(), "/login");
        browser.sign_in("alice", PASSWORD).await;
        self.says("You are signed in as alice (@alice).").await;
    }

    /// Of the page that stands there now.
    async fn all_that_is_told(&self, app: &Application) {
        let browser = self.browser;
        for told in [
            "Photo Desk asks to use your account",
            "desk.example.org",
            "Your account",
            "Your photographs",
            "Publish, change and delete photographs in your name sensitive",
            "See your name and your profile page needed",
            "registered it on",
            "You allow this until you take it back.",
            "Then you go on to",
        ] {
            self.says(told).await;
        }
        assert!(browser.has(".consent-facts a[href='/connections']").await);
        let page = browser.text().await;
        assert!(!page.contains("unverified"), "{page}");
        assert!(!page.contains("media:write"), "it is folded away: {page}");
        browser.click("details.disclosure summary").await;
        for told in ["profile", "media:read", "media:write"] {
            self.says(told).await;
        }
        self.says(&app.client_id).await;
        self.says(CALLBACK).await;
        let locked = "return document.querySelector('input[name=scope][value=profile]').disabled";
        assert_eq!(browser.run(locked, vec![]).await, true);
        browser.check_page("consent-needed").await;
    }

    async fn a_part_is_allowed(&self, app: &Application) {
        let attempt = app.attempt(ALL_SCOPES);
        self.browser.open(attempt.url()).await;
        // A click on what is needed changes nothing.
        self.browser.click("label:has([value=profile])").await;
        self.browser.click("input[value='media:write']").await;
        let callback = self.decide(ALLOW).await;
        let code = app.code(&attempt, &callback);
        let tokens = app.exchange(&attempt, &code).expect(200).json();
        assert_eq!(tokens["scope"], "profile media:read");
    }

    /// The same again is answered without a page.
    async fn no_question_twice(&self, app: &Application) {
        let attempt = app.attempt("profile media:read");
        let callback = self.browser.be_sent_on(attempt.url(), &self.url).await;
        let code = app.code(&attempt, &callback);
        app.exchange(&attempt, &code).expect(200);
    }

    async fn a_question_that_is_wished(&self, app: &Application) {
        let attempt = app.attempt("profile media:read");
        let wished = format!("{}&prompt=consent", attempt.url());
        self.browser.open(&wished).await;
        self.says("asks again to use your account").await;
        self.says("You allowed this before:").await;
        let ticked = "return document.querySelector(\"input[value='media:read']\").checked";
        assert_eq!(self.browser.run(ticked, vec![]).await, true);
        self.browser.check_page("consent-again").await;
        let callback = self.decide(DENY).await;
        assert_eq!(query_of(&callback, "state"), Some(attempt.state));
        let error = query_of(&callback, "error");
        assert_eq!(error.as_deref(), Some("access_denied"), "{callback}");
    }

    async fn only_what_is_new(&self, app: &Application) {
        let attempt = app.attempt(ALL_SCOPES);
        self.browser.open(attempt.url()).await;
        self.says("Photo Desk asks for more than before").await;
        self.says("You allowed this before:").await;
        assert!(self.browser.has("input[value='media:write']").await);
        assert!(!self.browser.has("input[value='media:read']").await);
        self.browser.check_page("consent-more").await;
        let callback = self.decide(ALLOW).await;
        let code = app.code(&attempt, &callback);
        let tokens = app.exchange(&attempt, &code).expect(200).json();
        assert_eq!(tokens["scope"], ALL_SCOPES);
    }

    /// Anybody on the machine could stand at the loopback address of one that
    /// has no secret.
    async fn public_ones_ask_each_time(&self) {
        let app = Application::register(self.site.installation, &["--public"]);
        for asked in ["asks to use your account", "asks again to use your account"] {
            self.browser.open(app.attempt("profile").url()).await;
            self.says(asked).await;
            let callback = self.decide(ALLOW).await;
            assert!(query_of(&callback, "code").is_some(), "{callback}");
        }
    }

    async fn a_code_to_copy(&self) {
        let app = Application::register_at(self.site.installation, OUT_OF_BAND, &["--public"]);
        let attempt = app.attempt("profile");
        self.browser.open(attempt.url()).await;
        self.says("Then you get a code to copy into the application.")
            .await;
        self.browser.follow(ALLOW).await;
        self.says("One step is left").await;
        self.browser.check_page("code").await;
        let code = self.browser.find_text("[aria-labelledby=code]").await;
        let tokens = app.exchange(&attempt, code.trim()).expect(200).json();
        assert_eq!(tokens["scope"], "profile");
    }

    /// Where it is not registered, nobody is sent.
    async fn what_cannot_be_answered(&self, app: &Application) {
        let elsewhere = app.attempt("profile").url().replace("callback", "other");
        self.browser.open(&elsewhere).await;
        self.says("Nothing was allowed and nothing was sent to the application.")
            .await;
        assert!(!self.browser.has("form [name=decision]").await);
        // The browser itself notes a page that came with an error status.
        self.browser.console_errors().await;
        self.browser.check_page("authorization-error").await;
    }
}
