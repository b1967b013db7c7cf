//! What an application asks for at the very moment at which it is suspended.
//!
//! One test at a time, and none of another program: each counts every statement
//! that runs in this process, to know when the request has looked.

mod support;

use std::sync::mpsc;

use diesel::RunQueryDsl;
use hob::testing::{Reply, on_each_database};
use hob_plugin_sdk::db::DbError;
use serde_json::{Value, json};
use support::{
    App, Dance, assert_error,
    registration::{SelfRegistered, assert_refused, open_site, update, web_metadata},
    tokens,
};

static ONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

async fn registered(dance: &Dance) -> SelfRegistered {
    dance.register_itself(&web_metadata(&json!({}))).await
}

/// Begins to suspend the client, and is done only after `request` has seen that
/// it is not.
async fn while_it_is_suspended(
    dance: &Dance,
    client: &App,
    request: impl Future<Output = Reply>,
) -> Reply {
    let (done, wait) = mpsc::channel::<()>();
    let set = "UPDATE \"oauth_clients\" SET \"suspended_at\" = 1 WHERE \"client_id\" =";
    let suspend = format!("{set} '{}'", client.client_id);
    let asked_before = dance.site.statements();
    let suspending = dance.site.db().write(move |connection| {
        let touched = diesel::sql_query(suspend).execute(connection)?;
        // Nothing comes: the sender is dropped.
        assert!(wait.recv().is_err());
        Ok::<_, DbError>(touched)
    });
    let look = async {
        // The suspension, and what the request looks up.
        while dance.site.statements() < asked_before + 2 {
            tokio::task::yield_now().await;
        }
        // As long as another look takes, so that the first is over.
        dance.count("oauth_clients").await;
        drop(done);
    };
    let (touched, reply, ()) = tokio::join!(suspending, request, look);
    assert_eq!(touched.expect("the statement is right"), 1);
    reply
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_is_suspended_meanwhile_changes_nothing() {
    let _one = ONE.lock().await;
    on_each_database(async |builder| {
        let dance = open_site(builder).await;
        let (own, other) = (registered(&dance).await, registered(&dance).await);
        let renamed = |of: &SelfRegistered| update(of, &json!({"client_name": "Photo Bench"}));
        let name =
            async |of: &SelfRegistered| of.get(&dance).await.json::<Value>()["client_name"].clone();

        let metadata = renamed(&own);
        let reply = while_it_is_suspended(&dance, &own.app, own.put(&dance, &metadata)).await;
        assert_refused(&reply, 403, "access_denied");
        dance.mark_suspended(&own.app, false).await;
        assert_eq!(name(&own).await, "Photo Desk");

        // That of another is nothing to it.
        let metadata = renamed(&other);
        let reply = while_it_is_suspended(&dance, &own.app, other.put(&dance, &metadata)).await;
        assert_eq!(reply.status(), 200, "{reply:?}");
        assert_eq!(name(&other).await, "Photo Bench");

        // Nor does it go, with what the operator suspended it for.
        let reply = while_it_is_suspended(&dance, &own.app, own.delete(&dance)).await;
        assert_refused(&reply, 403, "access_denied");
        dance.mark_suspended(&own.app, false).await;
        assert_eq!(name(&own).await, "Photo Desk");
        let reply = while_it_is_suspended(&dance, &own.app, other.delete(&dance)).await;
        assert_eq!(reply.status(), 204, "{reply:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_is_suspended_meanwhile_gets_no_token_of_its_own() {
    let _one = ONE.lock().await;
    on_each_database(async |builder| {
        let dance = Dance::start(builder).await;
        let machine = async || {
            let own = ["--grant", "client_credentials"];
            dance.register_without_redirect("media:read", &own).await
        };
        let form = [("grant_type", "client_credentials")];
        let app = machine().await;
        let reply = while_it_is_suspended(&dance, &app, dance.token(&app, &form)).await;
        assert_error(&reply, 400, "invalid_grant");
        assert_eq!(dance.count("oauth_access_tokens").await, 0);

        // That of another is nothing to it.
        let (app, other) = (machine().await, machine().await);
        let reply = while_it_is_suspended(&dance, &app, dance.token(&other, &form)).await;
        tokens(&reply);
    })
    .await;
}
