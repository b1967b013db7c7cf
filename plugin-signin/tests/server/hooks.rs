//! Another plugin hears of sign-ins, stops some, and words what goes wrong.

use std::sync::Mutex;

use crate::support::{Pair, count, link_directly, scripted::Scripted, who};
use hob::testing::{Builder, TestHost, on_each_database};
use hob_plugin_sdk::{
    InlinePlugin, SessionBegun, StaticPlugin,
    db::{Connection, Db},
    prelude::*,
};
use hob_signin::{
    SignInAuthorized, SignInFailed,
    error_pages::{Answer, ErrorPages, Failure, error_pages},
};

/// Lets some in, and has words of its own for the others.
struct Doorman {
    settings: Settings,
    db: Db,
    heard: Mutex<Vec<String>>,
}

#[derive(serde::Deserialize)]
struct Settings {
    lets_in: bool,
    session: String,
    says: String,
}

impl InlinePlugin for Doorman {
    const MANIFEST: &'static str = r#"
        id = "doorman"
        title = "Stands at the door"
        prefix = "/doorman"
        [offers]
        "hob.signin.error_pages" = 1
        [subscribes]
        "hob.signin.authorized" = 1
        "hob.signin.error" = 1
        "hob.session.begun" = 1
        [[route]]
        route = "GET /heard"
        [config.lets_in]
        type = "boolean"
        default = true
        help = "Whether anybody comes in"
        [config.session]
        type = "string"
        default = "begins"
        help = "What comes of a session: it begins, or one of refused, failed and missing"
        [config.says]
        type = "string"
        default = "nothing"
        help = "What visitors read: nothing, a sentence, a page, or an error"
    "#;
}

impl Plugin for Doorman {
    type Config = Settings;

    fn declare(declaration: &mut Declaration<Self>) {
        declaration
            .handle("GET /heard", heard)
            .subscribe(Self::authorized)
            .subscribe(Self::failed)
            .subscribe(Self::begun)
            .offer(error_pages::<Self>);
    }

    fn start(host: Host, settings: Settings) -> Result<Self, PluginError> {
        Ok(Self {
            settings,
            db: host.db()?,
            heard: Mutex::default(),
        })
    }
}

impl Doorman {
    fn note(&self, text: String) {
        self.heard.lock().unwrap().push(text);
    }

    fn authorized(&self, event: &SignInAuthorized, _: &mut Connection) -> Result<(), PluginError> {
        self.note(format!(
            "{} {} {} {}",
            event.purpose, event.provider, event.name, event.member_id
        ));
        match self.settings.lets_in {
            true => Ok(()),
            false => Err(PluginError::refusal("Not with <these> shoes.")),
        }
    }

    fn failed(&self, event: &SignInFailed, _: &mut Connection) -> Result<(), PluginError> {
        self.note(format!(
            "{} {} {}",
            event.purpose, event.provider, event.error
        ));
        Ok(())
    }

    fn begun(&self, _: &SessionBegun, _: &mut Connection) -> Result<(), PluginError> {
        match self.settings.session.as_str() {
            "refused" => Err(PluginError::refusal("Not with <these> shoes.")),
            "failed" => Err(PluginError::new("s3cret of the log")),
            "missing" => Err(PluginError::not_found("s3cret of the log")),
            _ => Ok(()),
        }
    }
}

impl ErrorPages for Doorman {
    async fn answer(&self, failure: Failure) -> Result<Answer, PluginError> {
        // It may wait for things.
        self.db
            .read(|connection| {
                use diesel::prelude::*;
                diesel::select(diesel::dsl::sql::<diesel::sql_types::BigInt>("1"))
                    .get_result::<i64>(connection)
            })
            .await?;
        match self.settings.says.as_str() {
            "a sentence" => {
                let sentence = format!(
                    "{} <{}>: {}",
                    failure.error, failure.status, failure.language
                );
                Ok(Answer::Sentence(sentence.into()))
            }
            "a page" => Ok(Answer::Page {
                title: "The door is <shut>".into(),
                html: format!("<h1>Shut</h1><p>{}</p>", failure.provider_title).into(),
            }),
            "an error" => Err(PluginError::new("it has no words")),
            _ => Ok(Answer::Usual),
        }
    }
}

async fn heard(doorman: Arc<Doorman>, _: Request) -> Response {
    Response::text(200, doorman.heard.lock().unwrap().join("\n"))
}

/// A site with the plugin, of these settings.
fn with_doorman(builder: Builder, settings: &str) -> Builder {
    builder
        .plugin(StaticPlugin::inline::<Doorman>().expect("the manifest is right"))
        .plugin_toml("doorman", settings)
}

