//! The refresh token grant: rotation in families, reuse, expiry and sudden
//! death. The table that these tests follow stands in
//! `src/grants/refresh_token.rs`.

use crate::support;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use futures_util::future::join_all;
use hob::testing::{Reply, on_each_database};
use support::{App, Dance, PASSWORD, Tokens, assert_error, tokens};

/// Well within the ten seconds after which a parallel request is a late one.
const A_MOMENT: Duration = Duration::from_secs(2);
/// Past them.
const LATER: Duration = Duration::from_secs(11);
const MINUTE: Duration = Duration::from_secs(60);

/// Swaps the refresh token for newer tokens.
async fn renewed(dance: &Dance, app: &App, old: &Tokens) -> Tokens {
    tokens(&dance.refresh(app, &old.refresh).await)
}

async fn refused(dance: &Dance, app: &App, old: &Tokens) {
    assert_error(
        &dance.refresh(app, &old.refresh).await,
        400,
        "invalid_grant",
    );
}

fn form<'a>(tokens: &'a Tokens, scope: &'a str) -> [(&'a str, &'a str); 3] {
    [
        ("grant_type", "refresh_token"),
        ("refresh_token", &tokens.refresh),
        ("scope", scope),
    ]
}

/// The first row of the table, and what each answer holds.
#[tokio::test(flavor = "multi_thread")]
async fn a_current_token_is_swapped_for_its_successor() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let first = dance.tokens(&app).await;
        let second = renewed(&dance, &app, &first).await;
        assert_ne!(second.refresh, first.refresh);
        assert_ne!(second.access, first.access);
        assert_eq!(second.scope, "profile media:read");
        // The earlier access token lives for as long as it was given.
        for living in [&first, &second] {
            dance.assert_alive(living).await;
        }
        renewed(&dance, &app, &second).await;
    })
    .await;
}

/// Check 60.
#[tokio::test(flavor = "multi_thread")]
async fn another_clients_refresh_token_is_an_invalid_grant() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let (app, thief) = (dance.web_app().await, dance.web_app().await);
        let own = dance.tokens(&app).await;
        for _ in 0..5 {
            refused(&dance, &thief, &own).await;
        }
        // And it was not even touched.
        let next = renewed(&dance, &app, &own).await;
        dance.assert_alive(&next).await;
    })
    .await;
}

/// Check 61.
#[tokio::test(flavor = "multi_thread")]
async fn a_confidential_client_must_prove_itself_to_refresh() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let own = dance.tokens(&app).await;
        let without = App {
            secret: None,
            ..app.clone()
        };
        let wrong = App {
            secret: Some("hob_cs_wrong".to_owned()),
            ..app.clone()
        };
        for forged in [without, wrong] {
            let reply = dance.refresh(&forged, &own.refresh).await;
            assert_error(&reply, 401, "invalid_client");
        }
        renewed(&dance, &app, &own).await;

        let public = dance.browser_app().await;
        let own = dance.tokens(&public).await;
        renewed(&dance, &public, &own).await;
    })
    .await;
}

/// Check 62: what was not granted can't be asked for, even if the client is
/// registered for it.
#[tokio::test(flavor = "multi_thread")]
async fn a_wider_scope_is_refused_and_costs_nothing() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let own = dance.tokens(&app).await;
        for scope in [
            "profile media:read media:write",
            "media:write",
            "profile unknown",
            "profile  media:read",
        ] {
            let reply = dance.token(&app, &form(&own, scope)).await;
            assert_error(&reply, 400, "invalid_scope");
        }
        let all = tokens(&dance.token(&app, &form(&own, "media:read profile")).await);
        dance.assert_alive(&all).await;
    })
    .await;
}

/// Check 62.
#[tokio::test(flavor = "multi_thread")]
async fn a_narrower_access_token_leaves_the_refresh_token_as_it_was() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let own = dance.tokens(&app).await;
        let narrow = tokens(&dance.token(&app, &form(&own, "media:read")).await);
        assert_eq!(narrow.scope, "media:read");
        assert_eq!(dance.api_status(&narrow.access).await, 403);
        let wide = renewed(&dance, &app, &narrow).await;
        assert_eq!(wide.scope, "profile media:read");
        dance.assert_alive(&wide).await;
    })
    .await;
}

/// Check 63: the fifth row of the table. Another authorization of the same
/// member and client is another family.
#[tokio::test(flavor = "multi_thread")]
async fn a_superseded_token_kills_its_family_and_no_other() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let first = dance.tokens(&app).await;
        let other = dance.tokens(&app).await;
        let second = renewed(&dance, &app, &first).await;
        let third = renewed(&dance, &app, &second).await;
        dance.site.clock().advance(LATER);
        dance.assert_alive(&third).await;

        refused(&dance, &app, &first).await;
        for dead in [&first, &second, &third] {
            dance.assert_dead(&app, dead).await;
        }
        dance.assert_alive(&other).await;
        renewed(&dance, &app, &other).await;
    })
    .await;
}

