//! The logo of an application: made anew of what its owner sends, shown beside
//! its name, served to everybody.

use crate::support;

use hob::{
    audit::{Entry, Filter},
    testing::{Browser, Reply, on_each_database},
};
use hob_plugin_sdk::{abi::command::RawOutput, db::DbError};
use http::{Request, header};
use serde_json::{Value, json};
use support::{
    App, Dance, PASSWORD, REDIRECT_URI,
    registration::{open_site, update, web_metadata},
    request_on,
};

const CAT: &[u8] = include_bytes!("../../../tests/photographs/cat-turned-with-position.jpg");
const DRAWING: &[u8] = include_bytes!("../../../tests/photographs/cat-alpha-with-position.png");
const ROCKET: &[u8] =
    include_bytes!("../../../tests/photographs/rocket-animated-with-position.gif");
const MEBIBYTE: usize = 1024 * 1024;
const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

fn page_of(app: &App) -> String {
    format!("/oauth/clients/{}", app.client_id)
}

async fn upload(browser: &mut Browser, app: &App, file: &[u8]) -> Reply {
    let csrf = browser.csrf();
    let path = format!("{}/logo", page_of(app));
    let fields = [("csrf", csrf.as_str())];
    let named = ("logo.png", file);
    browser.post_multipart(&path, &fields, named, &[]).await
}

/// A form without a file.
async fn upload_nothing(browser: &mut Browser, app: &App) -> Reply {
    let csrf = browser.csrf();
    let part = "--edge\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n";
    let body = format!("{part}{csrf}\r\n--edge--\r\n");
    let request = Request::post(format!("{}/logo", page_of(app)))
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge")
        .body(body.into());
    browser.send(request.expect("a request")).await
}

async fn remove(browser: &mut Browser, app: &App) -> Reply {
    let path = format!("{}/logo/delete", page_of(app));
    browser.submit(&path, &[]).await
}

/// The address of this application's logo on a page, if it stands there.
fn logo_on(page: &Reply, app: &App) -> Option<String> {
    let marker = format!("src=\"/oauth/clients/{}/logo?v=", app.client_id);
    let start = page.text().find(&marker)? + "src=\"".len();
    page.text()[start..]
        .split('"')
        .next()
        .map(ToOwned::to_owned)
}

/// The address of the logo that the owner sees on its application's page.
async fn current(browser: &mut Browser, app: &App) -> Option<String> {
    let page = browser.get(&page_of(app)).await;
    assert_eq!(page.status(), 200, "{page:?}");
    logo_on(&page, app)
}

/// What anybody gets who asks for it.
async fn fetch(dance: &Dance, path: &str, known: Option<&str>) -> Reply {
    let mut request = Request::get(path);
    if let Some(known) = known {
        request = request.header(header::IF_NONE_MATCH, known);
    }
    let request = request.body(axum::body::Body::empty()).expect("a request");
    dance.site.browser().send(request).await
}

fn holds(bytes: &[u8], words: &[u8]) -> bool {
    bytes.windows(words.len()).any(|window| window == words)
}

