//! `/healthz`: the process answers. `/readyz`: it may be sent requests.

use axum::{extract::State, response::IntoResponse};
use http::StatusCode;

use crate::{http::App, members::Member};

/// 200 as long as the process answers at all.
pub async fn alive() -> &'static str {
    "ok\n"
}

/// 200 if the database answers, no plugin blocks a thread and the site is not
/// stopping; else 503 with the reason.
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
    match app.site().db.read(Member::any).await {
        Ok(_) => (StatusCode::OK, "ready\n"),
        Err(error) => {
            tracing::error!(%error, "not ready: the database does not answer");
            (
                StatusCode::SERVICE_UNAVAILABLE,
                "the database does not answer\n",
            )
        }
    }
}
