//! A member imports a photograph from another Hob, from the first press to the
//! stored file.

#[path = "../../../plugin-signin/tests/support/mod.rs"]
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
        publish(&mut pair).await;
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
async fn publish(pair: &mut Pair) {
    let ada = &mut pair.there.ada;
    let csrf = ada.csrf();
    let fields = [
        ("title", "A bridge & a river"),
        ("visibility", "private"),
        ("csrf", &csrf),
    ];
    let file = ("cat.jpg", CAT);
    let published = ada.post_multipart("/upload", &fields, file, &[]).await;
    assert_eq!(published.status(), 303, "{published:?}");
    pair.there.site.settle_media().await;
}
