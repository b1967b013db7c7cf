//! Publishing by the form, the pages, the files, and who sees them.

use hob::testing::{Browser, Reply, TestHost, on_each_database};
use http::{Request, header};

const PASSWORD: &str = "correct horse battery";
const CAT: &[u8] = include_bytes!("../../../tests/photographs/cat-turned-with-position.jpg");

async fn upload(browser: &mut Browser, fields: &[(&str, &str)], file: (&str, &[u8])) -> Reply {
    let csrf = browser.csrf();
    let mut fields = fields.to_vec();
    fields.push(("csrf", &csrf));
    browser.post_multipart("/upload", &fields, file, &[]).await
}

fn carries_position(bytes: &[u8]) -> bool {
    let mut reader = exif::Reader::new();
    reader.continue_on_error(true);
    let found = match reader.read_from_container(&mut std::io::Cursor::new(bytes)) {
        Ok(found) => found,
        Err(exif::Error::PartialResult(partial)) => partial.into_inner().0,
        Err(_) => return false,
    };
    found
        .fields()
        .any(|field| field.tag.context() == exif::Context::Gps)
}

async fn with_alice(site: &TestHost) -> Browser {
    site.add_member("alice", PASSWORD).await;
    let mut browser = site.browser();
    browser.sign_in("alice", PASSWORD).await;
    browser
}

