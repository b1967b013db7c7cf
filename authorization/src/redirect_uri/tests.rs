use proptest::prelude::*;

use super::*;
use crate::bad_input::{many_cases, text};

fn register(text: &str) -> Result<RedirectUri, RedirectUriError> {
    RedirectUri::for_registration(text)
}

fn admits(registered: &str, presented: &str) -> bool {
    register(registered)
        .unwrap()
        .admit(presented, false)
        .is_some()
}

#[test]
fn what_may_be_registered() {
    for good in [
        "https://example.org",
        "https://example.org/cb?x=1",
        "https://example.org:8443/cb;p",
        "http://127.0.0.1/cb",
        "http://127.0.0.1:5000/cb",
        "http://[::1]:5000/cb",
        "http://localhost:5000/cb",
        "com.example.app:/cb",
        "com.example.app://cb",
        OUT_OF_BAND,
    ] {
        assert!(register(good).is_ok(), "{good}: {:?}", register(good));
    }
}

#[test]
fn what_may_not_be_registered() {
    use RedirectUriError as Error;
    for (bad, error) in [
        ("https://example.org/cb#x", Error::Fragment),
        ("https://example.org/cb#", Error::Fragment),
        ("https://*.example.org/cb", Error::Wildcard),
        ("https://example.org/*", Error::Wildcard),
        ("javascript:alert(1)", Error::PrivateScheme),
        ("data:text/html,x", Error::PrivateScheme),
        ("vbscript:x", Error::PrivateScheme),
        ("file:///etc/passwd", Error::PrivateScheme),
        ("myapp:/cb", Error::PrivateScheme),
        ("urn:ietf:wg:oauth:2.0:oob:auto", Error::PrivateScheme),
        ("URN:IETF:WG:OAUTH:2.0:OOB", Error::PrivateScheme),
        ("urn:x", Error::PrivateScheme),
        ("com.example.app:", Error::PrivateScheme),
        ("http://example.org/cb", Error::PlainHttp),
        ("http://127.0.0.1.evil/cb", Error::PlainHttp),
        ("http://127.0.0.1:99999/cb", Error::NotAbsolute),
        ("http://localhost.evil/cb", Error::PlainHttp),
        ("https://user@example.org/cb", Error::UserInfo),
        ("http://127.0.0.1@evil/cb", Error::UserInfo),
        ("https://example.org\\@evil/cb", Error::Characters),
        ("https://example.org/c b", Error::Characters),
        ("https://example.org/cb\r\nx", Error::Characters),
        ("https://exämple.org/cb", Error::Characters),
        ("https://example.org/a/../b", Error::DotSegments),
        ("https://example.org/a/%2e%2E/b", Error::DotSegments),
        ("https:example.org", Error::NotAbsolute),
        ("https:///cb", Error::NotAbsolute),
        ("/cb", Error::NotAbsolute),
        ("", Error::NotAbsolute),
    ] {
        assert_eq!(register(bad), Err(error), "{bad}");
    }
    assert_eq!(
        register(&format!("https://example.org/{}", "a".repeat(2000))),
        Err(Error::Length)
    );
}

#[test]
fn a_web_uri_is_compared_letter_by_letter() {
    let registered = "https://example.org/cb";
    assert!(admits(registered, registered));
    for other in [
        "https://example.org/cb/",
        "https://example.org/CB",
        "https://EXAMPLE.org/cb",
        "https://example.org:443/cb",
        "http://example.org/cb",
        "https://example.org/cb?code=evil",
        "https://example.org/cb#",
        "https://example.org/cb;p",
        "https://user@example.org/cb",
        "https://example.org/cb%2FX",
        "https://example.org/cb/..%2FX",
        "https://example.org/cb/%252e%252e%252FX",
        "https://example.org/cb/;/../../X",
        "https://example.org/cb%0A%0D/../../X",
        "",
    ] {
        assert!(!admits(registered, other), "{other}");
    }
}

#[test]
fn only_the_port_of_a_loopback_address_is_free() {
    for registered in ["http://127.0.0.1/cb?x=1", "http://127.0.0.1:80/cb?x=1"] {
        assert!(admits(registered, "http://127.0.0.1:5000/cb?x=1"));
        assert!(admits(registered, "http://127.0.0.1/cb?x=1"));
        for other in [
            "http://[::1]:5000/cb?x=1",
            "http://localhost:5000/cb?x=1",
            "http://127.0.0.1:5000/cb",
            "http://127.0.0.1:5000/cb?x=2",
            "http://127.0.0.1:5000/other?x=1",
            "http://127.0.0.1:5000/cb?x=1#",
            "http://user@127.0.0.1:5000/cb?x=1",
            "http://127.0.0.1:5000@evil/cb?x=1",
            "http://127.0.0.1.evil:5000/cb?x=1",
            "http://127.0.0.1.evil/cb?x=1",
            "http://127.0.0.1:0/cb?x=1",
            "http://127.0.0.1:65536/cb?x=1",
            "http://127.0.0.1:/cb?x=1",
            "http://127.0.0.1:+80/cb?x=1",
            "https://127.0.0.1:5000/cb?x=1",
        ] {
            assert!(!admits(registered, other), "{other}");
        }
    }
    assert!(admits("http://[::1]/cb", "http://[::1]:61234/cb"));
}