/// A PNG of this size by its header, without the pixels.
fn png_of(width: u32, height: u32) -> Vec<u8> {
    let mut png = DRAWING.to_vec();
    png[16..20].copy_from_slice(&width.to_be_bytes());
    png[20..24].copy_from_slice(&height.to_be_bytes());
    let checksum = crc32fast::hash(&png[12..29]);
    png[29..33].copy_from_slice(&checksum.to_be_bytes());
    png
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_made_anew_and_shown_wherever_the_application_is() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.register_on_page("confidential", REDIRECT_URI).await;
        let bare = dance.browser.get(&page_of(&app)).await;
        assert_eq!(logo_on(&bare, &app), None, "{bare:?}");
        assert!(bare.text().contains("aria-hidden=\"true\">P</span>"));
        let nothing = fetch(&dance, &format!("{}/logo", page_of(&app)), None).await;
        assert_eq!(nothing.status(), 404, "{nothing:?}");

        let sent = upload(&mut dance.browser, &app, CAT).await;
        assert_eq!(sent.status(), 303, "{sent:?}");
        assert_eq!(sent.header("location"), format!("{}#logo", page_of(&app)));
        let logo = current(&mut dance.browser, &app).await.expect("a logo");

        let asked = dance.browser.get(&app.authorize_path(&[])).await;
        request_on(&asked);
        let policy = asked.header("content-security-policy");
        assert!(policy.contains("img-src 'self';"), "{policy}");
        dance.tokens(&app).await;
        let connection = format!("/connections/{}", app.connection());
        let pages = ["/oauth/clients", "/connections", connection.as_str()];
        for (page, path) in [(asked, "the consent page")].into_iter().chain([
            (dance.browser.get(pages[0]).await, pages[0]),
            (dance.browser.get(pages[1]).await, pages[1]),
            (dance.browser.get(pages[2]).await, pages[2]),
        ]) {
            assert_eq!(logo_on(&page, &app).as_ref(), Some(&logo), "{path}");
            // The name beside it says the same.
            assert!(page.text().contains("\" alt=\"\""), "{path}");
        }

        let picture = fetch(&dance, &logo, None).await;
        assert_eq!(picture.status(), 200, "{picture:?}");
        assert_eq!(picture.header("content-type"), "image/jpeg");
        assert!(holds(CAT, b"Exif") && !holds(picture.bytes(), b"Exif"));
        assert!(!holds(picture.bytes(), b"GPS"));
        assert_ne!(picture.bytes(), CAT);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_is_asked_about_with_it() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance
            .register_without_redirect("profile", &["--public", "--grant", DEVICE_GRANT])
            .await;
        let file = dance.site.folder().join("logo.png");
        std::fs::write(&file, DRAWING).expect("the folder is there");
        edit(&dance, &app, &["--logo", &file.to_string_lossy()]).await;
        let begun = dance
            .site
            .browser()
            .post_form(
                "/oauth/device_authorization",
                &[("client_id", &app.client_id)],
            )
            .await;
        let begun: Value = begun.json();
        let user_code = begun["user_code"].as_str().expect("a code");
        let page = dance
            .browser
            .submit("/oauth/device", &[("user_code", user_code)])
            .await;
        request_on(&page);
        let logo = logo_on(&page, &app).expect("its logo");
        let picture = fetch(&dance, &logo, None).await;
        assert_eq!(picture.header("content-type"), "image/png");
    })
    .await;
}

/// Check 112.
#[tokio::test(flavor = "multi_thread")]
async fn it_can_do_nothing_by_itself_and_is_kept_for_good_where_its_address_says_which() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.register_on_page("public", REDIRECT_URI).await;
        upload(&mut dance.browser, &app, DRAWING).await;
        let logo = current(&mut dance.browser, &app).await.expect("a logo");
        let picture = fetch(&dance, &logo, None).await;
        let sandbox = "default-src 'none'; sandbox";
        assert_eq!(picture.headers("content-security-policy"), [sandbox]);
        assert_eq!(picture.header("x-content-type-options"), "nosniff");
        let for_good = "public, max-age=31536000, immutable";
        assert_eq!(picture.headers("cache-control"), [for_good]);
        assert_eq!(picture.headers("set-cookie"), Vec::<&str>::new());
        let tag = picture.header("etag").to_owned();
        assert!(logo.ends_with(tag.trim_matches('"')), "{logo} {tag}");

        for known in [&tag, &format!("\"other\", W/{tag}"), &"*".to_owned()] {
            let same = fetch(&dance, &logo, Some(known)).await;
            assert_eq!((same.status(), same.bytes().len()), (304, 0), "{known}");
            assert_eq!(same.header("etag"), tag);
            assert_eq!(same.header("cache-control"), for_good);
        }
        let other = fetch(&dance, &logo, Some("\"other\"")).await;
        assert_eq!(other.status(), 200);
        // Without the version it may be another tomorrow.
        let (bare, _) = logo.split_once('?').expect("it names the version");
        for path in [bare, &format!("{bare}?v=0123456789abcdef")] {
            let unnamed = fetch(&dance, path, None).await;
            assert_eq!(unnamed.status(), 200, "{unnamed:?}");
            assert_eq!(unnamed.headers("cache-control"), ["no-cache"]);
        }

        // The same file is the same logo, and another has another address.
        upload(&mut dance.browser, &app, DRAWING).await;
        let same = current(&mut dance.browser, &app).await;
        assert_eq!(same.as_ref(), Some(&logo));
        upload(&mut dance.browser, &app, ROCKET).await;
        let changed = current(&mut dance.browser, &app).await.expect("a logo");
        assert_ne!(changed, logo);
        let new = fetch(&dance, &changed, Some(&tag)).await;
        assert_eq!(new.status(), 200);
        assert_eq!(dance.count("oauth_client_logos").await, 1);
    })
    .await;
}

