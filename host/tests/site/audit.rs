//! The audit log: what members do is noted with who, when and from where, in
//! the transaction that does it.

use std::time::Duration;

use hob::{
    audit::{self, Entry, Filter},
    testing::{TestHost, on_each_database},
};
use hob_plugin_sdk::{
    AuditEntry, Who,
    db::{DbError, Timestamp},
};

const PASSWORD: &str = "correct horse battery";

async fn entries(site: &TestHost, filter: Filter) -> Vec<Entry> {
    site.db()
        .read(move |connection| -> Result<_, DbError> {
            Ok(Entry::find(connection, &filter, None, 1000)?)
        })
        .await
        .expect("the table is there")
}

async fn actions(site: &TestHost, filter: Filter) -> Vec<String> {
    let entries = entries(site, filter).await;
    entries.into_iter().map(|entry| entry.action).collect()
}

/// An entry as another plugin would make it.
async fn note(site: &TestHost, plugin: &'static str, action: &'static str, at: Timestamp) {
    site.db()
        .write(move |connection| {
            connection.note(AuditEntry::new(plugin, action, &Who::operator("root"), at))
        })
        .await
        .expect("it can be stored");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_member_does_to_the_account_is_noted() {
    on_each_database(async |builder| {
        let site = builder.start().await;
        let alice = site.add_member("alice", PASSWORD).await;
        let mut browser = site.browser();
        browser.sign_in("alice", PASSWORD).await;
        let profile = [("display_name", "Alice"), ("email", "alice@example.org")];
        browser.submit("/account/profile", &profile).await;
        let wrong = [
            ("current_password", "guessed"),
            ("new_password", "another long one"),
        ];
        browser.submit("/account/password", &wrong).await;
        let right = [
            ("current_password", PASSWORD),
            ("new_password", "another long one"),
        ];
        browser.submit("/account/password", &right).await;
        browser.submit("/account/sessions/revoke-others", &[]).await;
        let all = entries(&site, Filter::default()).await;
        let actions: Vec<&str> = all.iter().map(|entry| entry.action.as_str()).collect();
        assert_eq!(
            actions,
            [
                "member.signed_out_elsewhere",
                "member.password_changed",
                "member.profile_changed",
                "member.signed_in",
            ]
        );
        for entry in &all {
            assert_eq!(
                (entry.plugin.as_str(), entry.who_kind.as_str()),
                ("core", "member")
            );
            assert_eq!(entry.who_name, "alice");
            assert_eq!(
                (entry.who_member, entry.member_id),
                (Some(alice.id), Some(alice.id))
            );
            assert!(
                !entry.peer.is_empty() && entry.request_id.len() == 16,
                "{entry:?}"
            );
            assert!(!entry.details.contains("another long one"), "{entry:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_is_noted_once_when_it_is_slowed_down() {
    on_each_database(async |builder| {
        let site = builder.start().await;
        site.add_member("alice", PASSWORD).await;
        let guess = [("username", "alice"), ("password", "guessed")];
        for _ in 0..10 {
            site.browser().submit("/login", &guess).await;
        }
        assert!(
            actions(&site, Filter::default()).await.is_empty(),
            "ten are free"
        );
        for _ in 0..5 {
            site.browser().submit("/login", &guess).await;
        }
        let mut noted = Vec::new();
        for _ in 0..500 {
            noted = actions(&site, Filter::default()).await;
            if !noted.is_empty() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert_eq!(noted, ["member.sign_in_throttled"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_rolled_back_is_not_noted_and_what_can_t_be_noted_is_not_done() {
    on_each_database(async |builder| {
        let site = builder.start().await;
        let now = site.clock().now();
        let rolled_back = site.db().write(move |connection| {
            let who = Who::operator("root");
            connection.note(AuditEntry::new("x", "thing.done", &who, now))?;
            Err::<(), DbError>(diesel::result::Error::RollbackTransaction.into())
        });
        assert!(rolled_back.await.is_err());
        assert!(actions(&site, Filter::default()).await.is_empty());

        let alice = site.add_member("alice", PASSWORD).await;
        let gone = site.db().write(|connection| {
            diesel::connection::SimpleConnection::batch_execute(
                connection,
                "ALTER TABLE hob_audit_entries RENAME TO hob_audit_gone",
            )
        });
        gone.await.expect("it can be renamed");
        let signed_in = site.db().write(move |connection| {
            let who = Who::operator("root");
            diesel::RunQueryDsl::execute(
                diesel::sql_query("UPDATE members SET display_name = 'changed'"),
                connection,
            )?;
            connection.note(AuditEntry::new("x", "thing.done", &who, now))
        });
        assert!(signed_in.await.is_err());
        let name = site
            .db()
            .read(move |connection| hob::members::Member::find(connection, alice.id))
            .await
            .expect("the table is there");
        assert_eq!(name.expect("she is there").display_name, "alice");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_names_that_are_far_too_long_the_beginning_is_kept() {
    on_each_database(async |builder| {
        let site = builder.start().await;
        let now = site.clock().now();
        // What no database makes shorter by itself, and what ends in the middle
        // of a sign.
        let long: String = (0..2000_u32)
            .filter_map(|number| char::from_u32(0x4e00 + number * 7919 % 20_000))
            .collect();
        let (noted, whole) = (long.clone(), "t".repeat(1024));
        let whole_noted = whole.clone();
        site.db()
            .write(move |connection| {
                let who = Who::operator(&noted);
                let entry = AuditEntry::new("x", &noted, &who, now);
                connection.note(entry.about(&noted, &noted).with("whole", &noted))?;
                let who = Who::operator(&whole_noted);
                connection.note(AuditEntry::new("x", "thing.done", &who, now))
            })
            .await
            .expect("it is noted");
        let by = |who: &str| Filter {
            who: Some(who.to_owned()),
            ..Filter::default()
        };
        assert_eq!(entries(&site, by(&whole)).await[0].who_name, whole);
        // As whoever looks for it has it.
        let found = entries(&site, by(&long)).await;
        let [entry] = &found[..] else {
            panic!("{found:?}");
        };
        let kept = &long[..1023];
        assert_eq!(
            (entry.action.as_str(), entry.who_name.as_str()),
            (kept, kept)
        );
        assert_eq!(
            (entry.subject_kind.as_str(), entry.subject.as_str()),
            (kept, kept)
        );
        assert!(entry.details.contains(&long));
        let subject = Filter {
            subject: Some(long),
            ..Filter::default()
        };
        assert_eq!(entries(&site, subject).await.len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_are_found_by_who_what_when_and_whom_and_go_in_time() {
    on_each_database(async |builder| {
        let site = builder.start().await;
        let now = site.clock().now();
        let day = Duration::from_secs(24 * 3600);
        note(&site, "oauth", "client.added", now - 3 * day).await;
        note(&site, "oauth", "client.deleted", now - 2 * day).await;
        note(&site, "oauth", "clientele.greeted", now - day).await;
        note(&site, "api", "album.emptied", now).await;
        let find = async |filter: Filter| actions(&site, filter).await;
        let what = |what: &str| Filter {
            what: Some(what.to_owned()),
            ..Filter::default()
        };
        assert_eq!(
            find(what("client.")).await,
            ["client.deleted", "client.added"]
        );
        assert_eq!(find(what("client.added")).await, ["client.added"]);
        let api = Filter {
            plugin: Some("api".to_owned()),
            ..Filter::default()
        };
        assert_eq!(find(api).await, ["album.emptied"]);
        let two_days = Filter {
            since: Some(now - 2 * day),
            until: Some(now),
            ..Filter::default()
        };
        assert_eq!(
            find(two_days).await,
            ["clientele.greeted", "client.deleted"]
        );
        let who = |name: &str| Filter {
            who: Some(name.to_owned()),
            ..Filter::default()
        };
        assert_eq!(find(who("root")).await.len(), 4);
        assert!(find(who("alice")).await.is_empty());

        let gone = audit::prune(&site.db(), now, 2 * day)
            .await
            .expect("it is there");
        assert_eq!(gone, 1);
        let left = ["album.emptied", "clientele.greeted", "client.deleted"];
        assert_eq!(find(Filter::default()).await, left);
    })
    .await;
}

/// More than go in one transaction.
#[tokio::test(flavor = "multi_thread")]
async fn all_that_is_old_enough_goes_however_many_there_are() {
    on_each_database(async |builder| {
        let site = builder.start().await;
        let now = site.clock().now();
        let day = Duration::from_secs(24 * 3600);
        for _ in 0..3 {
            let noted = site.db().write(move |connection| {
                let (who, at) = (Who::operator("root"), now - 2 * day);
                (0..400).try_for_each(|_| {
                    connection.note(AuditEntry::new("api", "album.emptied", &who, at))
                })
            });
            noted
                .await
                .map_err(|error: DbError| error.to_string())
                .expect("they can be stored");
        }
        note(&site, "api", "album.emptied", now).await;
        let gone = audit::prune(&site.db(), now, day).await;
        assert_eq!(gone.expect("it is there"), 1200);
        assert_eq!(entries(&site, Filter::default()).await.len(), 1);
    })
    .await;
}
