//! `hob serve`: the running site.

use std::{process::ExitCode, time::Duration};

use tokio::signal::unix::{SignalKind, signal};

use super::{Outcome, print, runtime, watch};
use crate::{
    audit,
    config::Config,
    diagnostic::{Diagnostic, Diagnostics},
    http::{Server, ServerError},
    logging, memory, startup,
    watchdog::Watchdog,
};

/// So long is waited at least for those who hear of what is stored, however
/// long the last requests took.
const FOR_EVENTS: Duration = Duration::from_secs(5);

/// Serve the site
#[derive(clap::Args)]
#[command(
    after_help = "SIGTERM and Ctrl-C end it gracefully: requests in flight are finished.\n\nExamples:\n  hob serve\n  hob --config /etc/hob/hob.toml serve"
)]
pub struct Serve {}

impl Serve {
    pub fn run(self, config: &Config) -> Outcome {
        logging::install(&config.log);
        let watchdog = Watchdog::default();
        watch(
            &watchdog,
            "the site is no longer ready and should be restarted",
        );
        let started = startup::start(config, &watchdog)?;
        let served = runtime()?.block_on(async {
            let app = started.app.clone();
            let told = |error: ServerError| {
                let fix = match error {
                    ServerError::Bind { .. } => {
                        "stop what listens there, or set another `bind` in [server]"
                    }
                    ServerError::Threads(_) => {
                        "let this process have more threads and files (`ulimit -u`, `ulimit -n`)"
                    }
                };
                Diagnostics::from(
                    Diagnostic::new(error.to_string())
                        .at(config.file())
                        .fix(fix),
                )
            };
            let server = Server::bind(config.server.bind, app.clone())
                .await
                .map_err(told)?;
            let address = server.local_address();
            tokio::spawn(app.site().media.clone().work());
            app.plugins().run_jobs();
            tokio::spawn(audit::prune_again_and_again(
                app.site().db.clone(),
                app.site().clock.clone(),
                config.audit.keep,
            ));
            app.plugins().run_events();
            print(format!(
                "{} is at {} (listening on {address})\n",
                app.site().name,
                app.site().address.url()
            ));
            memory::give_back();
            tracing::info!(%address, url = app.site().address.url(), "serving");
            let served = server.serve(stop_signal(), config.server.shutdown_timeout);
            let left = served.await.map_err(told)?;
            started.finish_events(left.max(FOR_EVENTS)).await;
            Ok::<(), Diagnostics>(())
        });
        started.stop();
        served?;
        tracing::info!("stopped");
        Ok(ExitCode::SUCCESS)
    }
}

async fn stop_signal() {
    let mut terminate = signal(SignalKind::terminate()).expect("SIGTERM can be listened for");
    let mut interrupt = signal(SignalKind::interrupt()).expect("SIGINT can be listened for");
    tokio::select! {
        _ = terminate.recv() => tracing::info!("SIGTERM: finishing what is in flight"),
        _ = interrupt.recv() => tracing::info!("interrupted: finishing what is in flight"),
    }
}
