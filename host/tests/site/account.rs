//! `/account`: profile, password, sessions.

use hob::testing::on_each_database;

const PASSWORD: &str = "correct horse battery";

#[tokio::test]
async fn changing_the_password_ends_all_other_sessions() {
    on_each_database(async |builder| {
        let site = builder.start().await;
        site.add_member("alice", PASSWORD).await;
        let (mut here, mut there) = (site.browser(), site.browser());
        here.sign_in("alice", PASSWORD).await;
        there.sign_in("alice", PASSWORD).await;

        let wrong = here
            .submit(
                "/account/password",
                &[
                    ("current_password", "no"),
                    ("new_password", "another long one"),
                ],
            )
            .await;
        assert_eq!(wrong.status(), 422);
        let short = here
            .submit(
                "/account/password",
                &[("current_password", PASSWORD), ("new_password", "short")],
            )
            .await;
        assert_eq!(short.status(), 422);
        assert_eq!(
            there.get("/account").await.status(),
            200,
            "nothing changed yet"
        );

        let changed = here
            .submit(
                "/account/password",
                &[
                    ("current_password", PASSWORD),
                    ("new_password", "another long one"),
                ],
            )
            .await;
        assert_eq!(changed.status(), 303, "{}", changed.text());
        assert_eq!(here.get("/account").await.status(), 200);
        assert_eq!(there.get("/account").await.status(), 303);
        there.sign_in("alice", "another long one").await;
    })
    .await;
}

#[tokio::test]
async fn guessing_the_password_in_an_open_session_is_slowed_down() {
    let site = hob::testing::TestHost::builder().start().await;
    site.add_member("alice", PASSWORD).await;
    let (mut here, mut there) = (site.browser(), site.browser());
    here.sign_in("alice", PASSWORD).await;
    there.sign_in("alice", PASSWORD).await;
    let change = |current| {
        [
            ("current_password", current),
            ("new_password", "another long one"),
        ]
    };
    let mut wrong = 0;
    while there
        .submit("/account/password", &change("wrong"))
        .await
        .status()
        == 422
    {
        wrong += 1;
        assert!(wrong < 20, "nothing slows this down");
    }
    assert!(wrong >= 10, "only {wrong} were free");
    let slowed = there.submit("/account/password", &change(PASSWORD)).await;
    assert_eq!(slowed.status(), 429);
    let seconds: u64 = slowed.header("retry-after").parse().expect("seconds");
    assert!((1..=30).contains(&seconds), "{seconds}");
    let elsewhere = here.submit("/account/password", &change(PASSWORD)).await;
    assert_eq!(elsewhere.status(), 303);
}

#[tokio::test]
async fn a_member_ends_one_session_or_all_others_but_nobody_else_s() {
    on_each_database(async |builder| {
        let site = builder.start().await;
        site.add_member("alice", PASSWORD).await;
        site.add_member("mallory", PASSWORD).await;
        let (mut here, mut there, mut mallory) = (site.browser(), site.browser(), site.browser());
        here.sign_in("alice", PASSWORD).await;
        there.sign_in("alice", PASSWORD).await;
        mallory.sign_in("mallory", PASSWORD).await;
        let page = there.get("/account").await;
        let revoke: Vec<&str> = page
            .text()
            .split("action=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .filter(|action| action.ends_with("/revoke"))
            .collect();
        for action in &revoke {
            assert_eq!(mallory.submit(action, &[]).await.status(), 404);
        }
        assert_eq!(here.get("/account").await.status(), 200);
        assert_eq!(
            there
                .submit("/account/sessions/revoke-others", &[])
                .await
                .status(),
            303
        );
        assert_eq!(here.get("/account").await.status(), 303);
        assert_eq!(there.get("/account").await.status(), 200);
    })
    .await;
}

#[tokio::test]
async fn an_address_belongs_to_one_account() {
    on_each_database(async |builder| {
        let site = builder.start().await;
        site.add_member("alice", PASSWORD).await;
        site.add_member("bob", PASSWORD).await;
        let mut bob = site.browser();
        bob.sign_in("bob", PASSWORD).await;
        let taken = bob
            .submit(
                "/account/profile",
                &[("display_name", "Bob"), ("email", "Alice@Example.org")],
            )
            .await;
        assert_eq!(taken.status(), 422, "{}", taken.text());
        assert!(
            taken
                .text()
                .contains("another account has this e-mail address")
        );
        let kept = bob
            .submit(
                "/account/profile",
                &[("display_name", "Bob"), ("email", "bob@example.org")],
            )
            .await;
        assert_eq!(kept.status(), 303);
    })
    .await;
}
