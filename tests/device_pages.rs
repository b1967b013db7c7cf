//! A member lets a device in that has no browser, and keeps another out, in
//! Chromium.

use serde_json::Value;

use crate::support::{
    Answer, Database, Installation, Site, application::Application, chromium::Chromium,
    on_each_database,
};

const PASSWORD: &str = "a long password";
const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// A device that waits: what it keeps, and what it shows.
struct Device<'a> {
    site: &'a Site<'a>,
    client_id: &'a str,
    begun: Value,
}

impl<'a> Device<'a> {
    fn begin(site: &'a Site<'a>, app: &'a Application) -> Self {
        let client_id = app.client_id.as_str();
        let fields = [("client_id", client_id), ("scope", "profile media:read")];
        let begun = site
            .visitor()
            .post_form("/oauth/device_authorization", &fields)
            .expect(200)
            .json();
        Self {
            site,
            client_id,
            begun,
        }
    }

    fn told(&self, name: &str) -> &str {
        self.begun[name].as_str().expect("the answer has it")
    }

    fn ask(&self) -> Answer {
        let fields = [
            ("grant_type", GRANT),
            ("client_id", self.client_id),
            ("device_code", self.told("device_code")),
        ];
        self.site
            .visitor()
            .post_form("/oauth/access_token", &fields)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_lets_one_device_in_and_keeps_another_out() {
    on_each_database(journey).await;
}

async fn journey(database: Database) {
    let installation = Installation::on(database, &["oauth", "api"]);
    installation.add_member("alice", PASSWORD);
    let site = installation.serve();
    let url = installation.url();
    let app = Application::register(&installation, &["--public", "--grant", GRANT]);
    let browser = Chromium::start().await;

    // By the link that the device shows as a QR code: the code stands there, and
    // has to be compared all the same.
    let device = Device::begin(&site, &app);
    browser.open(device.told("verification_uri_complete")).await;
    browser.sign_in("alice", PASSWORD).await;
    browser.check_page("device").await;
    let shown = "return document.querySelector('#user_code').value";
    let user_code = device.told("user_code");
    assert_eq!(browser.run(shown, vec![]).await, user_code);
    browser.follow("form.form button.button-main").await;
    let asked = browser.text().await;
    assert!(asked.contains(user_code), "{asked}");
    browser.check_page("device-consent").await;
    browser.click("input[name=scope][value='media:read']").await;
    browser.follow("button[name=decision][value=allow]").await;
    browser.check_page("device-done").await;
    let let_in = device.ask().expect(200).json();
    assert_eq!(let_in["scope"], "profile", "the other was unticked");
    let token = format!("Bearer {}", let_in["access_token"].as_str().expect("one"));
    let visitor = site.visitor();
    let me = || visitor.get_with("/api/v1/me", &[("authorization", &token)]);
    me().expect(200);

    // By hand, with a slip before.
    let other = Device::begin(&site, &app);
    browser.open(other.told("verification_uri")).await;
    browser.type_into("#user_code", "BCDF").await;
    browser.follow("form.form button.button-main").await;
    let told = browser.text().await;
    assert!(told.contains("eight letters"), "{told}");
    browser.console_errors().await;
    browser
        .run("document.querySelector('#user_code').value = ''", vec![])
        .await;
    let by_hand = other.told("user_code").to_lowercase().replace('-', " ");
    browser.type_into("#user_code", &by_hand).await;
    browser.follow("form.form button.button-main").await;
    browser.follow("button[name=decision][value=deny]").await;
    let told = browser.text().await;
    assert!(told.contains("You did not allow it"), "{told}");
    let kept_out = other.ask().expect(400).json();
    assert_eq!(kept_out["error"], "access_denied");

    // The page says where it is taken back, and there it is.
    browser.open(&format!("{url}/connections")).await;
    browser.follow("button[name=only]").await;
    me().expect(401);
    browser.close().await;
}
