//! What the authorization server noted in the site's audit log.

use hob::audit::{Entry, Filter};
use hob_plugin_sdk::db::DbError;

use super::Dance;

/// All whose actions begin so, the latest first.
pub async fn entries(dance: &Dance, what: &str) -> Vec<Entry> {
    let filter = Filter {
        plugin: Some("oauth".to_owned()),
        what: Some(what.to_owned()),
        ..Filter::default()
    };
    let read = dance
        .site
        .db()
        .read(move |connection| -> Result<_, DbError> {
            Ok(Entry::find(connection, &filter, None, 100)?)
        });
    read.await.expect("the table is there")
}

/// The one of this action, which nobody waited for.
pub async fn noted_later(dance: &Dance, what: &str) -> Entry {
    dance.site.settle_events().await;
    let mut noted = entries(dance, what).await;
    assert_eq!(noted.len(), 1, "{what}: {noted:?}");
    noted.remove(0)
}