/// Both make the smaller sizes, and neither takes away the other's.
#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_that_work_on_a_photograph_leave_it_whole() {
    on_each_database(async |builder| {
        let first = builder.start().await;
        let mut alice = with_alice(&first).await;
        let second = first.second_node().start().await;
        for _ in 0..5 {
            let reply = upload(&mut alice, &[("title", "Mia")], ("Mia.jpg", CAT)).await;
            let page = reply.header("location").to_owned();
            tokio::join!(first.settle_media(), second.settle_media());
            let id = page.rsplit('/').next().expect("an id");
            for size in ["original", "medium", "thumbnail"] {
                for node in [&first, &second] {
                    let file = node.browser().get(&format!("/media/{id}/{size}")).await;
                    assert_eq!(file.status(), 200, "{size}: {file:?}");
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_photograph_goes_through_its_states_onto_the_pages() {
    on_each_database(async |builder| {
        let site = builder.start().await;
        let mut alice = with_alice(&site).await;
        let fields = [
            ("title", ""),
            ("tags", "Cat, cat, red fur"),
            ("description", "<b>Mia</b>"),
        ];
        let reply = upload(&mut alice, &fields, ("Mia asleep.jpg", CAT)).await;
        assert_eq!(reply.status(), 303, "{}", reply.text());
        let page = reply.header("location").to_owned();

        let waiting = alice.get(&page).await;
        assert!(waiting.text().contains("Being processed"));
        assert!(!site.browser().get("/").await.text().contains(&page));
        site.settle_media().await;

        let shown = site.browser().get(&page).await;
        assert_eq!(shown.status(), 200);
        let text = shown.text();
        assert!(text.contains("Mia asleep") && text.contains("red fur"));
        assert!(
            text.contains("&#60;b&#62;Mia") || text.contains("&lt;b&gt;Mia"),
            "escaped"
        );
        for list in ["/", "/u/alice"] {
            assert!(
                site.browser().get(list).await.text().contains(&page),
                "{list}"
            );
        }

        assert!(
            carries_position(CAT),
            "the test file has a position to lose"
        );
        let id = page.rsplit('/').next().unwrap();
        for size in ["original", "medium", "thumbnail"] {
            let file = site.browser().get(&format!("/media/{id}/{size}")).await;
            assert_eq!(file.status(), 200);
            assert_eq!(file.header("content-type"), "image/jpeg");
            assert!(!carries_position(file.bytes()), "{size}");
        }
        let thumbnail = site.browser().get(&format!("/media/{id}/thumbnail")).await;
        let picture = image::load_from_memory(thumbnail.bytes()).unwrap();
        let original = image::load_from_memory(CAT).unwrap();
        assert_eq!(
            picture.width() > picture.height(),
            original.width() < original.height(),
            "orientation 6 turns it by a quarter"
        );
    })
    .await;
}

#[tokio::test]
async fn the_position_stays_only_where_the_owner_chose_so() {
    let site = TestHost::builder().start().await;
    let mut alice = with_alice(&site).await;
    let reply = upload(&mut alice, &[("keep_location", "yes")], ("a.jpg", CAT)).await;
    let id = reply
        .header("location")
        .rsplit('/')
        .next()
        .unwrap()
        .to_owned();
    let file = alice.get(&format!("/media/{id}/original")).await;
    assert!(carries_position(file.bytes()));
}

#[tokio::test]
async fn private_is_for_the_owner_and_unlisted_for_who_has_the_address() {
    on_each_database(async |builder| {
        let site = builder.start().await;
        let mut alice = with_alice(&site).await;
        site.add_member("bob", PASSWORD).await;
        let mut bob = site.browser();
        bob.sign_in("bob", PASSWORD).await;
        for (visibility, others) in [("private", 404), ("unlisted", 200)] {
            let fields = [("visibility", visibility)];
            let reply = upload(&mut alice, &fields, ("a.jpg", CAT)).await;
            let page = reply.header("location").to_owned();
            site.settle_media().await;
            let id = page.rsplit('/').next().unwrap();
            let file = format!("/media/{id}/original");
            assert_eq!(alice.get(&page).await.status(), 200);
            assert_eq!(alice.get(&file).await.status(), 200);
            for stranger in [&mut bob, &mut site.browser()] {
                assert_eq!(stranger.get(&page).await.status(), others, "{visibility}");
                assert_eq!(stranger.get(&file).await.status(), others, "{visibility}");
                assert!(!stranger.get("/").await.text().contains(&page));
                assert!(!stranger.get("/u/alice").await.text().contains(&page));
            }
            assert!(alice.get("/u/alice").await.text().contains(&page));
            assert!(
                alice
                    .get(&file)
                    .await
                    .header("cache-control")
                    .contains("private")
            );
        }
    })
    .await;
}

#[tokio::test]
async fn only_the_owner_changes_and_deletes() {
    on_each_database(async |builder| {
        let site = builder.start().await;
        let mut alice = with_alice(&site).await;
        site.add_member("bob", PASSWORD).await;
        let mut bob = site.browser();
        bob.sign_in("bob", PASSWORD).await;
        let reply = upload(&mut alice, &[("title", "Mine")], ("a.jpg", CAT)).await;
        let page = reply.header("location").to_owned();
        site.settle_media().await;

        let edit = format!("{page}/edit");
        assert_eq!(bob.get(&edit).await.status(), 403);
        assert_eq!(bob.submit(&edit, &[("title", "Bob's")]).await.status(), 403);
        assert_eq!(
            bob.submit(&format!("{page}/delete"), &[]).await.status(),
            403
        );
        let change = [("title", "Ours"), ("tags", "x"), ("visibility", "public")];
        assert_eq!(alice.submit(&edit, &change).await.status(), 303);
        assert!(site.browser().get(&page).await.text().contains("Ours"));

        let long = "x".repeat(201);
        let refused = alice
            .submit(&edit, &[("title", &long), ("tags", "kept")])
            .await;
        assert_eq!(refused.status(), 422);
        assert!(refused.text().contains("kept"), "what was typed stays");

        assert_eq!(
            alice.submit(&format!("{page}/delete"), &[]).await.status(),
            303
        );
        assert_eq!(alice.get(&page).await.status(), 404);
        site.settle_media().await;
        let id = page.rsplit('/').next().unwrap();
        assert_eq!(
            alice.get(&format!("/media/{id}/original")).await.status(),
            404
        );
    })
    .await;
}

#[tokio::test]
async fn what_is_no_picture_is_refused_and_the_words_are_kept() {
    let site = TestHost::builder().start().await;
    let mut alice = with_alice(&site).await;
    let fields = [("title", "My words"), ("tags", "kept")];
    for (name, content) in [
        ("x.jpg", &b"<html><script>alert(1)</script>"[..]),
        ("x.jpg", &CAT[..1000]),
        ("x.jpg", &[]),
    ] {
        let reply = upload(&mut alice, &fields, (name, content)).await;
        assert_eq!(reply.status(), 422, "{}", reply.text());
        assert!(reply.text().contains("My words") && reply.text().contains("kept"));
    }
    assert!(!alice.get("/u/alice").await.text().contains("My words"));
}

#[tokio::test]
async fn ranges_and_validators_are_honoured() {
    let site = TestHost::builder().start().await;
    let mut alice = with_alice(&site).await;
    let reply = upload(&mut alice, &[], ("a.jpg", CAT)).await;
    site.settle_media().await;
    let id = reply
        .header("location")
        .rsplit('/')
        .next()
        .unwrap()
        .to_owned();
    let path = format!("/media/{id}/original");
    let whole = alice.get(&path).await;
    let etag = whole.header("etag").to_owned();
    assert!(etag.starts_with('"'));
    assert_eq!(whole.header("accept-ranges"), "bytes");
    assert_eq!(
        whole.header("content-length"),
        whole.bytes().len().to_string()
    );
    let mut ask = async |pairs: &[(header::HeaderName, &str)]| {
        let mut request = Request::get(&path);
        for (name, value) in pairs {
            request = request.header(name, *value);
        }
        alice
            .send(request.body(axum::body::Body::empty()).unwrap())
            .await
    };
    let length = whole.bytes().len();

    let part = ask(&[(header::RANGE, "bytes=10-19")]).await;
    assert_eq!(part.status(), 206);
    assert_eq!(part.bytes(), &whole.bytes()[10..20]);
    assert_eq!(
        part.header("content-range"),
        format!("bytes 10-19/{length}")
    );
    let tail = ask(&[(header::RANGE, "bytes=-5")]).await;
    assert_eq!(tail.bytes(), &whole.bytes()[length - 5..]);
    let beyond = ask(&[(header::RANGE, "bytes=99999999-")]).await;
    assert_eq!(beyond.status(), 416);
    assert_eq!(beyond.header("content-range"), format!("bytes */{length}"));
    let nonsense = ask(&[(header::RANGE, "lines=1-2")]).await;
    assert_eq!(nonsense.status(), 200);

    assert_eq!(ask(&[(header::IF_NONE_MATCH, &etag)]).await.status(), 304);
    assert_eq!(ask(&[(header::IF_NONE_MATCH, "\"x\"")]).await.status(), 200);
    let same = ask(&[(header::RANGE, "bytes=0-0"), (header::IF_RANGE, &etag)]).await;
    assert_eq!(same.status(), 206);
    let other = ask(&[(header::RANGE, "bytes=0-0"), (header::IF_RANGE, "\"x\"")]).await;
    assert_eq!(other.status(), 200);
}

#[tokio::test]
async fn pages_of_a_grid_follow_each_other_without_gaps() {
    on_each_database(async |builder| {
        let site = builder.start().await;
        let mut alice = with_alice(&site).await;
        let small = small_png();
        let mut pages = Vec::new();
        for _ in 0..32 {
            let reply = upload(&mut alice, &[], ("a.png", &small)).await;
            pages.push(reply.header("location").to_owned());
        }
        site.settle_media().await;
        let first = site.browser().get("/").await;
        let next = first
            .text()
            .split("href=\"")
            .filter_map(|rest| rest.split('"').next())
            .find(|href| href.contains("after="))
            .expect("there is a second page")
            .to_owned();
        let second = site.browser().get(&next).await;
        for page in &pages {
            let (a, b) = (first.text().contains(page), second.text().contains(page));
            assert!(a != b, "{page} stands on one of the two");
        }
        assert_eq!(site.browser().get("/?after=nonsense").await.status(), 400);
    })
    .await;
}

fn small_png() -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_pixel(4, 3, image::Rgb([200, 30, 30]))
        .write_to(&mut bytes, image::ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}

/// A picture that a photographer has pressed hard weighs less than the sizes
/// that are made of it.
fn light_picture() -> Vec<u8> {
    let pixels = image::RgbImage::from_fn(640, 480, |x, y| {
        image::Rgb([
            (x * 7 % 256) as u8,
            (y * 5 % 256) as u8,
            ((x * y) % 256) as u8,
        ])
    });
    let mut jpeg = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut jpeg, 10)
        .encode_image(&pixels)
        .expect("it can be written");
    jpeg
}

#[tokio::test]
async fn the_original_is_offered_first_even_where_it_weighs_least() {
    let site = TestHost::builder().start().await;
    let mut alice = with_alice(&site).await;
    let light = light_picture();
    let reply = upload(&mut alice, &[], ("light.jpg", &light)).await;
    let page = reply.header("location").to_owned();
    site.settle_media().await;
    let medium = page.replace("/m/", "/media/") + "/medium";
    let medium = alice.get(&medium).await.bytes().len();
    assert!(medium > light.len(), "{medium} and {}", light.len());
    let shown = alice.get(&page).await;
    let place = |name: &str| {
        let link = format!("download>{name}</a>");
        shown
            .text()
            .find(&link)
            .unwrap_or_else(|| panic!("no {name}"))
    };
    assert!(place("Original") < place("Medium"));
    assert!(place("Medium") < place("Thumbnail"));
}