/// Check 112.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_picture_is_refused_in_words_and_loses_nothing() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.register_on_page("confidential", REDIRECT_URI).await;
        upload(&mut dance.browser, &app, DRAWING).await;
        let logo = current(&mut dance.browser, &app).await.expect("a logo");

        let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
        let html = b"<!doctype html><script>alert(1)</script>";
        let html_in_png = [&DRAWING[..8], html].concat();
        let heavy = [CAT, &vec![0; MEBIBYTE + 1 - CAT.len()]].concat();
        for (file, status, words) in [
            (&svg[..], 422, "This looks like an SVG drawing."),
            (html, 422, "This looks like a web page."),
            (&html_in_png, 422, "This looks like a web page."),
            (
                b"just words",
                422,
                "This is not a picture of a known format.",
            ),
            (b"", 422, "The file is empty."),
            (&DRAWING[..DRAWING.len() / 2], 422, "file is cut off"),
            // A bomb, and what this site would take as a photograph.
            (&png_of(65_535, 65_535), 422, "65535 × 65535 pixels"),
            (&png_of(5_000, 5_000), 422, "at most 16000000 pixels"),
            (&heavy, 422, "accepts at most 1"),
            // As from a camera.
            (&vec![0; 12 * MEBIBYTE], 422, "accepts at most 1"),
        ] {
            let refused = upload(&mut dance.browser, &app, file).await;
            assert_eq!(refused.status(), status, "{words}: {refused:?}");
            assert!(refused.text().contains(words), "{words}: {refused:?}");
            if status == 422 {
                let said = "<h2>The logo was not changed</h2>";
                assert!(refused.text().contains(said), "{words}: {refused:?}");
                assert_eq!(logo_on(&refused, &app).as_ref(), Some(&logo), "{words}");
            }
            let kept = current(&mut dance.browser, &app).await;
            assert_eq!(kept.as_ref(), Some(&logo), "{words}");
        }
        let without = upload_nothing(&mut dance.browser, &app).await;
        assert_eq!(without.status(), 422, "{without:?}");
        assert!(without.text().contains("Choose a picture."), "{without:?}");

        // What has markup in it and is a picture all the same is a picture.
        let polyglot = [DRAWING, html].concat();
        let sent = upload(&mut dance.browser, &app, &polyglot).await;
        assert_eq!(sent.status(), 303, "{sent:?}");
        let logo = current(&mut dance.browser, &app).await.expect("a logo");
        let picture = fetch(&dance, &logo, None).await;
        assert!(!holds(picture.bytes(), b"script"));
        // The largest file that is taken.
        let heaviest = [DRAWING, &vec![0; MEBIBYTE - DRAWING.len()]].concat();
        let sent = upload(&mut dance.browser, &app, &heaviest).await;
        assert_eq!(sent.status(), 303, "{sent:?}");
    })
    .await;
}

/// Check 112.
#[tokio::test(flavor = "multi_thread")]
async fn it_is_the_owners_alone_and_goes_with_the_application() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        dance.site.add_member("mallory", PASSWORD).await;
        let mut mallory = dance.site.browser();
        mallory.sign_in("mallory", PASSWORD).await;
        let app = dance.register_on_page("confidential", REDIRECT_URI).await;
        let of_operator = dance.web_app().await;
        upload(&mut dance.browser, &app, DRAWING).await;
        let logo = current(&mut dance.browser, &app).await.expect("a logo");

        assert_eq!(upload(&mut mallory, &app, CAT).await.status(), 404);
        assert_eq!(remove(&mut mallory, &app).await.status(), 404);
        let operators = upload(&mut dance.browser, &of_operator, CAT).await;
        assert_eq!(operators.status(), 404);
        let path = format!("{}/logo", page_of(&app));
        let forged = dance
            .browser
            .post_multipart(&path, &[], ("x.png", CAT), &[])
            .await;
        assert_eq!(forged.status(), 403, "{forged:?}");
        let delete = format!("{path}/delete");
        assert_eq!(dance.browser.post_form(&delete, &[]).await.status(), 403);
        let mut stranger = dance.site.browser();
        let signed_out = stranger.post_multipart(&path, &[], ("x.png", CAT), &[]);
        assert_ne!(signed_out.await.status(), 200);
        let kept = current(&mut dance.browser, &app).await;
        assert_eq!(kept.as_ref(), Some(&logo));

        assert_eq!(remove(&mut dance.browser, &app).await.status(), 303);
        assert_eq!(current(&mut dance.browser, &app).await, None);
        assert_eq!(fetch(&dance, &logo, None).await.status(), 404);
        assert_eq!(dance.count("oauth_client_logos").await, 0);

        upload(&mut dance.browser, &app, DRAWING).await;
        assert_eq!(fetch(&dance, &logo, None).await.status(), 200);
        let gone = format!("{}/delete", page_of(&app));
        assert_eq!(dance.browser.submit(&gone, &[]).await.status(), 303);
        assert_eq!(fetch(&dance, &logo, None).await.status(), 404);
        assert_eq!(dance.count("oauth_client_logos").await, 0);
    })
    .await;
}

