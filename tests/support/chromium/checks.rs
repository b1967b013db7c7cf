//! What holds for every page: that it is accessible, and that nothing is on the
//! console.

use std::{fs, sync::OnceLock};

use base64::{Engine, engine::general_purpose::STANDARD};
use fantoccini::wd::WebDriverCompatibleCommand;
use serde_json::{Value, json};
use ureq::http::Method;
use url::Url;

use super::{Chromium, NARROW, WIDE};
use crate::support::programs;

/// A question of WebDriver's about an element.
#[derive(Debug)]
struct ElementCommand {
    id: String,
    what: &'static str,
}

impl WebDriverCompatibleCommand for ElementCommand {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, url::ParseError> {
        let (session, id, what) = (session.unwrap_or_default(), &self.id, self.what);
        base.join(&format!("session/{session}/element/{id}/{what}"))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::GET, None)
    }
}

/// axe's own script.
fn axe() -> &'static str {
    static AXE: OnceLock<String> = OnceLock::new();
    AXE.get_or_init(|| {
        let path =
            programs::repository().join("tests/clients/npm/node_modules/axe-core/axe.min.js");
        fs::read_to_string(&path)
            .unwrap_or_else(|error| panic!("{}: {error}: run `make e2e`", path.display()))
    })
}

impl Chromium {
    /// Asserts what holds for every page: no error on the console (which is
    /// where a violated content security policy shows), nothing to scroll
    /// sideways on a telephone, and nothing for axe to complain about, wide and
    /// narrow, light and dark. With `HOB_SCREENSHOTS=1` the page's pictures
    /// are saved for the documentation.
    pub async fn check_page(&self, name: &str) {
        for dark in [false, true] {
            for width in [WIDE, NARROW] {
                self.resize(width, dark).await;
                let script = "return document.documentElement.scrollWidth";
                let needed = self.run(script, Vec::new()).await;
                assert!(
                    needed.as_u64() <= Some(u64::from(width)),
                    "{name} is {needed} pixels wide in a window of {width}"
                );
                self.save_screenshot(name, width, dark).await;
                let found = self.accessibility_problems().await;
                assert_eq!(found, json!([]), "axe finds on {name}: {found:#}");
            }
        }
        self.resize(WIDE, false).await;
        let origin = self.url().await.origin().ascii_serialization();
        let mut problems = self.console_errors().await;
        // Other sites that the browser came by have their own.
        problems.retain(|problem| problem.starts_with(&origin));
        assert!(
            problems.is_empty(),
            "on the console of {name}: {problems:#?}"
        );
    }

    /// What axe finds on the page as it is shown now.
    pub async fn accessibility_problems(&self) -> Value {
        self.run(axe(), Vec::new()).await;
        let rules = json!([
            "wcag2a",
            "wcag2aa",
            "wcag21a",
            "wcag21aa",
            "wcag22aa",
            "best-practice",
        ]);
        let script = "const [rules, answer] = arguments; \
             axe.run(document, { runOnly: rules }).then(found => answer(found.violations.map( \
             one => [one.id, one.help, one.nodes.map(node => [node.html, node.failureSummary])])))";
        let found = self.client.execute_async(script, vec![rules]).await;
        found.expect("axe answers")
    }

    /// What a screen reader is told of the element: its role and its name.
    pub async fn role_and_name(&self, css: &str) -> (String, String) {
        let element = self.find(css).await;
        let id = element.element_id().to_string();
        let ask = async |what| {
            let command = ElementCommand {
                id: id.clone(),
                what,
            };
            let told = self.client.issue_cmd(command).await;
            let told = told.expect("chromedriver understands");
            told.as_str().unwrap_or_default().to_owned()
        };
        (ask("computedrole").await, ask("computedlabel").await)
    }

    async fn save_screenshot(&self, name: &str, width: u32, dark: bool) {
        if std::env::var("HOB_SCREENSHOTS").as_deref() != Ok("1") {
            return;
        }
        let folder = programs::repository().join("docs/images");
        fs::create_dir_all(&folder).expect("docs/images can be made");
        let narrow = if width == NARROW { "-narrow" } else { "" };
        let dark = if dark { "-dark" } else { "" };
        // The whole page, also where it is longer than the window.
        let script = "return document.documentElement.scrollHeight";
        let height = self.run(script, Vec::new()).await;
        let whole = json!({
            "format": "png",
            "captureBeyondViewport": true,
            "clip": { "x": 0, "y": 0, "width": width, "height": height, "scale": 1 },
        });
        let taken = self.devtools("Page.captureScreenshot", whole).await;
        let taken = taken["data"].as_str().expect("a picture");
        let picture = STANDARD.decode(taken).expect("it is base64");
        fs::write(folder.join(format!("{name}{narrow}{dark}.png")), picture)
            .expect("a picture can be saved");
    }

    /// Asserts that the page's policy stops a script that was smuggled in.
    pub async fn assert_policy_is_enforced(&self) {
        let script = "const script = document.createElement('script'); \
                      script.textContent = 'window.smuggled = true'; \
                      document.body.append(script); return window.smuggled === true";
        let ran = self.run(script, Vec::new()).await;
        assert_eq!(ran, false, "an inline script ran at {}", self.url().await);
        let errors = self.console_errors().await;
        assert!(
            errors
                .iter()
                .any(|error| error.contains("Content Security Policy")),
            "the policy said nothing: {errors:#?}"
        );
    }
}
