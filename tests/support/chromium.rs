//! Chromium, driven through chromedriver.

mod checks;

use std::{
    fs,
    net::TcpStream,
    os::unix::process::CommandExt,
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::OnceLock,
    time::Instant,
};

use fantoccini::{
    Client, ClientBuilder, Locator,
    actions::{InputSource, KeyAction, KeyActions},
    elements::Element,
    key::Key,
    wd::WebDriverCompatibleCommand,
};
use hyper_util::client::legacy::connect::HttpConnector;
use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::{Mutex, MutexGuard};
use ureq::http::Method;
use url::Url;

use super::installation::{PATIENCE, free_address};

/// The width of a desktop's window, and of a telephone's.
pub const WIDE: u32 = 1280;
pub const NARROW: u32 = 390;

/// A window of a fresh browser without history. One at a time, since machines
/// that run tests are small.
pub struct Chromium {
    client: Client,
    driver: Child,
    _profile: TempDir,
    _turn: MutexGuard<'static, ()>,
}

/// A command that WebDriver does not know and chromedriver does.
#[derive(Debug)]
struct ChromeCommand {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for ChromeCommand {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, url::ParseError> {
        let session = session.unwrap_or_default();
        base.join(&format!("session/{session}/{}", self.path))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
    }
}

impl Chromium {
    /// Starts a browser.
    pub async fn start() -> Self {
        static TURN: OnceLock<Mutex<()>> = OnceLock::new();
        let turn = TURN.get_or_init(Mutex::default).lock().await;
        let address = free_address();
        let profile = TempDir::with_prefix("hob-chromium-").expect("a temporary folder");
        let driver = Command::new("chromedriver")
            .arg(format!("--port={}", address.port()))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("chromedriver is installed (on Debian: apt install chromium-driver)");
        let end = Instant::now() + PATIENCE;
        while TcpStream::connect(address).is_err() {
            assert!(Instant::now() < end, "chromedriver does not answer");
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        let arguments = [
            "--headless=new".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-gpu".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            "--disable-quic".to_owned(),
            "--no-first-run".to_owned(),
            "--disable-background-networking".to_owned(),
            "--disable-component-update".to_owned(),
            "--disable-sync".to_owned(),
            "--hide-scrollbars".to_owned(),
            format!("--user-data-dir={}", profile.path().display()),
        ];
        let capabilities = json!({
            "goog:chromeOptions": { "args": arguments },
            "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
        });
        let Value::Object(capabilities) = capabilities else {
            unreachable!("it is an object");
        };
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://{address}"))
            .await
            .expect("Chromium starts");
        let browser = Self {
            client,
            driver,
            _profile: profile,
            _turn: turn,
        };
        browser.resize(WIDE, false).await;
        browser
    }

    async fn chrome(&self, path: &'static str, body: Value) -> Value {
        self.client
            .issue_cmd(ChromeCommand { path, body })
            .await
            .expect("chromedriver understands")
    }

    async fn devtools(&self, command: &str, parameters: Value) -> Value {
        let body = json!({ "cmd": command, "params": parameters });
        self.chrome("goog/cdp/execute", body).await
    }

    /// Makes the window this wide, light or dark.
    pub async fn resize(&self, width: u32, dark: bool) {
        let metrics = json!({
            "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600,
        });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics)
            .await;
        let scheme = if dark { "dark" } else { "light" };
        let media = json!({
            "features": [
                { "name": "prefers-color-scheme", "value": scheme },
                // No picture shows colours on their way.
                { "name": "prefers-reduced-motion", "value": "reduce" },
            ],
        });
        self.devtools("Emulation.setEmulatedMedia", media).await;
    }

    pub async fn open(&self, url: &str) {
        self.client.goto(url).await.expect("the page loads");
    }

    /// Opens an address from where the site sends the browser on at once, and
    /// says where it is then. Nobody has to answer there.
    pub async fn be_sent_on(&self, url: &str, site: &str) -> String {
        let _ = self.client.goto(url).await;
        self.wait_for_departure(site).await
    }

    pub async fn url(&self) -> Url {
        self.client.current_url().await.expect("there is a page")
    }

    /// The element, as soon as it is there.
    pub async fn find(&self, css: &str) -> Element {
        let found = self
            .client
            .wait()
            .at_most(PATIENCE)
            .for_element(Locator::Css(css))
            .await;
        match found {
            Ok(element) => element,
            Err(error) => panic!(
                "no {css} at {}: {error}\n{}",
                self.url().await,
                self.text().await
            ),
        }
    }

    pub async fn has(&self, css: &str) -> bool {
        let found = self.client.find_all(Locator::Css(css)).await;
        !found.expect("the page can be searched").is_empty()
    }

    pub async fn click(&self, css: &str) {
        self.find(css)
            .await
            .click()
            .await
            .expect("it can be clicked");
    }

    pub async fn type_into(&self, css: &str, text: &str) {
        let field = self.find(css).await;
        field.send_keys(text).await.expect("it takes words");
    }

    /// Replaces what stands in a field.
    pub async fn retype(&self, css: &str, text: &str) {
        let field = self.find(css).await;
        field.clear().await.expect("it can be emptied");
        field.send_keys(text).await.expect("it takes words");
    }

    /// Opens everything that the page folds away.
    pub async fn unfold(&self) {
        let open = "for (const one of document.querySelectorAll('details')) one.open = true";
        self.run(open, Vec::new()).await;
    }

    /// What a reader sees of the page.
    pub async fn text(&self) -> String {
        self.find_text("body").await
    }

