//! Greets whoever asks: the smallest plugin worth showing.
//!
//! One page, two configuration keys, two tables, one command, and three events
//! of others, heard inside their transactions and after. The README walks
//! through it.

mod applications;
mod greetings;

use askama::Template;
use hob_oauth_events::{ClientRegistered, ConsentGranted};
use hob_plugin_sdk::{MemberDisabled, db::Db, prelude::*};
use serde::Deserialize;

use applications::Application;
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
    unwelcome: Vec<String>,
}

impl Plugin for Hello {
    type Config = Config;

    fn declare(declaration: &mut Declaration<Self>) {
        declaration
            .handle("GET /{name}", greet)
            .command("greetings", report)
            .subscribe(|_, event: &MemberDisabled, connection| {
                Greetings::forget(connection, event.member_id)
            })
            .subscribe(|_, event: &ConsentGranted, connection| {
                Greetings::count_one(connection, Some(event.member_id)).map(drop)
            })
            .subscribe(|hello, event: &ClientRegistered, _| {
                hello.refuse_if_unwelcome(&event.client_name)
            })
            .subscribe_after(introduce);
    }

    fn start(host: Host, config: Config) -> Result<Self, PluginError> {
        Ok(Self {
            db: host.db()?,
            config,
        })
    }
}

impl Hello {
    /// Of an application's registration, others may refuse it: then nothing of
    /// it is stored, and whoever registers it reads these words.
    fn refuse_if_unwelcome(&self, name: &str) -> Result<(), PluginError> {
        if self.config.unwelcome.iter().any(|other| other == name) {
            return Err(PluginError::refusal(format!(
                "{name} is not welcome on this site."
            )));
        }
        Ok(())
    }
}

/// The registration is stored by now, so this can't refuse it any more. In
/// return it may wait for things.
async fn introduce(hello: Arc<Hello>, event: ClientRegistered) -> Result<(), PluginError> {
    tracing::info!(client_id = event.client_id.as_str(), "hello, application");
    let application = Application {
        client_id: event.client_id.into(),
        name: event.client_name.into(),
    };
    hello
        .db
        .write(move |connection| application.introduce(connection))
        .await
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
    let applications = hello.db.read(Application::all).await?;
    let names: Vec<&str> = applications.iter().map(|one| one.name.as_str()).collect();
    Ok(Output::text(format!(
        "visitors: {visitors}\nmembers: {members}\napplications: {}\n",
        names.join(", ")
    )))
}

export_plugin!(Hello);