async fn heard_of(site: &TestHost) -> Vec<String> {
    let heard = site.browser().get("/doorman/heard").await;
    heard.text().lines().map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn another_plugin_hears_of_what_is_authorized_and_of_what_fails() {
    on_each_database(async |builder| {
        let mut pair = Pair::start(with_doorman(builder, "")).await;
        let mut decliner = pair.here.browser();
        let sent = decliner.get("/signin/other").await;
        let back = pair.there.decline(&sent).await;
        decliner.get(&back).await;
        // Nobody began this one.
        assert_eq!(decliner.get(&back).await.status(), 400);
        let mut visitor = pair.here.browser();
        assert_eq!(pair.sign_in(&mut visitor).await.status(), 403);
        pair.link().await;
        assert_eq!(pair.sign_in(&mut visitor).await.status(), 303);
        let id = pair.alice.id;
        let expected = [
            "sign_in other declined".to_owned(),
            "sign_in other not_linked".to_owned(),
            format!("link other ada {id}"),
            format!("sign_in other ada {id}"),
        ];
        assert_eq!(heard_of(&pair.here).await, expected);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_plugin_stops_a_sign_in_and_a_link() {
    on_each_database(async |builder| {
        let mut pair = Pair::start(with_doorman(builder, "lets_in = false")).await;
        let mut alice = pair.alice().await;
        let refused = pair.link_in(&mut alice).await;
        assert_eq!(refused.status(), 403, "{refused:?}");
        assert!(
            refused.text().contains("Not with &#60;these&#62; shoes."),
            "{refused:?}"
        );
        assert_eq!(count(&pair.here, "signin_accounts").await, 0);
        // Linked before there was a doorman.
        let id = pair.alice.id;
        let issuer = pair.there.url.clone();
        link_directly(&pair.here, &issuer, "1", id).await;
        let mut visitor = pair.here.browser();
        let refused = pair.sign_in(&mut visitor).await;
        assert_eq!(refused.status(), 403, "{refused:?}");
        assert_eq!(who(&mut visitor).await, None);
        let heard = heard_of(&pair.here).await;
        let expected = [
            format!("link other ada {id}"),
            "link other refused".to_owned(),
            format!("sign_in other ada {id}"),
            "sign_in other refused".to_owned(),
        ];
        assert_eq!(heard, expected);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_plugin_refuses_makes_no_account() {
    on_each_database(async |builder| {
        let builder = builder.site_toml("registration = \"open\"");
        let mut pair = Pair::start(with_doorman(builder, "lets_in = false")).await;
        let mut ada = pair.here.browser();
        pair.sign_in(&mut ada).await;
        let fields = [("username", "ada")];
        let refused = ada.post_form("/signin/register", &fields).await;
        assert_eq!(refused.status(), 400, "{refused:?}");
        assert!(
            refused.text().contains("Not with <these> shoes."),
            "{refused:?}"
        );
        assert!(!refused.text().contains("shoes.."), "{refused:?}");
        assert_eq!(who(&mut ada).await, None);
        assert_eq!(count(&pair.here, "members").await, 1);
        assert_eq!(count(&pair.here, "signin_accounts").await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_that_fails_over_a_session_shows_visitors_nothing_of_it() {
    on_each_database(async |builder| {
        let mut pair = Pair::start(builder).await;
        pair.link().await;
        let mut here = pair.here;
        for (session, status, said) in [
            ("begins", 303, ""),
            ("refused", 400, "shoes."),
            ("failed", 500, "Something went wrong"),
            ("missing", 500, "Something went wrong"),
        ] {
            let builder = with_doorman(here.stop().await, &format!("session = {session:?}"));
            here = crate::support::here(builder, &pair.there.lines())
                .start()
                .await;
            let mut visitor = here.browser();
            let sent = visitor.get("/signin/other").await;
            let back = pair.there.allow(&sent).await;
            let elsewhere = visitor.get(&back).await;
            let mut visitor = here.browser();
            let fields = [
                ("username", "alice"),
                ("password", crate::support::PASSWORD),
            ];
            let password = visitor.post_form("/login", &fields).await;
            for reply in [elsewhere, password] {
                assert_eq!(reply.status(), status, "{session}: {reply:?}");
                assert!(reply.text().contains(said), "{session}: {reply:?}");
                assert!(!reply.text().contains("s3cret"), "{session}: {reply:?}");
            }
            assert_eq!(who(&mut visitor).await.is_some(), session == "begins");
        }
    })
    .await;
}

#[tokio::test]
async fn another_plugin_words_what_goes_wrong() {
    let provider = Scripted::start().await;
    for (says, shown) in [
        ("nothing", "This sign-in was begun in another browser"),
        ("an error", "This sign-in was begun in another browser"),
        ("a sentence", "state &#60;400&#62;: en"),
        ("a page", "<h1>Shut</h1><p>The other</p>"),
    ] {
        let builder = with_doorman(TestHost::builder(), &format!("says = {says:?}"));
        let site = provider.site(builder, "").await;
        let page = site
            .browser()
            .get("/signin/other/authorized?state=a&code=b")
            .await;
        assert_eq!(page.status(), 400, "{says}: {page:?}");
        assert!(page.text().contains(shown), "{says}: {page:?}");
        assert_eq!(page.header("cache-control"), "no-store", "{says}");
        if says == "a page" {
            assert!(
                page.text().contains("<title>The door is &#60;shut&#62;"),
                "{page:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_provider_that_is_not_there_is_told_of_too() {
    let provider = Scripted::start().await;
    let site = provider
        .site(with_doorman(TestHost::builder(), ""), "")
        .await;
    provider.say(
        "/.well-known/openid-configuration",
        500,
        serde_json::json!({}),
    );
    assert_eq!(site.browser().get("/signin/other").await.status(), 502);
    assert_eq!(heard_of(&site).await, ["sign_in other provider"]);
}
