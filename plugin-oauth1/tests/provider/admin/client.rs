//! An application as administrators see it, with the members who allow it.

use std::time::Duration;

use diesel::{RunQueryDsl, sql_types::Binary};
use hob::testing::{Reply, on_each_database};

use super::{CLIENTS, assert_shows, link, olga, page_of, run, with_key};
use crate::support::{CALLBACK, Dance, PASSWORD};

#[tokio::test]
async fn an_application_is_shown_with_all_that_is_known_of_it() {
    on_each_database(async |builder| {
        let toml = "access_token_lifetime = \"30d\"";
        let mut dance = Dance::start(builder.plugin_toml("oauth1", toml)).await;
        let more = [
            "--website",
            "https://desk.example/about",
            "--required-scope",
            "profile",
        ];
        let app = dance.register(&more).await;
        let printer = with_key(&dance).await;
        let used = dance.register(&[]).await;
        let access = dance.access_token(&used, &["profile"]).await;
        dance.access_token(&used, &["media:read"]).await;
        let mut olga = olga(&dance).await;

        let page = olga.get(&page_of(&app)).await;
        assert_shows(
            &page,
            &[
                &app.key,
                CALLBACK,
                "desk.example</a>",
                "<dd>a secret</dd>",
                "<code>HMAC-SHA256</code>",
                "<code>media:write</code>",
                "<code>profile</code> <span class=\"badge\">needed<",
                "registered by an operator",
                "Allowed by 0 members",
                "No member allows it",
                "Suspend Photo Desk",
                "id=\"secret\"",
            ],
        );
        assert!(!page.text().contains("RSA-SHA"), "{}", page.text());
        assert!(!page.text().contains("hob_1s_"), "{}", page.text());
        let page = olga.get(&page_of(&printer)).await;
        assert_shows(&page, &["<dd>a key</dd>", "<code>RSA-SHA256</code>"]);
        assert!(!page.text().contains("HMAC"), "{}", page.text());
        assert!(!page.text().contains("id=\"secret\""), "{}", page.text());

        // One member, whatever tokens the application has.
        let page = olga.get(&page_of(&used)).await;
        assert_shows(
            &page,
            &[
                "@alice",
                "<code>profile media:read</code>",
                "allowed <time",
                "Allowed by 1 member<",
                "with what 1 member allowed it",
                "not used yet",
                "until <time",
            ],
        );
        assert_eq!(page.text().matches("@alice").count(), 1);
        assert_eq!(dance.status(&used, &access).await, 200);
        let page = olga.get(&page_of(&used)).await;
        assert_shows(&page, &["last used <time", "from <bdi>127.0.0.1<"]);

        // What was done to it is one click away.
        let log = format!("/admin/audit?subject_kind=consumer&subject={}", used.key);
        let link = format!("href=\"{}\"", log.replace('&', "&#38;"));
        assert_shows(&page, &[&link]);
        let noted = olga.get(&log).await;
        assert_shows(&noted, &["consumer.registered", &used.key]);
        assert!(!noted.text().contains(&app.key), "{noted:?}");
        let unknown = olga.get(&format!("{CLIENTS}/nothing")).await;
        assert_eq!(unknown.status(), 404);
        assert_shows(&unknown, &["none with this consumer key"]);
        let mut olga = olga.reading("de");
        let page = olga.get(&page_of(&used)).await;
        assert_shows(&page, &["Kann signieren mit", "Alle ihre Tokens beenden"]);
        let mut olga = olga.reading("fr");
        let page = olga.get(&page_of(&used)).await;
        assert_shows(&page, &["Peut signer par", "Autorisée par 1 membre"]);

        // What has ended by itself is allowed no longer.
        let month = Duration::from_secs(31 * 86400);
        dance.site.clock().advance(month);
        let mut olga = dance.site.browser();
        olga.sign_in("olga", PASSWORD).await;
        let page = olga.get(&page_of(&used)).await;
        assert_shows(&page, &["Allowed by 0 members", "No member allows it"]);
    })
    .await;
}

#[tokio::test]
async fn the_members_of_an_application_are_turned_over() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder).await;
        let app = dance.register(&[]).await;
        let mut olga = olga(&dance).await;
        // As many as fit and one more.
        for member in 1000..1051_i64 {
            let digest = [&[0; 24][..], &member.to_be_bytes()].concat();
            let insert = format!(
                "INSERT INTO \"oauth1_access_tokens\" (\"digest\", \"consumer\", \"member_id\", \
                 \"scope\", \"sealed_secret\", \"key_id\", \"created_at\") \
                 SELECT $1, \"id\", {member}, 'profile', \"sealed_secret\", \"key_id\", 1 \
                 FROM \"oauth1_consumers\""
            );
            let write = dance.site.db().write(move |connection| {
                let query = diesel::sql_query(insert).bind::<Binary, _>(digest);
                query.execute(connection)
            });
            assert_eq!(write.await.expect("it is right"), 1);
        }
        let page = olga.get(&page_of(&app)).await;
        assert_shows(&page, &["Allowed by 51 members"]);
        let gone = |page: &Reply| page.text().matches("<h3>member 10").count();
        assert_eq!(gone(&page), 50);
        let rest = olga.get(&link(&page, "?members=")).await;
        assert_eq!(gone(&rest), 1);
        assert_shows(&rest, &["member 1050, who is gone", "From the beginning"]);
        assert!(!rest.text().contains(">Further<"), "{}", rest.text());
        let odd = olga.get(&format!("{}?members=x", page_of(&app))).await;
        assert_eq!(gone(&odd), 50);
        run(&dance, &["token", "revoke", "--consumer-key", &app.key]).await;
        let none = olga.get(&page_of(&app)).await;
        assert_shows(&none, &["No member allows it"]);
    })
    .await;
}
