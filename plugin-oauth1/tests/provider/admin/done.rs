//! What administrators do to an application: each with its refusal, what is
//! told and noted of it, and that it is what the commands do.

use hob::testing::{Reply, on_each_database};
use hob_oauth1_events::{
    ConsumerDeleted, ConsumerResumed, ConsumerSuspended, SecretRotated, TokenRevoked,
};

use super::{
    assert_by_olga, assert_shows, entries, noted_by_olga, olga, page_of, run, to, with_key,
};
use crate::{
    listener::{self, WORDS},
    support::{App, CALLBACK, Call, Dance, assert_problem, count, token},
};

fn begin() -> Call<'static> {
    Call {
        more: &[("oauth_callback", CALLBACK)],
        ..Call::default()
    }
}

fn shown_secret(page: &Reply) -> String {
    let after = page.text().split("aria-labelledby=\"consumer-secret\">");
    let text = after.skip(1).find_map(|rest| rest.split('<').next());
    text.unwrap_or_else(|| panic!("no secret: {page:?}"))
        .to_owned()
}

#[tokio::test]
async fn an_application_is_stopped_at_once_and_let_go_on() {
    let _one = listener::alone().await;
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder.plugin(listener::listener())).await;
        let (app, other) = (dance.register(&[]).await, dance.register(&[]).await);
        let access = dance.access_token(&app, &["profile"]).await;
        let others = dance.access_token(&other, &["profile"]).await;
        let waiting = dance.begin(&app, CALLBACK).await;
        let mut olga = olga(&dance).await;
        listener::forget();

        // Too long a reason, a forged form and a member change nothing.
        let suspend = to(&app, "suspend");
        let long = "é".repeat(201);
        let refused = olga.submit(&suspend, &[("reason", &long)]).await;
        assert_eq!(refused.status(), 422);
        assert_shows(
            &refused,
            &["at most 200 characters", &long, "confirm\" open"],
        );
        assert_eq!(olga.post_form(&suspend, &[]).await.status(), 403);
        assert_eq!(dance.browser.submit(&suspend, &[]).await.status(), 404);
        assert_eq!(dance.status(&app, &access).await, 200);
        assert!(listener::names().is_empty());

        let reason = "Its <secret> was published";
        let done = olga.submit(&suspend, &[("reason", reason)]).await;
        assert_eq!(done.status(), 303);
        let told = listener::one::<ConsumerSuspended>();
        assert_by_olga(&told.who);
        assert_eq!(told.reason.as_str(), reason);
        assert_eq!(dance.status(&app, &access).await, 401);
        assert_problem(
            &dance.call(&app, begin()).await,
            401,
            "consumer_key_refused",
        );
        assert_eq!(dance.ask(&waiting).await.status(), 400, "it is over");
        assert_eq!(dance.status(&other, &others).await, 200);
        let page = olga.get(done.header("location")).await;
        assert_shows(&page, &["It is suspended", "Resume Photo Desk", "@alice"]);
        assert!(!page.text().contains("<secret>"), "{}", page.text());
        assert!(page.text().contains("was published"));
        let entry = noted_by_olga(&dance, "consumer.suspended").await;
        assert_eq!(entry.subject, app.key);
        assert!(entry.details.contains("was published"), "{entry:?}");

        // A plugin does not let it go on, and then does.
        let resume = to(&app, "resume");
        listener::refuse("consumer.resumed");
        let refused = olga.submit(&resume, &[]).await;
        assert_eq!(refused.status(), 403);
        assert_shows(&refused, &[WORDS]);
        assert_eq!(dance.status(&app, &access).await, 401);
        assert!(entries(&dance, Some("consumer.resumed")).await.is_empty());
        listener::refuse("");
        listener::forget();
        let done = olga.submit(&resume, &[]).await;
        let told = listener::one::<ConsumerResumed>();
        assert_by_olga(&told.who);
        let page = olga.get(done.header("location")).await;
        assert_shows(&page, &["It may go on", "Suspend Photo Desk"]);
        assert!(!page.text().contains("was published"), "{}", page.text());
        noted_by_olga(&dance, "consumer.resumed").await;
        assert_eq!(dance.status(&app, &access).await, 200);
        listener::forget();
        // Twice is once.
        assert_eq!(olga.submit(&resume, &[]).await.status(), 303);
        assert!(listener::names().is_empty());
        noted_by_olga(&dance, "consumer.resumed").await;
    })
    .await;
}

