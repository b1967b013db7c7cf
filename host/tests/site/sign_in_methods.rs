//! A plugin signs members in: its buttons on the sign-in page, the browser that
//! it knows again, and the session that the host begins.

use std::{sync::Mutex, time::Duration};

use hob::testing::{Builder, Reply, TestHost, on_each_database};
use hob_plugin_sdk::{
    InlinePlugin, MemberRegistered, Newcomer, SessionBegun, SessionEnded, StaticPlugin,
    db::Timestamp,
    prelude::*,
    sign_in_methods::{SignInMethod, SignInMethods, sign_in_methods},
};

const PASSWORD: &str = "correct horse battery";

/// Believes everybody.
#[derive(Default)]
struct Vouch {
    heard: Mutex<Vec<String>>,
}

impl InlinePlugin for Vouch {
    const MANIFEST: &'static str = r#"
        id = "vouch"
        title = "Vouches <for> everybody"
        prefix = "/vouch"
        signs_in = true
        [offers]
        "hob.sign_in_methods" = 1
        [subscribes]
        "hob.member.registered" = 1
        "hob.session.begun" = 1
        "hob.session.ended" = 1
        [[route]]
        route = "GET /heard"
        [[route]]
        route = "POST /out"
        body = "buffered"
        [[route]]
        route = "GET /new/{username}"
        [[route]]
        route = "GET /visit"
        visit = true
        [[route]]
        route = "GET /no-visit"
        [[route]]
        route = "GET /for/{member}"
        visit = true
        [[route]]
        route = "GET /own/{member}"
        authentication = "own"
    "#;
}

impl Plugin for Vouch {
    type Config = NoConfig;

    fn declare(declaration: &mut Declaration<Self>) {
        declaration
            .handle("GET /visit", visit)
            .handle("GET /no-visit", visit)
            .handle("GET /for/{member}", vouch)
            .handle("GET /own/{member}", vouch)
            .handle("GET /new/{username}", register)
            .handle("GET /heard", heard)
            .handle("POST /out", out)
            .subscribe(|vouch, event: &SessionBegun, _| {
                vouch.note(format!(
                    "begun {} {} {}",
                    event.session_id, event.plugin, event.reference
                ))
            })
            .subscribe(|vouch, event: &SessionEnded, _| {
                vouch.note(format!("ended {}", event.session_id))
            })
            .subscribe(|_, event: &MemberRegistered, _| {
                assert_eq!(
                    (event.plugin.as_str(), event.reference.as_str()),
                    ("vouch", "r1")
                );
                match event.username.as_str() {
                    "eve" => Err(PluginError::refusal("not Eve")),
                    _ => Ok(()),
                }
            })
            .offer(sign_in_methods::<Self>);
    }

    fn start(_: Host, _: NoConfig) -> Result<Self, PluginError> {
        Ok(Self::default())
    }
}

impl Vouch {
    fn note(&self, text: String) -> Result<(), PluginError> {
        self.heard.lock().unwrap().push(text);
        Ok(())
    }
}

async fn heard(vouch: Arc<Vouch>, _: Request) -> Response {
    Response::text(200, vouch.heard.lock().unwrap().join("\n"))
}

async fn out<P>(_: Arc<P>, _: Request) -> Response {
    Response::redirect("/").signing_out()
}

impl SignInMethods for Vouch {
    fn list(&self, language: &str) -> Vec<SignInMethod> {
        let method = |text: &str, path: &str| SignInMethod {
            text: text.into(),
            path: path.into(),
            tells_when: path != "/shy",
        };
        let greeting = match language {
            "de" => "Weiter mit <Wort>",
            _ => "Continue with a <word>",
        };
        vec![
            method(greeting, "/for/1?a=b"),
            method("By the shy", "/shy"),
            method("Elsewhere", "//evil.example/"),
            method("Absolute", "https://evil.example/"),
        ]
    }

    fn account_path(&self) -> Option<String> {
        Some("/accounts".to_owned())
    }
}

