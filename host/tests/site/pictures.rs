//! `hob.pictures`: a plugin has a picture made of what somebody sends.

use hob::testing::{Builder, Reply, TestHost};
use hob_plugin_sdk::{
    InlinePlugin, StaticPlugin,
    http::PartContent,
    pictures::{PictureTerms, Pictures},
    prelude::*,
};

const CAT: &[u8] = include_bytes!("../../../tests/photographs/cat-turned-with-position.jpg");

struct Badge(Pictures);

impl InlinePlugin for Badge {
    const MANIFEST: &'static str = r#"
        id = "badge"
        title = "Badges"
        prefix = "/badge"
        [[route]]
        route = "POST /make"
        body = "multipart"
        [[route]]
        route = "GET /missing"
    "#;
}

impl Plugin for Badge {
    type Config = NoConfig;

    fn declare(declaration: &mut Declaration<Self>) {
        declaration
            .handle("POST /make", make)
            .handle("GET /missing", missing);
    }

    fn start(host: Host, _: NoConfig) -> Result<Self, PluginError> {
        Ok(Self(host.pictures()?))
    }
}

const TERMS: PictureTerms = PictureTerms {
    most_bytes: 100_000,
    most_pixels: 200_000,
    side: 40,
    most_result_bytes: 4_000,
};

async fn make(badge: Arc<Badge>, request: Request) -> Result<Response, PluginError> {
    let parts = request.parts();
    let PartContent::File { path, .. } = &parts[0].content else {
        return Ok(Response::empty(400));
    };
    match badge.0.recode(path, &TERMS, request.language()).await {
        Ok(made) => {
            assert!(made.width.max(made.height) <= TERMS.side);
            Ok(Response::bytes(200, made.content_type, made.bytes))
        }
        Err(error) if error.is_too_large() => Ok(Response::text(413, error.message())),
        Err(error) if error.is_invalid() => Ok(Response::text(422, error.message())),
        Err(error) => Err(error),
    }
}

async fn missing(badge: Arc<Badge>, _: Request) -> Result<Response, PluginError> {
    let nowhere = ["/nowhere/at/all.png", "/dev/zero"];
    for path in nowhere {
        let refused = badge.0.recode(path.as_ref(), &TERMS, "").await;
        let error = refused.expect_err("it is no file");
        assert!(!error.may_be_shown(), "{error}");
    }
    Ok(Response::text(200, "none"))
}

fn builder() -> Builder {
    let badge = StaticPlugin::inline::<Badge>().expect("the manifest is right");
    TestHost::builder().plugin(badge)
}

async fn site() -> TestHost {
    builder().start().await
}

async fn send(site: &TestHost, language: &str, file: &[u8]) -> Reply {
    let mut browser = site.browser().reading(language);
    let named = ("badge.png", file);
    browser.post_multipart("/badge/make", &[], named, &[]).await
}

#[tokio::test]
async fn a_plugin_gets_the_pixels_and_nothing_else() {
    let site = site().await;
    let made = send(&site, "en", CAT).await;
    assert_eq!(made.status(), 200, "{}", made.text());
    assert_eq!(made.header("content-type"), "image/jpeg");
    let position = b"GPS";
    let holds = |bytes: &[u8], words: &[u8]| bytes.windows(words.len()).any(|w| w == words);
    assert!(holds(CAT, b"Exif") && !holds(made.bytes(), b"Exif"));
    assert!(!holds(made.bytes(), position));
    assert!(made.bytes().len() as u64 <= TERMS.most_result_bytes);
}

#[tokio::test]
async fn what_is_wrong_with_a_file_is_said_in_the_visitors_language() {
    let site = site().await;
    let drawing = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
    for (language, words) in [
        (
            "en",
            "This looks like an SVG drawing. JPEG, PNG, WebP and GIF",
        ),
        ("de", "SVG"),
        ("fr", "SVG"),
    ] {
        let refused = send(&site, language, drawing).await;
        assert_eq!(refused.status(), 422, "{refused:?}");
        assert!(refused.text().contains(words), "{refused:?}");
        let is_english = refused.text().contains("are accepted");
        assert_eq!(is_english, language == "en", "{refused:?}");
    }
    // The plugin's bound counts, which is narrower than the operator's.
    let heavy = [CAT, &[0; 100_000]].concat();
    let refused = send(&site, "en", &heavy).await;
    assert_eq!(refused.status(), 413, "{refused:?}");
    assert!(refused.text().contains("at most 100000"), "{refused:?}");
}

#[tokio::test]
async fn the_operators_bounds_count_too() {
    let site = builder().media_toml("max_pixels = 1000").start().await;
    let refused = send(&site, "en", CAT).await;
    assert_eq!(refused.status(), 413, "{refused:?}");
    assert!(
        refused.text().contains("at most 1000 pixels"),
        "{refused:?}"
    );
}

#[tokio::test]
async fn what_is_no_file_is_not_read() {
    let answered = site().await.browser().get("/badge/missing").await;
    assert_eq!((answered.status(), answered.text()), (200, "none"));
}