/// Check 64: the fourth row of the table. What the lost answer held is dead.
#[tokio::test(flavor = "multi_thread")]
async fn a_retry_after_a_lost_answer_replaces_the_unused_successor() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let first = dance.tokens(&app).await;
        let lost = renewed(&dance, &app, &first).await;
        dance.site.clock().advance(LATER);
        let second = renewed(&dance, &app, &first).await;
        refused(&dance, &app, &lost).await;
        // Retries that come together do not revoke what each other got.
        let sibling = renewed(&dance, &app, &first).await;
        for living in [&second, &sibling] {
            dance.assert_alive(living).await;
            renewed(&dance, &app, living).await;
        }
        // Now a successor was used.
        dance.site.clock().advance(LATER);
        refused(&dance, &app, &first).await;
        dance.assert_dead(&app, &second).await;
    })
    .await;
}

/// Check 65: no grace for a token whose successor was used.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_two_generations_old_kills_its_family_within_the_grace_period() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let first = dance.tokens(&app).await;
        let second = renewed(&dance, &app, &first).await;
        let third = renewed(&dance, &app, &second).await;
        // One generation old is well.
        let sibling = renewed(&dance, &app, &second).await;
        dance.site.clock().advance(A_MOMENT);

        refused(&dance, &app, &first).await;
        for dead in [&third, &sibling] {
            dance.assert_dead(&app, dead).await;
        }
    })
    .await;
}

/// The second and the third row of the table.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_gets_three_siblings_beside_its_successor_and_the_family_lives() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let first = dance.tokens(&app).await;
        let mut successors = Vec::new();
        for _ in 0..4 {
            successors.push(renewed(&dance, &app, &first).await);
        }
        for _ in 0..2 {
            refused(&dance, &app, &first).await;
        }
        for living in &successors {
            dance.assert_alive(living).await;
        }
        dance.site.clock().advance(LATER);
        // Each of them goes on.
        for living in &successors {
            renewed(&dance, &app, living).await;
        }
    })
    .await;
}

/// Check 66.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_parallel_refreshes_give_four_successors_and_the_family_lives() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let first = dance.tokens(&app).await;
        let dance = Arc::new(dance);
        let requests = (0..50).map(|_| {
            let (dance, app, token) = (dance.clone(), app.clone(), first.refresh.clone());
            tokio::spawn(async move { dance.refresh(&app, &token).await })
        });
        let replies: Vec<Reply> = join_all(requests)
            .await
            .into_iter()
            .map(|reply| reply.expect("no request panics"))
            .collect();
        let (given, others): (Vec<_>, Vec<_>) =
            replies.iter().partition(|reply| reply.status() == 200);
        assert_eq!(given.len(), 4, "one successor and three siblings");
        for reply in others {
            assert_error(reply, 400, "invalid_grant");
        }
        let successors: Vec<Tokens> = given.into_iter().map(tokens).collect();
        dance.assert_alive(&first).await;
        for living in &successors {
            dance.assert_alive(living).await;
            renewed(&dance, &app, living).await;
        }
    })
    .await;
}

/// Check 67: the grace period is for tokens of a family that lives.
#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_token_has_no_grace_period() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let (app, other) = (dance.web_app().await, dance.web_app().await);
        let first = dance.tokens(&app).await;
        let of_other = dance.tokens(&other).await;
        let second = renewed(&dance, &app, &first).await;
        renewed(&dance, &other, &of_other).await;
        dance.take_back(&app).await;
        for dead in [&first, &second] {
            dance.assert_dead(&app, dead).await;
        }
        renewed(&dance, &other, &of_other).await;
    })
    .await;
}

/// Check 68. Each use gives a new lease.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_lies_idle_expires() {
    on_each_database(async |builder| {
        let builder = builder.plugin_toml("oauth", "refresh_token_lifetime = \"10m\"");
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let first = dance.tokens(&app).await;
        dance.site.clock().advance(9 * MINUTE);
        let second = renewed(&dance, &app, &first).await;
        dance.site.clock().advance(9 * MINUTE);
        let third = renewed(&dance, &app, &second).await;
        dance.site.clock().advance(10 * MINUTE);
        refused(&dance, &app, &third).await;
    })
    .await;
}

/// Check 68: using a token does not move the end of its family.
#[tokio::test(flavor = "multi_thread")]
async fn a_family_ends_however_busy_it_is() {
    on_each_database(async |builder| {
        let lifetimes =
            "refresh_token_lifetime = \"10m\"\nrefresh_token_absolute_lifetime = \"25m\"";
        let mut dance = Dance::start(builder.plugin_toml("oauth", lifetimes)).await;
        let app = dance.web_app().await;
        let mut current = dance.tokens(&app).await;
        for _ in 0..3 {
            dance.site.clock().advance(8 * MINUTE);
            current = renewed(&dance, &app, &current).await;
        }
        dance.site.clock().advance(MINUTE);
        refused(&dance, &app, &current).await;
        // The member can be asked again.
        let current = dance.tokens(&app).await;
        renewed(&dance, &app, &current).await;
    })
    .await;
}