async fn visit<P>(_: Arc<P>, request: Request) -> Response {
    assert!(request.header("cookie").is_none());
    Response::text(200, request.visit())
}

async fn vouch<P>(_: Arc<P>, request: Request) -> Response {
    let id = request.parameter("member").and_then(|id| id.parse().ok());
    let response = Response::redirect("/account")
        .signing_in(id.expect("a test names a member"), "a word")
        .with_reference("r2");
    let fields = request.query_fields().expect("a test's query");
    match fields.first("at").and_then(|at| at.parse().ok()) {
        Some(at) => response.authenticated_at(Timestamp::from_micros(at)),
        None => response,
    }
}

async fn register(_: Arc<Vouch>, request: Request) -> Response {
    let newcomer = Newcomer {
        username: request.parameter("username").unwrap_or_default(),
        display_name: "Ada <Lovelace>",
    };
    Response::redirect("/account")
        .registering(newcomer, "a word")
        .with_reference("r1")
}

/// As [`Vouch`], but its manifest does not say that it signs members in.
struct Sly;

impl InlinePlugin for Sly {
    const MANIFEST: &'static str = r#"
        id = "sly"
        title = "Says nothing"
        prefix = "/sly"
        [[route]]
        route = "GET /visit"
        visit = true
        [[route]]
        route = "GET /for/{member}"
        [[route]]
        route = "POST /out"
        body = "buffered"
    "#;
}

impl Plugin for Sly {
    type Config = NoConfig;

    fn declare(declaration: &mut Declaration<Self>) {
        declaration
            .handle("GET /visit", visit)
            .handle("GET /for/{member}", vouch)
            .handle("POST /out", out);
    }

    fn start(_: Host, _: NoConfig) -> Result<Self, PluginError> {
        Ok(Self)
    }
}

fn with_plugins(builder: Builder) -> Builder {
    builder
        .plugin(StaticPlugin::inline::<Vouch>().expect("the manifest is right"))
        .plugin(StaticPlugin::inline::<Sly>().expect("the manifest is right"))
}

fn session_of(reply: &Reply) -> bool {
    let cookies = reply.headers("set-cookie");
    cookies.iter().any(|cookie| cookie.contains("hob_session="))
}

