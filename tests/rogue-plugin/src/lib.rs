//! Misbehaves wherever a plugin can: the journeys look at what is left of the
//! site. Its loops end when the file `let-go` is in the working folder.

use std::{path::Path, time::Duration};

use hob_plugin_sdk::{
    MemberDisabled,
    auth::{TokenRequest, TokenVerifier, Verdict, Wanted, token_verifier},
    db::{Connection, Db},
    prelude::*,
};
use serde::Deserialize;

/// The started plugin.
struct Rogue {
    db: Db,
    panics_in: String,
}

/// The section `[plugin.rogue]` of `hob.toml`.
#[derive(Deserialize)]
struct Config {
    panics_in: String,
}

impl Plugin for Rogue {
    type Config = Config;

    fn declare(declaration: &mut Declaration<Self>) {
        declaration
            .offer(token_verifier::<Self>)
            .handle("GET /panic", async |_: Arc<Self>, _| -> Response {
                panic!("a route panics")
            })
            .handle("GET /panic-in-drop", async |_: Arc<Self>, _| {
                let _late = PanicsInDrop;
                Response::text(200, "never seen")
            })
            .handle("GET /panic-in-database", panic_in_database)
            .handle("GET /panic-in-thread", panic_in_thread)
            .handle("GET /panic-while-panicking", async |_: Arc<Self>, _| {
                let _late = PanicsInDrop;
                if true {
                    panic!("the first panic");
                }
                Response::text(200, "never seen")
            })
            .handle("GET /loop-in-database", loop_in_database)
            .subscribe(|rogue, _: &MemberDisabled, _| {
                panic_if(&rogue.panics_in, "event");
                Ok(())
            })
            .every("misbehave", Duration::from_secs(1), async |rogue| {
                panic_if(&rogue.panics_in, "job");
                Ok(())
            })
            .command("panic", async |_, _| panic!("a command panics"))
            .command("loop", async |_, _| {
                keep_the_thread();
                Ok(Output::text("let go\n"))
            });
    }

    fn start(host: Host, config: Config) -> Result<Self, PluginError> {
        panic_if(&config.panics_in, "start");
        Ok(Self {
            db: host.db()?,
            panics_in: config.panics_in,
        })
    }
}

fn panic_if(chosen: &str, here: &str) {
    if chosen == here {
        panic!("the {here} panics");
    }
}

struct PanicsInDrop;

impl Drop for PanicsInDrop {
    fn drop(&mut self) {
        panic!("a drop panics");
    }
}

async fn panic_in_database(rogue: Arc<Rogue>, _: Request) -> Result<Response, PluginError> {
    let panicking =
        |_: &mut Connection| -> Result<Response, PluginError> { panic!("a closure panics") };
    rogue.db.write(panicking).await
}

async fn panic_in_thread(_: Arc<Rogue>, _: Request) -> Response {
    let thread = std::thread::spawn(|| panic!("a thread panics"));
    match thread.join() {
        Ok(()) => Response::text(500, "it did not panic"),
        Err(_) => Response::text(200, "it panicked"),
    }
}

async fn loop_in_database(rogue: Arc<Rogue>, _: Request) -> Result<Response, PluginError> {
    let looping = |_: &mut Connection| -> Result<(), PluginError> {
        keep_the_thread();
        Ok(())
    };
    rogue.db.write(looping).await?;
    Ok(Response::text(200, "let go"))
}

fn keep_the_thread() {
    while !Path::new("let-go").exists() {
        std::thread::yield_now();
    }
}

impl TokenVerifier for Rogue {
    async fn verify(&self, request: TokenRequest<'_>) -> Result<Verdict, PluginError> {
        if request.authorization.contains(&"Rogue panic") {
            panic!("a verifier panics");
        }
        Ok(Verdict::NotMine)
    }

    fn challenges(&self, _: Wanted<'_>) -> Vec<String> {
        vec!["Rogue".to_owned()]
    }

    fn issuer(&self) -> Option<String> {
        None
    }
}

export_plugin!(Rogue);