#[tokio::test]
async fn all_tokens_of_an_application_are_ended() {
    let _one = listener::alone().await;
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder.plugin(listener::listener())).await;
        let (app, other) = (dance.register(&[]).await, dance.register(&[]).await);
        let first = dance.access_token(&app, &["profile"]).await;
        let second = dance.access_token(&app, &["media:read"]).await;
        let others = dance.access_token(&other, &["profile"]).await;
        dance.begin(&app, CALLBACK).await;
        let mut olga = olga(&dance).await;
        let end = to(&app, "end-tokens");
        assert_eq!(dance.browser.submit(&end, &[]).await.status(), 404);
        assert_eq!(olga.post_form(&end, &[]).await.status(), 403);
        assert_eq!(dance.status(&app, &first).await, 200);
        listener::forget();
        let done = olga.submit(&end, &[]).await;
        assert_eq!(done.status(), 303);
        let told = listener::one::<TokenRevoked>();
        assert_by_olga(&told.who);
        assert_eq!((told.reason.as_str(), told.tokens), ("operator", 2));
        assert_eq!(told.consumer_key.as_str(), app.key);
        let page = olga.get(done.header("location")).await;
        assert_shows(&page, &["All its tokens are dead", "No member allows it"]);
        assert_eq!(dance.status(&app, &first).await, 401);
        assert_eq!(dance.status(&app, &second).await, 401);
        assert_eq!(dance.status(&other, &others).await, 200);
        assert_eq!(count(&dance.site, "oauth1_access_tokens").await, 1);
        assert_eq!(count(&dance.site, "oauth1_request_tokens").await, 0);
        let entry = noted_by_olga(&dance, "token.revoked").await;
        assert_eq!(entry.subject, app.key);
        // It can ask anew, and where nothing is left nothing is noted.
        let again = dance.access_token(&app, &["profile"]).await;
        assert_eq!(dance.status(&app, &again).await, 200);
        olga.submit(&to(&other, "end-tokens"), &[]).await;
        olga.submit(&to(&other, "end-tokens"), &[]).await;
        assert_eq!(entries(&dance, Some("token.revoked")).await.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn an_application_is_deleted_for_good() {
    let _one = listener::alone().await;
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder.plugin(listener::listener())).await;
        let (app, other) = (dance.register(&[]).await, dance.register(&[]).await);
        let access = dance.access_token(&app, &["profile"]).await;
        let others = dance.access_token(&other, &["profile"]).await;
        let mut olga = olga(&dance).await;
        let delete = to(&app, "delete");
        assert_eq!(dance.browser.submit(&delete, &[]).await.status(), 404);
        assert_eq!(olga.post_form(&delete, &[]).await.status(), 403);
        assert_eq!(dance.status(&app, &access).await, 200);
        listener::forget();
        let done = olga.submit(&delete, &[]).await;
        assert_eq!(done.status(), 303);
        let told = listener::one::<ConsumerDeleted>();
        assert_by_olga(&told.who);
        assert_eq!((told.reason.as_str(), told.tokens_ended), ("operator", 1));
        let list = olga.get(done.header("location")).await;
        assert_shows(&list, &["The application is deleted", &other.key]);
        assert!(!list.text().contains(&app.key), "{}", list.text());
        assert_eq!(dance.status(&app, &access).await, 401);
        assert_problem(
            &dance.call(&app, begin()).await,
            401,
            "consumer_key_unknown",
        );
        assert_eq!(dance.status(&other, &others).await, 200);
        assert_eq!(count(&dance.site, "oauth1_consumers").await, 1);
        assert_eq!(count(&dance.site, "oauth1_access_tokens").await, 1);
        let entry = noted_by_olga(&dance, "consumer.deleted").await;
        assert_eq!(entry.subject, app.key);
        for what in ["delete", "suspend", "resume", "end-tokens", "secret"] {
            let again = olga.submit(&to(&app, what), &[]).await;
            assert_eq!(again.status(), 404, "{what}");
        }
        noted_by_olga(&dance, "consumer.deleted").await;
    })
    .await;
}

