use super::*;

/// The address in the base string of a request to this URL.
fn address(url: &str) -> Result<String, UrlError> {
    let url = Url::parse(url).map_err(|_| UrlError::Shape)?;
    let base_string = BaseString::for_url("GET", &url, &Parameters::default())?;
    let encoded = base_string.as_str().split('&').nth(1).unwrap();
    Ok(crate::decode(encoded).unwrap())
}

/// RFC 5849, section 3.4.1.2.
#[test]
fn the_addresses_of_the_rfc_are_normalized() {
    let none = Parameters::default();
    for (origin, path, normalized) in [
        (
            "http://EXAMPLE.COM:80",
            "/r%20v/X",
            "http://example.com/r%20v/X",
        ),
        (
            "https://www.example.net:8080",
            "/",
            "https://www.example.net:8080/",
        ),
        (
            "https://www.example.net:8080",
            "",
            "https://www.example.net:8080/",
        ),
    ] {
        let base_string = BaseString::new("GET", origin, path, &none).unwrap();
        assert_eq!(base_string.as_str(), format!("GET&{}&", encode(normalized)));
    }
}

/// The path is taken as it came: whoever changes its spelling on the way has
/// changed what was signed.
#[test]
fn a_path_of_a_request_is_not_touched() {
    let none = Parameters::default();
    for path in ["/a/../b", "/%7Ea", "//", "/a%2fb", "/é"] {
        let base_string = BaseString::new("GET", "http://a.example", path, &none).unwrap();
        let expected = format!("GET&{}&", encode(&format!("http://a.example{path}")));
        assert_eq!(base_string.as_str(), expected);
    }
}

/// The addresses of oauthlib's tests, as far as they are http and https.
#[test]
fn the_addresses_of_oauthlib_are_normalized() {
    for (url, normalized) in [
        (
            "http://EXAMPLE.COM:80/r v/X?id=123",
            "http://example.com/r%20v/X",
        ),
        (
            "https://www.example.net:8080/?q=1",
            "https://www.example.net:8080/",
        ),
        ("http://www.example.com", "http://www.example.com/"),
        ("http://WWW.EXAMPLE.COM", "http://www.example.com/"),
        ("http://wWW.eXAMPLE.cOM", "http://www.example.com/"),
        ("https://192.168.0.1", "https://192.168.0.1/"),
        ("https://192.168.0.1:13000", "https://192.168.0.1:13000/"),
        (
            "https://[123:db8:fd00:1000::5]:13000",
            "https://[123:db8:fd00:1000::5]:13000/",
        ),
        (
            "https://[123:db8:fd00:1000::5]",
            "https://[123:db8:fd00:1000::5]/",
        ),
        ("http://www.example.com:80/", "http://www.example.com/"),
        ("https://www.example.com:443/", "https://www.example.com/"),
        (
            "https://www.example.com:999/",
            "https://www.example.com:999/",
        ),
        ("HTTP://www.example.com:443/", "http://www.example.com:443/"),
        ("HTTPS://www.example.com:80/", "https://www.example.com:80/"),
        ("http://www.example.com:/", "http://www.example.com/"),
        (
            "http://www.example.com:8080",
            "http://www.example.com:8080/",
        ),
        (
            "http://www.example.com/foo/bar",
            "http://www.example.com/foo/bar",
        ),
        (
            "http://www.example.com/foo/bar/",
            "http://www.example.com/foo/bar/",
        ),
        (
            "https://www.example.com/path?foo=bar",
            "https://www.example.com/path",
        ),
        (
            "https://www.example.com/path#fragment",
            "https://www.example.com/path",
        ),
        (
            "https://www.example.com/hello world",
            "https://www.example.com/hello%20world",
        ),
    ] {
        assert_eq!(address(url).as_deref(), Ok(normalized), "{url}");
    }
}

#[test]
fn what_is_no_address_of_a_site_is_refused() {
    for url in [
        "",
        " ",
        "http",
        "example.com",
        "http:",
        "http://",
        "http://:8080",
        "http://eg.com:-1",
        "http://eg.com:65536",
        "http://eg.com:3.14",
        "http://eg.com:BAD",
        "http://eg.com:NaN",
        "http://eg.com:42:42",
    ] {
        assert_eq!(address(url), Err(UrlError::Shape), "{url}");
    }
    assert_eq!(address("http://eg.com:0"), Err(UrlError::Port));
    for url in ["ftp://eg.com/", "mailto:a@eg.com", "foobar://eg.com"] {
        assert_eq!(address(url), Err(UrlError::Scheme), "{url}");
    }
}

/// RFC 5849, section 3.4.1.1: the method is in upper case.
#[test]
fn a_method_is_in_upper_case() {
    let none = Parameters::default();
    for method in ["post", "Post", "POST"] {
        let base_string = BaseString::new(method, "http://a.example", "/", &none).unwrap();
        assert!(base_string.as_str().starts_with("POST&http"), "{method}");
    }
    let odd = BaseString::new("a/b", "http://a.example", "/", &none).unwrap();
    assert!(odd.as_str().starts_with("A%2FB&"));
}

#[test]
fn it_is_not_printed() {
    let base_string = BaseString::new(
        "GET",
        "http://a.example",
        "/private",
        &Parameters::default(),
    )
    .unwrap();
    assert_eq!(format!("{base_string:?}"), "BaseString(…)");
}
