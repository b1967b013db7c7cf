//! Two at once: a code is one member's, one decision counts, and tokens are
//! issued once.

use std::time::Duration;

use futures_util::future::join_all;
use hob::testing::{Browser, Reply, on_each_database};
use serde_json::Value;

use super::{
    assert_unknown, begin, decide, device_app, enter, poll,
    support::{Dance, PASSWORD, assert_error, assert_error_page, request_on, tokens},
};

/// So often each is tried: who is faster is not the test's to say.
const ROUNDS: usize = 6;

/// Another browser of the same member, in the same session.
fn same_session(dance: &Dance) -> Browser {
    let mut browser = dance.site.browser();
    browser.copy_cookies(&dance.browser);
    browser
}

fn is_ok(reply: &Reply) -> bool {
    reply.status() == 200
}

/// Check 93.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_members_who_enter_a_code_at_once_one_is_asked() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        dance.site.add_member("bob", PASSWORD).await;
        let mut bob = dance.site.browser();
        bob.sign_in("bob", PASSWORD).await;
        let app = device_app(&dance, &["--public"]).await;
        for _ in 0..ROUNDS {
            let device = begin(&dance, &app).await;
            let (alices, bobs) = tokio::join!(
                enter(&mut dance.browser, &device.user_code),
                enter(&mut bob, &device.user_code),
            );
            let alice = &mut dance.browser;
            let (name, winner, asked, loser, refused) = match is_ok(&alices) {
                true => ("alice", alice, alices, &mut bob, bobs),
                false => ("bob", &mut bob, bobs, alice, alices),
            };
            request_on(&asked);
            assert_unknown(&refused);
            assert_error_page(&decide(loser, &asked, "allow", "profile").await);
            let done = decide(winner, &asked, "allow", "profile").await;
            assert_eq!(done.status(), 200, "{done:?}");
            let given = tokens(&poll(&dance, &app, &device).await);
            let me: Value = dance.api(&format!("Bearer {}", given.access)).await.json();
            assert_eq!(me["username"], name);
            // Whoever was slower is held to have guessed.
            dance.site.clock().advance(Duration::from_secs(30));
        }
    })
    .await;
}

/// Check 91.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_decisions_at_once_one_counts() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = device_app(&dance, &["--public"]).await;
        let mut second = same_session(&dance);
        let words = ["allow", "deny"];
        for (one, other) in (0..ROUNDS).map(|round| (words[round % 2], words[round / 2 % 2])) {
            let device = begin(&dance, &app).await;
            let page = enter(&mut dance.browser, &device.user_code).await;
            let (first, second) = tokio::join!(
                decide(&mut dance.browser, &page, one, "profile"),
                decide(&mut second, &page, other, "profile"),
            );
            let (counted, late) = match is_ok(&first) {
                true => (one, second),
                false => {
                    assert_eq!(second.status(), 200, "{second:?}");
                    (other, first)
                }
            };
            assert_error_page(&late);
            let reply = poll(&dance, &app, &device).await;
            match counted {
                "allow" => dance.assert_alive(&tokens(&reply)).await,
                _ => assert_error(&reply, 400, "access_denied"),
            }
        }
    })
    .await;
}

/// Check 93: the session that entered it last decides, or the decision came
/// first; never both.
#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_is_entered_again_while_it_is_decided_is_decided_once() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = device_app(&dance, &["--public"]).await;
        let mut elsewhere = dance.site.browser();
        elsewhere.sign_in("alice", PASSWORD).await;
        for round in 0..ROUNDS {
            let device = begin(&dance, &app).await;
            let page = enter(&mut dance.browser, &device.user_code).await;
            let entering = enter(&mut elsewhere, &device.user_code);
            let deciding = decide(&mut dance.browser, &page, "allow", "profile");
            let (again, decided) = if round % 2 == 0 {
                tokio::join!(entering, deciding)
            } else {
                let (decided, again) = tokio::join!(deciding, entering);
                (again, decided)
            };
            assert_ne!(is_ok(&again), is_ok(&decided), "{again:?} {decided:?}");
            if is_ok(&again) {
                assert_error_page(&decided);
                let reply = poll(&dance, &app, &device).await;
                assert_error(&reply, 400, "authorization_pending");
                let done = decide(&mut elsewhere, &again, "allow", "profile").await;
                assert_eq!(done.status(), 200, "{done:?}");
            } else {
                assert_unknown(&again);
            }
            let given = tokens(&poll(&dance, &app, &device).await);
            dance.assert_alive(&given).await;
            dance.site.clock().advance(Duration::from_secs(30));
        }
    })
    .await;
}

/// Check 91.
#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_asks_while_it_is_decided_gets_its_tokens_once() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = device_app(&dance, &["--public"]).await;
        for _ in 0..ROUNDS {
            let device = begin(&dance, &app).await;
            let page = enter(&mut dance.browser, &device.user_code).await;
            let mut browser = same_session(&dance);
            let polls = join_all((0..10).map(|_| poll(&dance, &app, &device)));
            let (decided, mut replies) =
                tokio::join!(decide(&mut browser, &page, "allow", "profile"), polls);
            assert_eq!(decided.status(), 200, "{decided:?}");
            // Whatever they were told, one more is told the same as all others,
            // or is the one.
            replies.push(poll(&dance, &app, &device).await);
            let (given, refused): (Vec<_>, Vec<_>) = replies.iter().partition(|one| is_ok(one));
            assert_eq!(given.len(), 1, "{replies:?}");
            for reply in refused {
                let body: Value = reply.json();
                let told = ["authorization_pending", "slow_down", "invalid_grant"];
                assert!(
                    told.iter().any(|error| body["error"] == *error),
                    "{reply:?}"
                );
            }
        }
    })
    .await;
}