    pub async fn find_text(&self, css: &str) -> String {
        let script = "return document.querySelector(arguments[0])?.innerText ?? ''";
        self.run(script, vec![css.into()])
            .await
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    pub async fn run(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.client
            .execute(script, arguments)
            .await
            .expect("the script runs")
    }

    /// Clicks what leads to another page and waits until that is loaded.
    pub async fn follow(&self, css: &str) {
        self.run("window.stillHere = true", Vec::new()).await;
        self.click(css).await;
        self.wait_for_another_page(css).await;
    }

    async fn wait_for_another_page(&self, what: &str) {
        let end = Instant::now() + PATIENCE;
        let gone = "return !window.stillHere && document.readyState === 'complete'";
        while !matches!(
            self.client.execute(gone, Vec::new()).await,
            Ok(Value::Bool(true))
        ) {
            assert!(Instant::now() < end, "{what} leads nowhere");
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }

    /// Waits until the browser has left this site or will not, and says where
    /// it is. A scheme that the machine does not know leaves the page as it is.
    pub async fn wait_for_departure(&self, site: &str) -> String {
        for _ in 0..50 {
            let url = self.url().await;
            if !url.as_str().starts_with(site) {
                return url.into();
            }
            tokio::time::sleep(std::time::Duration::from_millis(40)).await;
        }
        self.url().await.into()
    }

    /// Signs in at the form that is shown.
    pub async fn sign_in(&self, username: &str, password: &str) {
        self.type_into("#username", username).await;
        self.type_into("#password", password).await;
        self.follow("main form button[type=submit]").await;
    }

    /// Clicks a link to a file, and reads what was saved.
    pub async fn download(&self, css: &str) -> String {
        let folder = TempDir::with_prefix("hob-downloads-").expect("a temporary folder");
        let there = json!({ "behavior": "allow", "downloadPath": folder.path() });
        self.devtools("Browser.setDownloadBehavior", there).await;
        self.click(css).await;
        let end = Instant::now() + PATIENCE;
        loop {
            let mut files = fs::read_dir(folder.path()).expect("it can be listed");
            // Until all of it is there, it has another name.
            let is_whole = |path: &PathBuf| {
                let ending = path.extension().unwrap_or_default();
                ending == "csv" || ending == "jsonl"
            };
            let file = files.find_map(|file| file.ok().map(|file| file.path()).filter(is_whole));
            if let Some(file) = file {
                return fs::read_to_string(file).expect("it can be read");
            }
            assert!(Instant::now() < end, "{css} leads to no file");
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }

    /// Presses a key where the focus is.
    pub async fn press(&self, key: Key) {
        let keys = KeyActions::new("keyboard".to_owned())
            .then(KeyAction::Down { value: key.into() })
            .then(KeyAction::Up { value: key.into() });
        let pressed = self.client.perform_actions(keys).await;
        pressed.expect("it has a keyboard");
    }

    /// Goes on by the tabulator until the element has the focus, which has to
    /// be seen.
    pub async fn tab_to(&self, css: &str) {
        let focused = "return document.activeElement === document.querySelector(arguments[0])";
        for _ in 0..60 {
            self.press(Key::Tab).await;
            if self.run(focused, vec![css.into()]).await == true {
                let outline = "const style = getComputedStyle(document.activeElement); \
                     return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2";
                let seen = self.run(outline, Vec::new()).await;
                assert_eq!(seen, true, "the focus is not seen on {css}");
                return;
            }
        }
        panic!("the tabulator does not reach {css} at {}", self.url().await);
    }

    /// Presses a key that leads to another page and waits until that is
    /// loaded.
    pub async fn follow_by(&self, key: Key) {
        self.run("window.stillHere = true", Vec::new()).await;
        self.press(key).await;
        self.wait_for_another_page("the key").await;
    }

    /// Forgets who is signed in.
    pub async fn delete_cookies(&self) {
        let deleted = self.client.delete_all_cookies().await;
        deleted.expect("it forgets");
    }

    /// From now on no page runs scripts of its own, nor of a test's.
    pub async fn disable_scripts(&self) {
        let parameters = json!({ "value": true });
        self.devtools("Emulation.setScriptExecutionDisabled", parameters)
            .await;
    }

    /// The errors that the console has shown since it was last asked.
    pub async fn console_errors(&self) -> Vec<String> {
        let entries = self.chrome("se/log", json!({ "type": "browser" })).await;
        let entries = entries.as_array().cloned().unwrap_or_default();
        entries
            .iter()
            .filter(|entry| entry["level"] == "SEVERE")
            .map(|entry| entry["message"].as_str().unwrap_or_default().to_owned())
            .collect()
    }

    /// Where the site has redirected the browser to since this was last asked,
    /// as the browser itself tells it, whether or not it knew the scheme.
    pub async fn redirects(&self) -> Vec<String> {
        let entries = self
            .chrome("se/log", json!({ "type": "performance" }))
            .await;
        let entries = entries.as_array().cloned().unwrap_or_default();
        entries
            .iter()
            .filter_map(|entry| serde_json::from_str::<Value>(entry["message"].as_str()?).ok())
            .map(|event| event["message"].clone())
            .filter(|event| event["method"] == "Network.responseReceivedExtraInfo")
            .filter_map(|event| {
                let headers = event["params"]["headers"].as_object()?.clone();
                let (_, location) = headers
                    .into_iter()
                    .find(|(name, _)| name.eq_ignore_ascii_case("location"))?;
                location.as_str().map(ToOwned::to_owned)
            })
            .collect()
    }

    /// Ends the browser. Without it the window stays until the process ends.
    pub async fn close(self) {
        self.client.clone().close().await.expect("Chromium ends");
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        // The browser is of the driver's group, and would outlive it.
        let _ = kill_process_group(Pid::from_child(&self.driver), Signal::KILL);
        let _ = self.driver.wait();
    }
}
