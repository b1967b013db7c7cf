//! `hob.http_client`: a plugin asks another site.

use hob::testing::{Builder, TestHost};
use hob_plugin_sdk::{
    InlinePlugin, StaticPlugin,
    http_client::{HttpClient, OutboundErrorKind, OutboundRequest},
    prelude::*,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

/// Asks whatever it is told to.
struct Curious(HttpClient);

impl InlinePlugin for Curious {
    const MANIFEST: &'static str = r#"
        id = "curious"
        title = "Asks other sites"
        prefix = "/ask"
        [[route]]
        route = "POST /it"
        authentication = "own"
        body = "buffered"
    "#;
}

impl Plugin for Curious {
    type Config = NoConfig;

    fn declare(declaration: &mut Declaration<Self>) {
        declaration.handle("POST /it", ask);
    }

    fn start(host: Host, _: NoConfig) -> Result<Self, PluginError> {
        Ok(Self(host.http_client()?))
    }
}

async fn ask(curious: Arc<Curious>, request: Request) -> Result<Response, PluginError> {
    let url = String::from_utf8_lossy(request.body()).into_owned();
    let asked = OutboundRequest::post_form(&url, &[("a", "b c")])
        .bearer("s3cret")
        .header("accept", "application/json");
    Ok(match curious.0.send(asked).await {
        Ok(answer) => {
            let kind = answer.header("content-type").unwrap_or_default();
            let of_them = answer.headers("x-many").collect::<Vec<_>>().join("+");
            let body = String::from_utf8_lossy(&answer.body).into_owned();
            Response::text(answer.status, format!("{kind} {of_them} {body}"))
        }
        Err(error) if error.kind == OutboundErrorKind::Forbidden => {
            Response::text(403, error.to_string())
        }
        Err(error) => Response::text(502, error.to_string()),
    })
}

fn builder() -> Builder {
    TestHost::builder().plugin(StaticPlugin::inline::<Curious>().expect("the manifest is right"))
}

/// Answers one request with what it was asked.
async fn echo() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut asked = Vec::new();
        while !asked.ends_with(b"a=b%20c") {
            stream.read_buf(&mut asked).await.unwrap();
        }
        let head = format!(
            "HTTP/1.1 418 Teapot\r\ncontent-type: text/x-echo\r\nx-many: 1\r\nX-Many: 2\r\n\
             content-length: {}\r\n\r\n",
            asked.len()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(&asked).await.unwrap();
    });
    port
}

async fn told(site: &TestHost, url: &str) -> (u16, String) {
    let asked = http::Request::post("/ask/it").body(url.to_owned().into());
    let reply = site.browser().send(asked.unwrap()).await;
    (reply.status(), reply.text().to_owned())
}

/// Check 96.
#[tokio::test]
async fn a_plugin_asks_no_address_that_the_operator_does_not_name() {
    let guarded = builder().start().await;
    let port = echo().await;
    for host in ["127.0.0.1", "localhost"] {
        let (status, words) = told(&guarded, &format!("http://{host}:{port}/?s3cret")).await;
        assert_eq!(status, 403, "{words}");
        assert!(words.contains(host) && !words.contains("s3cret"), "{words}");
    }
    let open = builder().http_client_toml("allow = [\"127.0.0.1\"]");
    let open = open.start().await;
    let (status, words) = told(&open, &format!("http://localhost:{port}/there?q=1")).await;
    assert_eq!(status, 418, "{words}");
    assert!(
        words.starts_with("text/x-echo 1+2 POST /there?q=1 HTTP/1.1"),
        "{words}"
    );
    assert!(words.contains("authorization: Bearer s3cret"), "{words}");
    assert!(words.contains("(+http://127.0.0.1:8080/)"), "{words}");
}

#[tokio::test]
async fn a_plugin_learns_why_there_is_no_answer() {
    let site = builder().http_client_toml("allow = [\"127.0.0.1\"]");
    let site = site.start().await;
    let (status, words) = told(&site, "ftp://a.example/").await;
    assert_eq!(status, 502);
    assert!(words.contains("its URL is not right"), "{words}");
    let nobody = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = nobody.local_addr().unwrap().port();
    drop(nobody);
    let (status, words) = told(&site, &format!("http://127.0.0.1:{port}/path")).await;
    assert_eq!(status, 502);
    assert!(words.starts_with("127.0.0.1 can't be asked"), "{words}");
    assert!(!words.contains("path"), "{words}");
}

#[tokio::test]
async fn a_file_without_certificates_keeps_the_site_from_starting() {
    let with = |lines: &str| builder().http_client_toml(lines).try_start();
    let missing = with("ca_file = \"nowhere.pem\"").await.err().unwrap();
    assert!(missing.contains("`ca_file` in [http_client]"), "{missing}");
    let empty = with("ca_file = \"/dev/null\"").await.err().unwrap();
    assert!(empty.contains("there is no certificate in it"), "{empty}");
    let wrong = with("allow = [\"localhost\"]").await.err().unwrap();
    assert!(
        wrong.contains("must hold addresses and networks"),
        "{wrong}"
    );
    assert!(with("allow = [\"10.0.0.0/8\"]").await.is_ok());
}