#[test]
fn the_port_of_localhost_is_free_only_if_the_operator_says_so() {
    let registered = register("http://localhost:5000/cb").unwrap();
    assert!(
        registered
            .admit("http://localhost:5000/cb", false)
            .is_some()
    );
    assert!(
        registered
            .admit("http://localhost:5001/cb", false)
            .is_none()
    );
    assert!(registered.admit("http://localhost:5001/cb", true).is_some());
    assert!(registered.admit("http://localhost.evil/cb", true).is_none());
}

#[test]
fn parameters_join_the_uris_own_query() {
    let with = |uri: &str| {
        register(uri)
            .unwrap()
            .with_parameters(&[("state", "a b&c+%"), ("x", "")])
    };
    assert_eq!(
        with("https://example.org/cb"),
        "https://example.org/cb?state=a+b%26c%2B%25&x="
    );
    assert_eq!(
        with("https://example.org/cb?own=1"),
        "https://example.org/cb?own=1&state=a+b%26c%2B%25&x="
    );
    assert_eq!(
        with("com.example.app:/cb"),
        "com.example.app:/cb?state=a+b%26c%2B%25&x="
    );
}

#[test]
fn only_the_web_has_a_host() {
    let host = |uri: &str| register(uri).unwrap().web_host();
    let some = |host: &str| Some(host.to_owned());
    assert_eq!(host("https://example.org/cb"), some("example.org"));
    assert_eq!(host("https://example.org:443/cb"), some("example.org"));
    let other_port = host("https://example.org:8443/cb");
    assert_eq!(other_port, some("example.org:8443"));
    assert_eq!(host("http://[::1]/cb"), None);
    assert_eq!(host("com.example.app:/cb"), None);
    assert_eq!(host(OUT_OF_BAND), None);
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in ".{0,120}") {
        let _ = register(&text);
        let _ = register(&format!("http://127.0.0.1{text}"));
        let _ = register("http://127.0.0.1/cb").unwrap().admit(&text, true);
    }

    #[test]
    fn whatever_a_loopback_uri_admits_is_on_that_host(tail in "[:@./0-9a-z?#\\\\%]{0,40}") {
        let presented = format!("http://127.0.0.1{tail}");
        if admits("http://127.0.0.1/cb", &presented) {
            let url = Url::parse(&presented).unwrap();
            prop_assert_eq!(url.host_str(), Some("127.0.0.1"));
            prop_assert_eq!(url.path(), "/cb");
            prop_assert_eq!((url.username(), url.query()), ("", None));
        }
    }

    #[test]
    fn whatever_is_registered_fits_a_header(text in "(https://example\\.org|com\\.example:)[ -~]{0,40}") {
        if let Ok(uri) = register(&text) {
            prop_assert!(uri.with_parameters(&[("state", &text)]).bytes().all(|byte| byte.is_ascii_graphic()));
        }
    }
}

proptest! {
    #![proptest_config(many_cases())]

    #[test]
    fn whatever_is_registered_leads_where_a_browser_reads_it(
        start in prop_oneof![
            Just("https://a.example"), Just("http://127.0.0.1"), Just("http://[::1]:5000"),
            Just("com.example.app:/cb"), Just("javascript:"), Just(""),
        ],
        (rest, presented) in (text(), text()),
    ) {
        let uri = format!("{start}{rest}");
        let Ok(registered) = register(&uri) else { return Ok(()) };
        let parsed = Url::parse(&uri).unwrap();
        prop_assert_eq!((parsed.username(), parsed.fragment()), ("", None));
        match registered.target() {
            RedirectTarget::Web => prop_assert_eq!(parsed.scheme(), "https"),
            RedirectTarget::Loopback => {
                prop_assert!(LOOPBACK_HOSTS.contains(&parsed.host_str().unwrap()));
            }
            RedirectTarget::PrivateScheme => prop_assert!(parsed.scheme().contains('.')),
            RedirectTarget::OutOfBand => prop_assert_eq!(&uri, OUT_OF_BAND),
        }
        let sent = registered.with_parameters(&[("state", &presented)]);
        prop_assert!(sent.bytes().all(|byte| byte.is_ascii_graphic()));
        prop_assert_eq!(registered.admit(&uri, false), Some(registered.clone()));
        let presented = format!("{start}{presented}");
        if registered.admit(&presented, true).is_some() && presented != uri {
            prop_assert_eq!(registered.target(), RedirectTarget::Loopback);
            let presented = Url::parse(&presented).unwrap();
            prop_assert_eq!(presented.host_str(), parsed.host_str());
            prop_assert_eq!((presented.path(), presented.query()), (parsed.path(), parsed.query()));
        }
    }
}