async fn run(dance: &Dance, app: &App, more: &[&str]) -> RawOutput {
    let words = [&["oauth", "client", "edit", &app.client_id], more].concat();
    dance.site.run_command(&words).await
}

async fn edit(dance: &Dance, app: &App, more: &[&str]) -> Value {
    let output = run(dance, app, &[more, &["--json"]].concat()).await;
    assert_eq!(output.exit_code, 0, "{more:?}: {}", output.stderr);
    serde_json::from_str(&output.stdout).expect("the command prints JSON")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operator_gives_one_to_any_application_and_takes_it_away() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let folder = dance.site.folder();
        let (file, page) = (folder.join("logo.gif"), folder.join("logo.png"));
        std::fs::write(&file, ROCKET).expect("the folder is there");
        std::fs::write(&page, "<!doctype html>").expect("the folder is there");
        let (file, page) = (file.to_string_lossy(), page.to_string_lossy());
        let missing = folder.join("missing.png");
        let missing = missing.to_string_lossy();

        let told = edit(&dance, &app, &["--logo", &file]).await;
        let version = told["logo"].as_str().expect("a logo").to_owned();
        let logo = format!("{}/logo?v={version}", page_of(&app));
        assert_eq!(fetch(&dance, &logo, None).await.status(), 200);
        for (arguments, words) in [
            (&["--logo", &*page][..], "This looks like a web page."),
            (&["--logo", &*missing], "can't be read"),
            (&["--logo", &*file, "--no-logo"], "--no-logo takes it away"),
            (&["--logo", &*page, "--name", "Other"], "a web page."),
        ] {
            let refused = run(&dance, &app, arguments).await;
            assert_eq!(refused.exit_code, 2, "{arguments:?}: {}", refused.stdout);
            assert!(refused.stderr.contains(words), "{}", refused.stderr);
            assert!(refused.stderr.contains("nothing was edited"));
        }
        let kept = edit(&dance, &app, &["--website", "https://desk.example"]).await;
        assert_eq!(kept["logo"], version.as_str());
        assert_eq!(kept["name"], "Photo Desk");

        let both = ["--name", "Desk", "--no-logo"];
        let told = edit(&dance, &app, &both).await;
        assert_eq!(
            (&told["logo"], &told["name"]),
            (&Value::Null, &json!("Desk"))
        );
        assert_eq!(fetch(&dance, &logo, None).await.status(), 404);

        let filter = Filter {
            what: Some("client.edited".to_owned()),
            ..Filter::default()
        };
        let noted = dance
            .site
            .db()
            .read(move |connection| -> Result<_, DbError> {
                Ok(Entry::find(connection, &filter, None, 100)?)
            });
        let noted = noted.await.expect("the table is there");
        let of_logo = noted.iter().filter(|entry| entry.details.contains("logo"));
        assert_eq!(of_logo.count(), 2, "{noted:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_application_says_of_itself_gives_it_none() {
    on_each_database(async |builder| {
        let mut dance = open_site(builder).await;
        let says = json!({"logo_uri": "http://127.0.0.1/logo.png", "logo": "x"});
        let registered = dance.register_itself(&web_metadata(&says)).await;
        let app = registered.app.clone();
        let asked = dance.browser.get(&app.authorize_path(&[])).await;
        request_on(&asked);
        assert_eq!(logo_on(&asked, &app), None, "{asked:?}");
        assert!(!asked.text().contains("logo.png"), "{asked:?}");
        // The operator can, and an update does not take it away.
        let file = dance.site.folder().join("logo.png");
        std::fs::write(&file, DRAWING).expect("the folder is there");
        let told = edit(&dance, &app, &["--logo", &file.to_string_lossy()]).await;
        assert!(told["logo"].is_string(), "{told}");
        let updated = registered.put(&dance, &update(&registered, &says)).await;
        assert_eq!(updated.status(), 200, "{updated:?}");
        let asked = dance.browser.get(&app.authorize_path(&[])).await;
        assert!(logo_on(&asked, &app).is_some(), "{asked:?}");
    })
    .await;
}