/// Check 69. Another member's tokens live.
#[tokio::test(flavor = "multi_thread")]
async fn a_changed_password_kills_a_members_tokens_at_once() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let (own, of_bob) = (
            dance.tokens(&app).await,
            bobs_tokens(&mut dance, &app).await,
        );
        dance.assert_alive(&own).await;
        let password = "an entirely different one";
        dance.site.change_password(dance.alice.id, password).await;
        dance.assert_dead(&app, &own).await;
        dance.assert_alive(&of_bob).await;
        renewed(&dance, &app, &of_bob).await;
    })
    .await;
}

/// Check 69: what is being issued at this very moment dies too.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_refresh_outruns_a_revocation() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let mut families = Vec::new();
        for _ in 0..8 {
            families.push(dance.tokens(&app).await);
        }
        let dance = Arc::new(dance);
        let revoked = Arc::new(AtomicBool::new(false));
        let chains = families.into_iter().map(|first| {
            let (dance, app, revoked) = (dance.clone(), app.clone(), revoked.clone());
            tokio::spawn(async move {
                let mut current = first;
                loop {
                    let late = revoked.load(Ordering::SeqCst);
                    let reply = dance.refresh(&app, &current.refresh).await;
                    if reply.status() != 200 {
                        assert_error(&reply, 400, "invalid_grant");
                        return current;
                    }
                    assert!(!late, "refreshed after the revocation");
                    current = tokens(&reply);
                }
            })
        });
        let chains: Vec<_> = chains.collect();
        let password = "an entirely different one";
        dance.site.change_password(dance.alice.id, password).await;
        revoked.store(true, Ordering::SeqCst);
        for chain in chains {
            let last = chain.await.expect("no chain goes on");
            dance.assert_dead(&app, &last).await;
        }
    })
    .await;
}

/// Check 69. Another member's tokens live.
#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_members_tokens_are_dead_at_once() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let (own, of_bob) = (
            dance.tokens(&app).await,
            bobs_tokens(&mut dance, &app).await,
        );
        dance.assert_alive(&own).await;
        dance.site.disable_member(dance.alice.id).await;
        dance.assert_dead(&app, &own).await;
        dance.assert_alive(&of_bob).await;
        renewed(&dance, &app, &of_bob).await;
    })
    .await;
}

/// Check 69. The member's other applications, and other members of this one,
/// are left alone.
#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_consent_kills_its_tokens_at_once() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let (app, other) = (dance.web_app().await, dance.web_app().await);
        let (own, of_other) = (dance.tokens(&app).await, dance.tokens(&other).await);
        let of_bob = bobs_tokens(&mut dance, &app).await;
        dance.assert_alive(&own).await;
        dance.take_back(&app).await;
        dance.assert_dead(&app, &own).await;
        for (app, living) in [(&other, &of_other), (&app, &of_bob)] {
            dance.assert_alive(living).await;
            renewed(&dance, app, living).await;
        }
    })
    .await;
}

/// A token of the same moment, whose client is stopped and which nobody has
/// ended.
#[tokio::test]
async fn a_refresh_token_counts_only_while_its_client_is_not_suspended() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let first = dance.tokens(&app).await;
        dance.mark_suspended(&app, true).await;
        refused(&dance, &app, &first).await;
        dance.mark_suspended(&app, false).await;
        let second = renewed(&dance, &app, &first).await;
        dance.assert_alive(&second).await;
    })
    .await;
}

/// Check 69. A client that may ask again does not get its old tokens back.
#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_clients_tokens_are_dead_at_once_and_for_good() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let (app, other) = (dance.web_app().await, dance.web_app().await);
        let (own, of_other) = (dance.tokens(&app).await, dance.tokens(&other).await);
        dance.assert_alive(&own).await;
        for command in ["suspend", "resume"] {
            let words = ["oauth", "client", command, &app.client_id];
            assert_eq!(dance.site.run_command(&words).await.exit_code, 0);
            dance.assert_dead(&app, &own).await;
        }
        dance.assert_alive(&of_other).await;
        renewed(&dance, &other, &of_other).await;
        let again = dance.tokens(&app).await;
        dance.assert_alive(&again).await;
    })
    .await;
}

/// The tokens of another member.
async fn bobs_tokens(dance: &mut Dance, app: &App) -> Tokens {
    dance.site.add_member("bob", PASSWORD).await;
    let mut browser = dance.site.browser();
    browser.sign_in("bob", PASSWORD).await;
    std::mem::swap(&mut dance.browser, &mut browser);
    let tokens = dance.tokens(app).await;
    std::mem::swap(&mut dance.browser, &mut browser);
    tokens
}
