//! The lines for curl that pages offer, taken off the page and run.

use crate::support;

use std::{net::SocketAddr, process::Command, time::Duration};

use hob::{
    http::Server,
    testing::{Builder, Reply, on_each_database},
};
use serde_json::Value;
use support::{Dance, registration::NEW_CLIENT};

/// A site that is served where it says it stands.
struct Served {
    dance: Dance,
    stop: tokio::sync::oneshot::Sender<()>,
    server: tokio::task::JoinHandle<()>,
}

impl Served {
    async fn start(builder: Builder) -> Self {
        // A port that was free a moment ago.
        let address: SocketAddr = {
            let any = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
            any.local_addr().expect("it is bound")
        };
        let dance = Dance::start(builder.url(&format!("http://{address}"))).await;
        let server = Server::bind(address, dance.site.app().clone()).await;
        let server = server.expect("the port is still free");
        let (stop, stopped) = tokio::sync::oneshot::channel();
        let server = tokio::spawn(async move {
            let stop = async { drop(stopped.await) };
            let served = server.serve(stop, Duration::from_secs(5)).await;
            served.expect("it has threads");
        });
        Self {
            dance,
            stop,
            server,
        }
    }

    async fn end(self) {
        self.stop.send(()).expect("it is served");
        self.server.await.expect("serving does not panic");
    }
}

/// The line on the page, as a browser would copy it.
fn line_on(page: &Reply) -> Option<String> {
    let marker = "aria-labelledby=\"curl\">";
    let (_, rest) = page.text().split_once(marker)?;
    let line = rest.split("</code>").next()?;
    let plain = [
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#38;", "&"),
    ];
    let line = plain
        .iter()
        .fold(line.to_owned(), |line, (escaped, letter)| {
            line.replace(escaped, letter)
        });
    assert!(line.starts_with("curl "), "{line}");
    Some(line)
}

/// Runs it as it stands there, and reads status and body.
async fn run(line: &str, secret: &str) -> (u16, Value) {
    let script = format!("{line} -w '\\n%{{http_code}}'");
    let secret = secret.to_owned();
    let output = tokio::task::spawn_blocking(move || {
        let mut shell = Command::new("sh");
        shell.args(["-c", &script]).env("CLIENT_SECRET", secret);
        shell
            .env("no_proxy", "*")
            .output()
            .expect("there is a shell")
    });
    let output = output.await.expect("the shell comes back");
    let text = String::from_utf8(output.stdout).expect("text");
    let errors = String::from_utf8_lossy(&output.stderr);
    let (body, status) = text.rsplit_once('\n').expect("curl answers");
    assert_ne!(status, "000", "{line}: {errors}");
    let body = serde_json::from_str(body).unwrap_or(Value::Null);
    (status.parse().expect("a status"), body)
}

fn secret_on(page: &Reply) -> String {
    let marker = "aria-labelledby=\"client-secret\">";
    let (_, rest) = page.text().split_once(marker).expect("the secret is shown");
    rest.split('<').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_personal_token_s_line_works() {
    on_each_database(async |builder| {
        let mut served = Served::start(builder).await;
        let browser = &mut served.dance.browser;
        for (scope, member) in [("profile", "username"), ("media:read", "media")] {
            let form = [("name", "It's <mine>"), ("scope", scope), ("ends", "7")];
            let page = browser.submit("/oauth/tokens/new", &form).await;
            let line = line_on(&page).expect("there is a line");
            let (status, body) = run(&line, "").await;
            assert_eq!(status, 200, "{line}: {body}");
            assert!(!body[member].is_null(), "{line}: {body}");
            let list = browser.get("/oauth/tokens").await;
            let (_, rest) = list.text().split_once("action=\"/oauth/tokens/").unwrap();
            let id = rest.split('/').next().unwrap().to_owned();
            browser
                .submit(&format!("/oauth/tokens/{id}/revoke"), &[])
                .await;
            assert_eq!(run(&line, "").await.0, 401, "{line}");
        }
        // There is nothing that a plain GET asks for with this.
        let form = [("name", "Writer"), ("scope", "media:write"), ("ends", "7")];
        let page = browser.submit("/oauth/tokens/new", &form).await;
        assert_eq!((page.status(), line_on(&page)), (201, None));
        served.end().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_s_lines_work_whatever_its_redirect_uri_holds() {
    on_each_database(async |builder| {
        let mut served = Served::start(builder).await;
        for kind in ["confidential", "public"] {
            let form = [
                ("name", "Desk"),
                ("kind", kind),
                ("redirect_uris", "https://desk.example/cb?a=$HOME&b='x'"),
                ("scope", "profile"),
                ("scope", "media:read"),
            ];
            let page = served.dance.browser.submit(NEW_CLIENT, &form).await;
            assert_eq!(page.status(), 201, "{page:?}");
            let line = line_on(&page).expect("there is a line");
            let (status, body) = run(&line, "").await;
            assert_eq!(status, 201, "{line}: {body}");
            assert!(body["request_uri"].is_string(), "{body}");

            // Its own page no longer knows the secret.
            let (_, rest) = page.text().split_once("href=\"/oauth/clients/").unwrap();
            let path = format!("/oauth/clients/{}", rest.split('"').next().unwrap());
            let own = served.dance.browser.get(&path).await;
            let line = line_on(&own).expect("there is a line");
            if kind == "public" {
                assert_eq!(run(&line, "").await.0, 201, "{line}");
                continue;
            }
            let secret = secret_on(&page);
            assert!(!line.contains(&secret) && own.text().contains("CLIENT_SECRET"));
            assert_eq!(run(&line, &secret).await.0, 201, "{line}");
            let (status, body) = run(&line, "wrong").await;
            assert_eq!((status, &body["error"]), (401, &"invalid_client".into()));
            // With a new one.
            let rotate = format!("{path}/secret");
            let page = served
                .dance
                .browser
                .submit(&rotate, &[("old", "now")])
                .await;
            let line = line_on(&page).expect("there is a line");
            assert_eq!(run(&line, "").await.0, 201, "{line}");
        }
        served.end().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_that_acts_for_itself_gets_a_token_by_its_line() {
    on_each_database(async |builder| {
        let mut served = Served::start(builder).await;
        let dance = &mut served.dance;
        let own = ["--grant", "client_credentials"];
        let app = dance.register_without_redirect("media:read", &own).await;
        let alice = dance.alice.id;
        let mine = format!("UPDATE oauth_clients SET owner_id = {alice}");
        dance.execute(&mine).await;
        let path = format!("/oauth/clients/{}", app.client_id);
        let line = line_on(&dance.browser.get(&path).await).expect("there is a line");
        let (status, body) = run(&line, app.secret.as_deref().unwrap()).await;
        assert_eq!(status, 200, "{line}: {body}");
        let token = body["access_token"].as_str().expect("a token");
        let authorization = format!("Bearer {token}");
        let reply = dance
            .site
            .browser()
            .get_with("/api/v1/media", &authorization)
            .await;
        assert_eq!(reply.status(), 200, "{reply:?}");
        // What is stopped has none.
        let words = ["oauth", "client", "suspend", &app.client_id];
        assert_eq!(dance.site.run_command(&words).await.exit_code, 0);
        assert_eq!(line_on(&dance.browser.get(&path).await), None);
        served.end().await;
    })
    .await;
}