#[tokio::test]
async fn the_sign_in_page_has_the_plugin_s_buttons_and_the_way_back() {
    let site = with_plugins(TestHost::builder()).start().await;
    let page = site.browser().get("/login?next=/media%3Fa").await;
    let button = "href=\"/vouch/for/1?a=b&#38;next=%2Fmedia%3Fa\" rel=\"nofollow\">Continue with a &#60;word&#62;</a>";
    assert!(page.text().contains(button), "{}", page.text());
    assert!(!page.text().contains("evil.example"), "{}", page.text());
    let german = site.browser().reading("de").get("/login").await;
    assert!(german.text().contains("Weiter mit &#60;Wort&#62;"));
    site.add_member("alice", PASSWORD).await;
    let mut alice = site.browser();
    alice.sign_in("alice", PASSWORD).await;
    let account = alice.get("/account").await;
    let link = "<a href=\"/vouch/accounts\">Vouches &#60;for&#62; everybody</a>";
    assert!(account.text().contains(link), "{}", account.text());
    let bare = TestHost::builder().start().await;
    let page = bare.browser().get("/login").await;
    assert!(!page.text().contains("sign-in-methods"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_signs_a_member_in_and_the_session_before_it_ends() {
    on_each_database(async |builder| {
        let site = with_plugins(builder).start().await;
        let alice = site.add_member("alice", PASSWORD).await;
        let bob = site.add_member("bob", PASSWORD).await;
        let mut browser = site.browser();
        let reply = browser.get(&format!("/vouch/for/{}", alice.id)).await;
        assert_eq!(reply.status(), 303, "{reply:?}");
        assert!(session_of(&reply));
        assert!(browser.get("/account").await.text().contains("alice"));
        let mut before = site.browser();
        before.copy_cookies(&browser);
        browser.get(&format!("/vouch/for/{}", bob.id)).await;
        assert!(browser.get("/account").await.text().contains("bob"));
        assert_eq!(before.get("/account").await.status(), 303, "it has ended");
        let olga = site.add_administrator("olga", PASSWORD).await;
        browser.get(&format!("/vouch/for/{}", olga.id)).await;
        let log = browser.get("/admin/audit").await;
        assert!(log.text().contains("member.signed_in"), "{}", log.text());
        assert!(log.text().contains("a word"), "{}", log.text());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_disabled_or_gone_is_not_signed_in() {
    on_each_database(async |builder| {
        let site = with_plugins(builder).start().await;
        let alice = site.add_member("alice", PASSWORD).await;
        site.disable_member(alice.id).await;
        for id in [alice.id, alice.id + 100] {
            let reply = site.browser().get(&format!("/vouch/for/{id}")).await;
            assert_eq!(reply.status(), 403, "{reply:?}");
            assert!(reply.text().contains("switched off"), "{reply:?}");
            assert!(!session_of(&reply));
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_makes_an_account_where_registration_is_open() {
    on_each_database(async |builder| {
        let site = with_plugins(builder.site_toml("registration = \"open\""))
            .start()
            .await;
        site.add_member("alice", PASSWORD).await;
        for (username, problem) in [
            ("alice", "is taken"),
            ("-", "can&#39;t be a username"),
            ("eve", "not Eve"),
        ] {
            let mut browser = site.browser();
            let reply = browser.get(&format!("/vouch/new/{username}")).await;
            assert_eq!(reply.status(), 400, "{username}: {reply:?}");
            assert!(reply.text().contains(problem), "{username}: {reply:?}");
            assert!(!session_of(&reply), "{username}");
        }
        let mut ada = site.browser();
        let reply = ada.get("/vouch/new/Ada").await;
        assert_eq!(reply.status(), 303, "{reply:?}");
        let account = ada.get("/account").await;
        assert!(
            account.text().contains("Ada &#60;Lovelace&#62;"),
            "{account:?}"
        );
        site.add_administrator("olga", PASSWORD).await;
        let mut browser = site.browser();
        browser.sign_in("olga", PASSWORD).await;
        let log = browser.get("/admin/audit").await;
        assert!(log.text().contains("member.registered"), "{}", log.text());
    })
    .await;
}

#[tokio::test]
async fn nobody_makes_an_account_where_registration_is_closed() {
    let site = with_plugins(TestHost::builder()).start().await;
    let reply = site.browser().get("/vouch/new/ada").await;
    assert_eq!(reply.status(), 403, "{reply:?}");
    assert!(
        reply.text().contains("lets nobody make an account"),
        "{reply:?}"
    );
    assert!(!session_of(&reply));
}

#[tokio::test]
async fn who_has_no_password_signs_in_by_none_and_sets_one() {
    let site = with_plugins(TestHost::builder().site_toml("registration = \"open\""));
    let site = site.start().await;
    let mut ada = site.browser();
    ada.get("/vouch/new/ada").await;
    for typed in ["", "anything at all"] {
        let fields = [("username", "ada"), ("password", typed)];
        let refused = site.browser().post_form("/login", &fields).await;
        assert_eq!(refused.status(), 422, "{typed:?}: {refused:?}");
    }
    let account = ada.get("/account").await;
    assert!(!account.text().contains("current_password"), "{account:?}");
    assert!(account.text().contains("Set the password"), "{account:?}");
    let fields = [("new_password", PASSWORD)];
    let set = ada.submit("/account/password", &fields).await;
    assert_eq!(set.header("location"), "/account?done=password", "{set:?}");
    site.browser().sign_in("ada", PASSWORD).await;
    // Now there is one, and it is asked for.
    let fields = [("new_password", "another correct horse")];
    let refused = ada.submit("/account/password", &fields).await;
    assert_eq!(refused.status(), 422, "{refused:?}");
    assert!(refused.text().contains("current_password"), "{refused:?}");
}

#[tokio::test]
async fn the_first_password_is_set_by_who_has_just_shown_who_is_there() {
    let site = with_plugins(TestHost::builder().site_toml("registration = \"open\""));
    let site = site.start().await;
    let mut ada = site.browser();
    ada.get("/vouch/new/ada").await;
    let now = || site.clock().now().as_micros();
    let fields = [("new_password", PASSWORD)];
    let anew = "/login?next=%2Faccount&anew=1";
    // At a session that was left open, and one of which nobody knows when.
    site.clock().advance(Duration::from_secs(600));
    let minutes_ago = |minutes: i64| now() - minutes * 60_000_000;
    for path in [
        None,
        Some("/vouch/for/1".to_owned()),
        Some(format!("/vouch/for/1?at={}", minutes_ago(10))),
    ] {
        if let Some(path) = path {
            assert_eq!(ada.get(&path).await.status(), 303, "{path}");
        }
        let account = ada.get("/account").await;
        assert!(!account.text().contains("new_password"), "{account:?}");
        assert!(account.text().contains("Sign in again"), "{account:?}");
        let refused = ada.submit("/account/password", &fields).await;
        assert_eq!(refused.header("location"), anew, "{refused:?}");
    }
    // What is to come does not count longer than what is now.
    ada.get(&format!("/vouch/for/1?at={}", now() + 3_600_000_000))
        .await;
    site.clock().advance(Duration::from_secs(600));
    let refused = ada.submit("/account/password", &fields).await;
    assert_eq!(refused.header("location"), anew, "{refused:?}");
    ada.get(&format!("/vouch/for/1?at={}", minutes_ago(9)))
        .await;
    let set = ada.submit("/account/password", &fields).await;
    assert_eq!(set.header("location"), "/account?done=password", "{set:?}");
}

#[tokio::test]
async fn who_signs_in_anew_is_offered_what_can_tell_when() {
    let site = with_plugins(TestHost::builder()).start().await;
    site.add_member("alice", PASSWORD).await;
    let mut alice = site.browser();
    alice.sign_in("alice", PASSWORD).await;
    let left_out = "Some ways to sign in are left out here";
    let usual = alice.get("/login?next=/media").await;
    assert!(usual.text().contains("By the shy"), "{usual:?}");
    assert!(!usual.text().contains(left_out), "{usual:?}");
    let anew = alice.get("/login?next=/media&anew=1").await;
    assert!(anew.text().contains("Sign in again</h1>"), "{anew:?}");
    assert!(
        anew.text()
            .contains("/vouch/for/1?a=b&#38;next=%2Fmedia&#38;anew=1"),
        "{anew:?}"
    );
    assert!(!anew.text().contains("By the shy"), "{anew:?}");
    assert!(anew.text().contains(left_out), "{anew:?}");
    assert!(anew.text().contains("value=\"alice\""), "{anew:?}");
    // It stays so for who mistypes, and the password does it.
    let fields = [("next", "/media"), ("username", "alice"), ("anew", "1")];
    let wrong = [&fields[..], &[("password", "wrong")]].concat();
    let again = alice.submit("/login", &wrong).await;
    assert!(again.text().contains("Sign in again</h1>"), "{again:?}");
    let right = [&fields[..], &[("password", PASSWORD)]].concat();
    let signed_in = alice.submit("/login", &right).await;
    assert_eq!(signed_in.header("location"), "/media", "{signed_in:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_hears_of_sessions_and_ends_one() {
    on_each_database(async |builder| {
        let site = with_plugins(builder).start().await;
        let alice = site.add_member("alice", PASSWORD).await;
        let path = format!("/vouch/for/{}", alice.id);
        let (mut one, mut two) = (site.browser(), site.browser());
        one.sign_in("alice", PASSWORD).await;
        two.get(&path).await;
        // In the place of the one that was there.
        two.get(&path).await;
        let heard = async || site.browser().get("/vouch/heard").await.text().to_owned();
        let expected = "begun 1  \nbegun 2 vouch r2\nended 2\nbegun 3 vouch r2";
        assert_eq!(heard().await, expected);
        // Only who says so signs out.
        assert_eq!(two.submit("/sly/out", &[]).await.status(), 500);
        assert_eq!(two.get("/account").await.status(), 200);
        let out = two.submit("/vouch/out", &[]).await;
        assert_eq!(out.status(), 303, "{out:?}");
        assert_eq!(two.get("/account").await.status(), 303);
        assert_eq!(heard().await, format!("{expected}\nended 3"));
        site.clock().advance(Duration::from_secs(31 * 24 * 3600));
        two.sign_in("alice", PASSWORD).await;
        assert_eq!(
            heard().await,
            format!("{expected}\nended 3\nended 1\nbegun 4  ")
        );
        let mut three = site.browser();
        three.get(&path).await;
        three.submit("/account/sessions/revoke-others", &[]).await;
        assert!(heard().await.ends_with("ended 4"), "{}", heard().await);
    })
    .await;
}

#[tokio::test]
async fn only_who_says_so_signs_in_and_only_where_there_are_sessions() {
    let site = with_plugins(TestHost::builder()).start().await;
    let alice = site.add_member("alice", PASSWORD).await;
    for path in ["/sly/for/", "/vouch/own/"] {
        let reply = site.browser().get(&format!("{path}{}", alice.id)).await;
        assert_eq!(reply.status(), 500, "{path}: {reply:?}");
        assert!(!session_of(&reply), "{path}");
    }
    let reply = site
        .browser()
        .get(&format!("/vouch/for/{}", alice.id))
        .await;
    assert!(session_of(&reply));
}

#[tokio::test]
async fn a_browser_is_known_again_and_no_other_is_taken_for_it() {
    let site = with_plugins(TestHost::builder()).start().await;
    let alice = site.add_member("alice", PASSWORD).await;
    let (mut one, mut two) = (site.browser(), site.browser());
    let name = one.get("/vouch/visit").await.text().to_owned();
    assert_eq!(name.len(), 43);
    assert_eq!(one.get("/vouch/visit").await.text(), name);
    assert_ne!(two.get("/vouch/visit").await.text(), name);
    // Another plugin knows it by another name, and without `visit = true` none
    // knows it.
    let other = one.get("/sly/visit").await.text().to_owned();
    assert!(!other.is_empty() && other != name);
    let none = one.get("/vouch/no-visit").await;
    assert_eq!((none.text(), none.header("set-cookie")), ("", ""));
    // What was begun is over once somebody is signed in.
    one.get(&format!("/vouch/for/{}", alice.id)).await;
    assert_ne!(one.get("/vouch/visit").await.text(), name);
}

#[tokio::test]
async fn the_visit_s_cookie_is_the_host_s_and_of_this_host_alone() {
    let site = with_plugins(TestHost::builder()).url("https://hob.example");
    let site = site.start().await;
    let reply = site.browser().get("/vouch/visit").await;
    let cookie = reply.header("set-cookie");
    assert!(cookie.starts_with("__Host-hob_visit="), "{cookie}");
    for word in [
        "HttpOnly",
        "Secure",
        "SameSite=Lax",
        "Path=/",
        "Max-Age=3600",
    ] {
        assert!(cookie.contains(word), "{word}: {cookie}");
    }
    assert!(
        !cookie.contains(reply.text()),
        "the plugin's name is another"
    );
    // What was put into the browser by somebody else is no visit.
    let planted = http::Request::get("/vouch/visit").header("cookie", "__Host-hob_visit=planted");
    let planted = planted.body(axum::body::Body::empty()).unwrap();
    let reply = site.browser().send(planted).await;
    assert!(!reply.header("set-cookie").contains("planted"));
}
