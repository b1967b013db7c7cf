//! What another site can try with us, over real sockets.
//!
//! All of 127.0.0.0/8 is this machine. So 127.0.0.2 stands for an address that
//! may be asked, and 127.0.0.1 for one that may not.

mod server;
mod tls;

use std::{
    io,
    net::IpAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use http::StatusCode;

use super::{
    HttpClient, HttpClientSettings, LookUp, Names, Networks, OutboundError, OutboundRequest,
    SystemNames,
};
use server::{Server, reply};

const OUTSIDE: &str = "127.0.0.2";
const INSIDE: &str = "127.0.0.1";

fn settings(allow: &[&str]) -> HttpClientSettings {
    HttpClientSettings {
        allow: allow
            .iter()
            .map(|text| Networks::parse_one(text).expect("a test names a network"))
            .collect(),
        authorities: Vec::new(),
        connect_timeout: Duration::from_secs(2),
        timeout: Duration::from_secs(5),
        most_bytes: 1000,
        most_redirects: 3,
    }
}

fn client_knowing(settings: HttpClientSettings, names: impl Names + 'static) -> HttpClient {
    HttpClient::new(settings, "https://hob.example", Arc::new(names))
}

/// A client that may ask [`OUTSIDE`] alone.
fn client() -> HttpClient {
    client_knowing(settings(&[OUTSIDE]), SystemNames)
}

fn get(url: &str) -> OutboundRequest {
    OutboundRequest::new("GET", url).expect("a test asks for a URL")
}

/// A server of names that answers each question with the next of its answers,
/// and then with the last again and again.
struct Scripted {
    answers: Vec<Vec<&'static str>>,
    asked: AtomicUsize,
}

impl Scripted {
    fn new(answers: &[&[&'static str]]) -> Self {
        Self {
            answers: answers.iter().map(|answer| answer.to_vec()).collect(),
            asked: AtomicUsize::new(0),
        }
    }
}

impl Names for Scripted {
    fn look_up(&self, _: &str) -> LookUp {
        let at = self.asked.fetch_add(1, Ordering::SeqCst);
        let answer = self.answers[at.min(self.answers.len() - 1)].clone();
        let addresses = answer.iter().map(|text| text.parse().unwrap());
        let addresses: Vec<IpAddr> = addresses.collect();
        Box::pin(async move { Ok(addresses) })
    }
}

/// Check 96.
#[tokio::test]
async fn an_address_that_is_not_public_is_not_asked_however_it_is_written() {
    let inside = Server::start(INSIDE, |_| reply(200, "", "secret")).await;
    let port = inside.port();
    for host in [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "127.0.0.1.",
        "%31%32%37.0.0.1",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::127.0.0.1]",
        "[2002:7f00:1::]",
        "localhost",
        "LocalHost",
    ] {
        let refused = client().send(get(&format!("http://{host}:{port}/"))).await;
        assert!(
            matches!(refused, Err(OutboundError::Forbidden { .. })),
            "{host}"
        );
    }
    assert_eq!(inside.requests().len(), 0);
    let allowed = client_knowing(settings(&[INSIDE]), SystemNames);
    for host in ["127.0.0.1", "localhost"] {
        let answer = allowed.send(get(&format!("http://{host}:{port}/"))).await;
        assert_eq!(answer.expect("the operator allows it").body, b"secret");
    }
}

/// Check 96.
#[tokio::test]
async fn plain_http_goes_to_no_public_address() {
    // 1.1.1.1 is public. No packet leaves: the refusal comes before.
    for url in ["http://1.1.1.1/", "http://one.example/"] {
        let public = client_knowing(settings(&[]), Scripted::new(&[&["1.1.1.1"]]));
        let begun = Instant::now();
        let refused = public.send(get(url)).await;
        assert!(
            matches!(refused, Err(OutboundError::Forbidden { .. })),
            "{url}"
        );
        assert!(begun.elapsed() < Duration::from_secs(1));
    }
}

/// Check 96.
#[tokio::test]
async fn a_redirect_into_a_private_network_is_not_followed() {
    let inside = Server::start(INSIDE, |_| reply(200, "", "secret")).await;
    for place in [
        format!("http://{INSIDE}:{}/", inside.port()),
        format!("http://localhost:{}/", inside.port()),
        format!("//{INSIDE}:{}/", inside.port()),
    ] {
        let location = format!("location: {place}\r\n");
        let outside = Server::start(OUTSIDE, move |_| reply(302, &location, "")).await;
        let refused = client().send(get(&outside.url("/")).following(3)).await;
        assert!(
            matches!(refused, Err(OutboundError::Forbidden { .. })),
            "{place}"
        );
        assert_eq!(outside.requests().len(), 1);
    }
    assert_eq!(inside.requests().len(), 0);
}

/// Check 96.
#[tokio::test]
async fn redirects_are_followed_when_they_are_asked_for_and_not_without_end() {
    let outside = Server::start(OUTSIDE, |request| match request.path.as_str() {
        "/there" => reply(200, "", "there"),
        "/one" => reply(302, "location: /there\r\n", ""),
        _ => reply(302, "location: /round\r\n", ""),
    })
    .await;
    let unasked = client().send(get(&outside.url("/one"))).await.unwrap();
    assert_eq!(unasked.status, StatusCode::FOUND);
    let followed = client().send(get(&outside.url("/one")).following(1)).await;
    let followed = followed.unwrap();
    assert_eq!(followed.body, b"there");
    assert_eq!(followed.url.path(), "/there");
    let before = outside.requests().len();
    let round = client()
        .send(get(&outside.url("/round")).following(100))
        .await;
    assert!(matches!(
        round,
        Err(OutboundError::TooManyRedirects { most: 3, .. })
    ));
    assert_eq!(outside.requests().len(), before + 4);
    let post = OutboundRequest::new("POST", &outside.url("/one")).unwrap();
    let answered = client().send(post.following(3)).await.unwrap();
    assert_eq!(answered.status, StatusCode::FOUND);
}

/// Check 96.
#[tokio::test]
async fn credentials_stay_with_the_origin_that_they_are_for() {
    let other = Server::start(OUTSIDE, |_| reply(200, "", "")).await;
    let location = format!("location: {}\r\n", other.url("/"));
    let first = Server::start(OUTSIDE, move |request| match request.path.as_str() {
        "/away" => reply(302, &location, ""),
        "/near" => reply(302, "location: /\r\n", ""),
        _ => reply(200, "", ""),
    })
    .await;
    let with_secrets = |path: &str| {
        let request = get(&first.url(path)).following(3);
        let request = request.with_header("authorization", "Bearer s3cret");
        let request = request.unwrap().with_header("x-api-key", "s3cret");
        request
            .unwrap()
            .with_header("accept", "text/plain")
            .unwrap()
    };
    client().send(with_secrets("/away")).await.unwrap();
    let arrived = &other.requests()[0].headers;
    assert!(!arrived.contains("s3cret"), "{arrived}");
    assert!(arrived.contains("accept: text/plain"), "{arrived}");
    client().send(with_secrets("/near")).await.unwrap();
    let arrived = &first.requests()[2].headers;
    assert!(
        arrived.contains("authorization: Bearer s3cret"),
        "{arrived}"
    );
}

/// Check 96.
#[tokio::test]
async fn a_name_that_is_answered_otherwise_a_moment_later_leads_nowhere_else() {
    let inside = Server::start(INSIDE, |_| reply(200, "", "secret")).await;
    let outside = Server::start_at(OUTSIDE, inside.port(), |_| {
        reply(200, "connection: close\r\n", "public")
    })
    .await;
    let url = format!("http://rebinding.example:{}/", inside.port());
    // The first answer is right, all that follow are not.
    let names = Scripted::new(&[&[OUTSIDE], &[INSIDE]]);
    let rebound = client_knowing(settings(&[OUTSIDE]), names);
    assert_eq!(rebound.send(get(&url)).await.unwrap().body, b"public");
    let refused = rebound.send(get(&url)).await;
    assert!(matches!(refused, Err(OutboundError::Forbidden { .. })));
    // Of several addresses those that may not be asked are not tried.
    for both in [[INSIDE, OUTSIDE], [OUTSIDE, INSIDE]] {
        let mixed = client_knowing(settings(&[OUTSIDE]), Scripted::new(&[&both]));
        assert_eq!(mixed.send(get(&url)).await.unwrap().body, b"public");
    }
    assert_eq!(inside.requests().len(), 0);
    assert_eq!(outside.requests().len(), 3);
}

/// Check 96.
#[tokio::test]
async fn an_answer_that_is_too_large_is_not_read_to_its_end() {
    let outside = Server::start(OUTSIDE, |request| match request.path.as_str() {
        // Announced, and never sent: whoever waited for it would wait long.
        "/announced" => vec!["HTTP/1.1 200 OK\r\ncontent-length: 1001\r\n\r\n".into()],
        "/streamed" => {
            let chunk = format!("64\r\n{}\r\n", "x".repeat(100));
            let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_owned();
            std::iter::once(head)
                .chain(std::iter::repeat_n(chunk, 11))
                .collect()
        }
        _ => reply(200, "", &"x".repeat(1000)),
    })
    .await;
    for path in ["/announced", "/streamed"] {
        let begun = Instant::now();
        let refused = client().send(get(&outside.url(path))).await;
        assert!(
            matches!(refused, Err(OutboundError::TooLarge { most: 1000, .. })),
            "{path}"
        );
        assert!(begun.elapsed() < Duration::from_secs(3));
    }
    let fits = client().send(get(&outside.url("/"))).await.unwrap();
    assert_eq!(fits.body.len(), 1000);
    let narrower = get(&outside.url("/")).at_most(Some(999));
    let refused = client().send(narrower).await;
    assert!(matches!(
        refused,
        Err(OutboundError::TooLarge { most: 999, .. })
    ));
    let wider = get(&outside.url("/announced")).at_most(Some(5000));
    let refused = client().send(wider).await;
    assert!(matches!(
        refused,
        Err(OutboundError::TooLarge { most: 1000, .. })
    ));
}

/// Check 96.
#[tokio::test]
async fn a_slow_answer_is_not_waited_for() {
    // A byte every 50 ms is never silence.
    let outside = Server::start_slow(OUTSIDE, Duration::from_millis(50), |_| {
        let head = "HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n".to_owned();
        std::iter::once(head)
            .chain(std::iter::repeat_n("x".to_owned(), 500))
            .collect()
    })
    .await;
    let mut hasty = settings(&[OUTSIDE]);
    hasty.timeout = Duration::from_millis(400);
    let begun = Instant::now();
    let refused = client_knowing(hasty, SystemNames)
        .send(get(&outside.url("/")))
        .await;
    assert!(matches!(refused, Err(OutboundError::TimedOut { .. })));
    assert!(begun.elapsed() < Duration::from_secs(3));
    // A plugin may ask for less time, and not for more.
    let less = get(&outside.url("/")).within(Some(Duration::from_millis(200)));
    let begun = Instant::now();
    let refused = client().send(less).await;
    assert!(matches!(refused, Err(OutboundError::TimedOut { .. })));
    assert!(begun.elapsed() < Duration::from_secs(3));
}

#[tokio::test]
async fn names_that_nobody_knows_and_ports_that_nobody_hears_are_told_apart_from_the_guard() {
    let nowhere = client_knowing(settings(&[OUTSIDE]), Scripted::new(&[&[]]));
    let failed = nowhere.send(get("http://nowhere.example/")).await;
    assert!(matches!(failed, Err(OutboundError::Unreachable { .. })));
    let closed = Server::start(OUTSIDE, |_| reply(200, "", "")).await;
    let url = closed.url("/path?secret=s3cret");
    drop(closed);
    let failed = client().send(get(&url)).await;
    let Err(error @ OutboundError::Unreachable { .. }) = failed else {
        panic!("nobody listens there");
    };
    let told = error.to_string();
    assert!(told.contains(OUTSIDE) && !told.contains("s3cret"), "{told}");
    assert!(!told.contains("path"), "{told}");
}

#[tokio::test]
async fn a_request_says_who_asks_and_keeps_no_cookie() {
    let outside = Server::start(OUTSIDE, |_| reply(200, "set-cookie: a=b\r\n", "")).await;
    let client = client();
    for _ in 0..2 {
        client.send(get(&outside.url("/x?y=z#f"))).await.unwrap();
    }
    let arrived = &outside.requests()[1];
    assert_eq!(arrived.path, "/x?y=z");
    let agent = format!(
        "user-agent: Hob/{} (+https://hob.example/)",
        env!("CARGO_PKG_VERSION")
    );
    assert!(arrived.headers.contains(&agent), "{}", arrived.headers);
    assert!(!arrived.headers.contains("cookie"), "{}", arrived.headers);
    assert!(!arrived.headers.contains("referer"), "{}", arrived.headers);
}

#[tokio::test]
async fn a_form_is_sent_as_it_is() {
    let outside = Server::start(OUTSIDE, |_| reply(400, "x-a: 1\r\nx-a: 2\r\n", "no")).await;
    let request = OutboundRequest::new("POST", &outside.url("/token")).unwrap();
    let request = request
        .with_header("content-type", "application/x-www-form-urlencoded")
        .unwrap()
        .with_body(b"a=b".to_vec());
    let answer = client().send(request).await.unwrap();
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(answer.body, b"no");
    assert_eq!(answer.headers.get_all("x-a").iter().count(), 2);
    let arrived = &outside.requests()[0];
    assert_eq!(
        (arrived.method.as_str(), arrived.body.as_str()),
        ("POST", "a=b")
    );
    assert!(arrived.headers.contains("content-length: 3"));
}

#[test]
fn a_request_that_is_none_is_not_made() {
    for (method, url) in [
        ("GET", "ftp://a.example/"),
        ("GET", "file:///etc/passwd"),
        ("GET", "/relative"),
        ("GET", "https://user@a.example/"),
        ("GET", "https://user:password@a.example/"),
        ("GET", "https://"),
        ("G T", "https://a.example/"),
        ("CONNECT", "https://a.example/"),
        ("TRACE", "https://a.example/"),
    ] {
        assert!(OutboundRequest::new(method, url).is_err(), "{method} {url}");
    }
    for (name, value) in [
        ("host", "b.example"),
        ("Content-Length", "0"),
        ("Transfer-Encoding", "chunked"),
        ("connection", "close"),
        ("user-agent", "other"),
        ("a b", "c"),
        ("x", "a\r\nhost: b"),
    ] {
        let refused = get("https://a.example/").with_header(name, value);
        assert!(refused.is_err(), "{name}: {value}");
    }
    assert!(get("https://a.example/").with_header("X-Y", "z").is_ok());
}

/// The environment names a proxy for many programs. Here it would send each
/// request past the guard.
#[test]
fn no_proxy_of_the_environment_is_used() {
    let runtime = || {
        tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
    };
    let proxy_runtime = runtime().unwrap();
    let proxy = proxy_runtime.block_on(Server::start(INSIDE, |_| reply(200, "", "proxied")));
    for name in ["http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"] {
        // SAFETY: the server's threads read no variables, and others of this
        // process do not run: each test has a process of its own.
        unsafe { std::env::set_var(name, proxy.url("/")) };
    }
    let answer = runtime().unwrap().block_on(async {
        let outside = Server::start(OUTSIDE, |_| reply(200, "", "direct")).await;
        client().send(get(&outside.url("/"))).await.unwrap().body
    });
    assert_eq!(answer, b"direct");
    assert_eq!(proxy.requests().len(), 0);
}

/// What a test's server was asked.
#[derive(Debug, Clone)]
struct Asked {
    method: String,
    path: String,
    /// As they came, names in lower case.
    headers: String,
    body: String,
}

type Log = Arc<Mutex<Vec<Asked>>>;

fn io_error(text: &str) -> io::Error {
    io::Error::other(text.to_owned())
}
