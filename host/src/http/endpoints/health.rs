//! `/healthz`: the process answers. `/readyz`: it may be sent requests.

use std::time::Duration;

use axum::{extract::State, response::IntoResponse};
use diesel::QueryResult;
use http::StatusCode;

use crate::{http::App, members::Member};

/// How long the database may take to answer. Longer than one job's time, so
/// that a slow one is no alarm.
const DATABASE_ANSWERS_WITHIN: Duration = Duration::from_secs(8);

/// 200 as long as the process answers at all.
pub async fn alive() -> &'static str {
    "ok\n"
}

/// 200 if the database reads and takes its turn at writing, no plugin blocks a
/// thread and the site is not stopping; else 503 with the reason.
pub async fn ready(State(app): State<App>) -> impl IntoResponse {
    if app.is_stopping() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n");
    }
    if app.watchdog().is_stuck() {
        return (
            StatusCode::SERVICE_UNAVAILABLE,
            "a plugin blocks a thread; the log names it\n",
        );
    }
    let db = &app.site().db;
    // Nothing is written: it takes its turn behind the jobs that are.
    let asked = async {
        db.read(Member::any).await?;
        db.write(|connection| Member::any(connection).map(|_| ()))
            .await
    };
    let answered: Result<QueryResult<()>, _> =
        tokio::time::timeout(DATABASE_ANSWERS_WITHIN, asked).await;
    match answered {
        Ok(Ok(())) => (StatusCode::OK, "ready\n"),
        Ok(Err(error)) => {
            tracing::error!(%error, "not ready: the database does not answer");
            (
                StatusCode::SERVICE_UNAVAILABLE,
                "the database does not answer\n",
            )
        }
        Err(_) => {
            tracing::error!("not ready: a job of the database takes too long");
            (
                StatusCode::SERVICE_UNAVAILABLE,
                "a job of the database takes too long\n",
            )
        }
    }
}
