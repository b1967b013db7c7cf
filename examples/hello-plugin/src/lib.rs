//! Greets whoever asks: the smallest plugin worth showing.
//!
//! One page, one configuration key, one table, one command, one event. The
//! README walks through it.

mod greetings;

use askama::Template;
use hob_plugin_sdk::{MemberDisabled, db::Db, prelude::*};
use serde::Deserialize;

use greetings::Greetings;

/// The started plugin.
pub struct Hello {
    db: Db,
    config: Config,
}

/// The section `[plugin.hello]` of `hob.toml`.
#[derive(Deserialize)]
pub struct Config {
    greeting: String,
}

impl Plugin for Hello {
    type Config = Config;

    fn declare(declaration: &mut Declaration<Self>) {
        declaration
            .handle("GET /{name}", greet)
            .command("greetings", report)
            .subscribe(|_, event: &MemberDisabled, connection| {
                Greetings::forget(connection, event.member_id)
            });
    }

    fn start(host: Host, config: Config) -> Result<Self, PluginError> {
        Ok(Self {
            db: host.db()?,
            config,
        })
    }
}

/// The page. Askama escapes what it sets in.
#[derive(Template)]
#[template(
    source = "<h1>{{ greeting }}, {{ name }}!</h1>\n<p>Greetings like this one: {{ times }}.</p>\n",
    ext = "html"
)]
struct GreetingPage<'a> {
    greeting: &'a str,
    name: &'a str,
    times: i64,
}

async fn greet(hello: Arc<Hello>, request: Request) -> Result<Page, PluginError> {
    let member_id = request.member().map(|member| member.id);
    let times = hello
        .db
        .write(move |connection| Greetings::count_one(connection, member_id))
        .await?;
    let page = GreetingPage {
        greeting: &hello.config.greeting,
        name: request.parameter("name").unwrap_or("you"),
        times,
    };
    let html = page
        .render()
        .map_err(|error| PluginError::new(format!("the greeting's template: {error}")))?;
    Ok(Page::new(hello.config.greeting.as_str(), html))
}

async fn report(hello: Arc<Hello>, _: Invocation) -> Result<Output, CommandError> {
    let greetings = hello.db.read(Greetings::all).await?;
    let (mut visitors, mut members) = (0, 0);
    for greeting in greetings {
        match greeting.member_id {
            Greetings::VISITORS => visitors += greeting.times,
            _ => members += greeting.times,
        }
    }
    Ok(Output::text(format!(
        "visitors: {visitors}\nmembers: {members}\n"
    )))
}

export_plugin!(Hello);