#[tokio::test]
async fn an_application_gets_a_new_secret_that_is_shown_once() {
    let _one = listener::alone().await;
    on_each_database(async |builder| {
        let toml = "empty_consumer_secrets = true";
        let builder = builder.plugin_toml("oauth1", toml);
        let mut dance = Dance::start(builder.plugin(listener::listener())).await;
        let app = dance.register(&[]).await;
        let access = dance.access_token(&app, &["profile"]).await;
        let mut olga = olga(&dance).await;
        let rotate = to(&app, "secret");
        assert_eq!(dance.browser.submit(&rotate, &[]).await.status(), 404);
        assert_eq!(olga.post_form(&rotate, &[]).await.status(), 403);
        listener::refuse("secret.rotated");
        let refused = olga.submit(&rotate, &[]).await;
        assert_eq!(refused.status(), 403);
        assert_shows(&refused, &[WORDS]);
        assert!(!refused.text().contains("hob_1s_"), "{refused:?}");
        token(&dance.call(&app, begin()).await);
        assert!(entries(&dance, Some("secret.rotated")).await.is_empty());
        listener::refuse("");

        listener::forget();
        let shown = olga.submit(&rotate, &[]).await;
        assert_eq!(shown.status(), 200);
        let told = listener::one::<SecretRotated>();
        assert_by_olga(&told.who);
        assert_eq!(shown.headers("cache-control"), ["no-store"]);
        assert_shows(&shown, &[&format!("href=\"{}\"", page_of(&app))]);
        let secret = shown_secret(&shown);
        assert_ne!(secret, app.secret);
        let page = olga.get(&page_of(&app)).await;
        assert!(!page.text().contains(&secret), "it is shown once");
        let entry = noted_by_olga(&dance, "secret.rotated").await;
        assert!(!entry.details.contains(&secret), "{entry:?}");
        assert_problem(&dance.call(&app, begin()).await, 401, "signature_invalid");
        let key = app.key.clone();
        let renewed = App { key, secret };
        token(&dance.call(&renewed, begin()).await);
        assert_eq!(dance.status(&renewed, &access).await, 200);

        // One that signs by its key keeps that; one that anybody can act as
        // gets a secret.
        let printer = with_key(&dance).await;
        let refused = olga.submit(&to(&printer, "secret"), &[]).await;
        assert_eq!(refused.status(), 422);
        assert_shows(&refused, &["it signs by its key", "<dd>a key</dd>"]);
        let open = dance.register(&["--no-secret"]).await;
        token(&dance.call(&open, begin()).await);
        let shown = olga.submit(&to(&open, "secret"), &[]).await;
        assert_problem(&dance.call(&open, begin()).await, 401, "signature_invalid");
        let closed = App {
            secret: shown_secret(&shown),
            ..open
        };
        token(&dance.call(&closed, begin()).await);
        assert_eq!(entries(&dance, Some("secret.rotated")).await.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn what_is_done_on_the_pages_is_what_the_commands_do() {
    let _one = listener::alone().await;
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder.plugin(listener::listener())).await;
        let (by_command, by_page) = (dance.register(&[]).await, dance.register(&[]).await);
        for app in [&by_command, &by_page] {
            dance.access_token(app, &["profile"]).await;
        }
        let mut olga = olga(&dance).await;
        listener::forget();
        let key = by_command.key.as_str();
        run(&dance, &["consumer", "suspend", key, "--reason", "Why"]).await;
        run(&dance, &["consumer", "resume", key]).await;
        run(&dance, &["consumer", "rotate", key]).await;
        run(&dance, &["token", "revoke", "--consumer-key", key]).await;
        run(&dance, &["consumer", "delete", key, "--yes"]).await;
        let expected = listener::names();
        assert_eq!(expected.len(), 5, "{expected:?}");
        listener::forget();
        let suspend = to(&by_page, "suspend");
        olga.submit(&suspend, &[("reason", " Why ")]).await;
        for what in ["resume", "secret", "end-tokens", "delete"] {
            olga.submit(&to(&by_page, what), &[]).await;
        }
        assert_eq!(listener::names(), expected);
        let all = entries(&dance, None).await;
        let noted = |app: &App| -> Vec<(String, String)> {
            let of_app = all.iter().filter(|entry| entry.subject == app.key);
            let told = of_app.map(|entry| (entry.action.clone(), entry.details.clone()));
            told.collect()
        };
        assert_eq!(noted(&by_page), noted(&by_command));
        assert_eq!(noted(&by_page).len(), 7, "registered, granted, and these");
    })
    .await;
}
