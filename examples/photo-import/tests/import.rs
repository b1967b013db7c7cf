//! A member imports a photograph from another Hob, from the first press to the
//! stored file.

#[path = "../../../plugin-signin/tests/server/support/mod.rs"]
#[allow(dead_code, reason = "it is of another crate, too")]
mod support;

use hob::testing::{TestHost, on_each_database};
use support::{PASSWORD, Pair, between};

const PAGE: &str = "/import/photographs";
const CAT: &[u8] = include_bytes!("../../../tests/photographs/cat-turned-with-position.jpg");

#[tokio::test(flavor = "multi_thread")]
async fn a_member_imports_a_photograph() {
    on_each_database(async |builder| {
        let builder = builder.plugin(hob_photo_import::HOB_PLUGIN);
        let keep = "tokens = \"database\"";
        let mut pair = Pair::start_with(builder, "profile media:read", keep).await;
        publish(&mut pair, ("cat.jpg", CAT)).await;
        let mut alice = pair.alice().await;
        let page = alice.get(PAGE).await;
        assert!(
            page.text().contains("Link an account of another Hob first"),
            "{page:?}"
        );
        pair.link_in(&mut alice).await;
        let page = alice.get(PAGE).await;
        assert!(page.text().contains("The other · ada"), "{page:?}");
        assert!(
            page.text().contains("<span>A bridge &#38; a river</span>"),
            "{page:?}"
        );
        let id = between(page.text(), "name=\"photograph\" value=\"", "\"").to_owned();
        let fields = [("provider", "other"), ("photograph", id.as_str())];
        let imported = alice.submit(PAGE, &fields).await;
        assert_eq!(imported.status(), 303, "{imported:?}");
        let medium = imported.header("location").to_owned();
        let medium = medium
            .strip_prefix(support::HERE)
            .unwrap_or(&medium)
            .to_owned();
        let shown = alice.get(&medium).await;
        assert!(shown.text().contains("A bridge &#38; a river"), "{shown:?}");
        // It is the member's alone, for now.
        assert_eq!(pair.here.browser().get(&medium).await.status(), 404);
        // Nothing of another's, and nothing that is not there.
        pair.here.add_member("bob", PASSWORD).await;
        let mut bob = pair.here.browser();
        bob.sign_in("bob", PASSWORD).await;
        let refused = bob.submit(PAGE, &fields).await;
        assert_eq!(refused.status(), 422, "{refused:?}");
        let gone = [("provider", "other"), ("photograph", "4711")];
        assert_eq!(alice.submit(PAGE, &gone).await.status(), 422);
    })
    .await;
}

/// A picture as large as those of a camera are: noise, which nothing makes
/// smaller.
fn large_picture() -> Vec<u8> {
    let mut state = 1_u32;
    let noise = image::RgbImage::from_fn(1000, 700, |_, _| {
        image::Rgb(std::array::from_fn(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()[0]
        }))
    });
    let mut file = std::io::Cursor::new(Vec::new());
    noise
        .write_to(&mut file, image::ImageFormat::Png)
        .expect("noise is a picture");
    file.into_inner()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_photograph_is_imported_as_far_as_the_operator_lets_answers_be_large() {
    let keep = "tokens = \"database\"";
    let builder = TestHost::builder().plugin(hob_photo_import::HOB_PLUGIN);
    let mut pair = Pair::start_with(builder, "profile media:read", keep).await;
    let large = large_picture();
    assert!(large.len() > 2 << 20, "{}", large.len());
    publish(&mut pair, ("noise.png", &large)).await;
    let mut alice = pair.link().await;
    let page = alice.get(PAGE).await;
    let id = between(page.text(), "name=\"photograph\" value=\"", "\"").to_owned();
    let fields = [("provider", "other"), ("photograph", id.as_str())];
    let imported = alice.submit(PAGE, &fields).await;
    assert_eq!(imported.status(), 303, "{imported:?}");
    // Where the operator lets no answer be as large, the member is told.
    let narrow = "allow = [\"127.0.0.1\"]\nmax_bytes = 1_048_576";
    let lines = format!("{}\n{keep}", pair.there.lines());
    let builder = pair.here.stop().await;
    let here = builder
        .plugin(hob_photo_import::HOB_PLUGIN)
        .plugin(hob_plugin_signin::HOB_PLUGIN)
        .plugin_toml("signin", &lines)
        .http_client_toml(narrow)
        .start()
        .await;
    let mut alice = here.browser();
    alice.sign_in("alice", PASSWORD).await;
    let refused = alice.submit(PAGE, &fields).await;
    assert_eq!(refused.status(), 422, "{refused:?}");
    assert!(refused.text().contains("too large"), "{refused:?}");
}

#[tokio::test]
async fn without_accounts_elsewhere_the_site_does_not_start() {
    let alone = TestHost::builder().plugin(hob_photo_import::HOB_PLUGIN);
    let refused = alone
        .try_start()
        .await
        .err()
        .expect("it needs another plugin");
    assert!(refused.contains("hob.signin.session"), "{refused}");
}

/// Ada publishes a photograph at the other site, by its form.
async fn publish(pair: &mut Pair, file: (&str, &[u8])) {
    let ada = &mut pair.there.ada;
    let csrf = ada.csrf();
    let fields = [
        ("title", "A bridge & a river"),
        ("visibility", "private"),
        ("csrf", &csrf),
    ];
    let published = ada.post_multipart("/upload", &fields, file, &[]).await;
    assert_eq!(published.status(), 303, "{published:?}");
    pair.there.site.settle_media().await;
}
