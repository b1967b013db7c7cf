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

/// 200 if the site is ready; else 503 with the reason.
pub async fn ready(State(app): State<App>) -> impl IntoResponse {
    match readiness(&app).await {
        Ok(()) => (StatusCode::OK, "ready\n".to_owned()),
        Err(unready) => (StatusCode::SERVICE_UNAVAILABLE, format!("{unready}\n")),
    }
}

/// Why the site should be sent nothing now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unready {
    #[error("stopping")]
    Stopping,
    #[error("a plugin blocks a thread; the log names it")]
    Blocked,
    #[error("the database does not answer")]
    Database,
    #[error("a job of the database takes too long")]
    DatabaseSlow,
}

/// Whether the database reads and takes its turn at writing, no plugin blocks a
/// thread and the site is not stopping.
///
/// # Errors
/// What is wrong.
pub async fn readiness(app: &App) -> Result<(), Unready> {
    if app.is_stopping() {
        return Err(Unready::Stopping);
    }
    if app.watchdog().is_stuck() {
        return Err(Unready::Blocked);
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
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => {
            tracing::error!(%error, "not ready: the database does not answer");
            Err(Unready::Database)
        }
        Err(_) => {
            tracing::error!("not ready: a job of the database takes too long");
            Err(Unready::DatabaseSlow)
        }
    }
}
