//! Paths of the site that somebody is sent to, as plugins and the host make and
//! check them. `base` is the path below which all of the site stands: empty, or
//! `/hob`.

use crate::http_client::form_urlencoded;

/// Bytes of a path that [`own_path`] takes: of no address that comes in more are
/// read, so that whatever somebody came to is found again afterwards.
pub const LONGEST: usize = 64 * 1024;

/// Where to go on to, as a link's `next` says; the home page, where that is no
/// path of this site, or longer than [`LONGEST`]. Browsers take `//host` and
/// `/\\host` for other sites, drop tabs and line ends, and take dot segments out
/// first.
#[must_use]
pub fn own_path(base: &str, next: Option<&str>) -> String {
    next.filter(|next| is_below(base, next))
        .map_or_else(|| format!("{base}/"), str::to_owned)
}

fn is_below(base: &str, next: &str) -> bool {
    let path = next.split(['?', '#']).next().unwrap_or_default();
    let below = path.strip_prefix(base);
    let is_dots = |segment: &str| {
        let segment = segment.to_ascii_lowercase().replace("%2e", ".");
        segment == "." || segment == ".."
    };
    next.len() <= LONGEST
        && below.is_some_and(|below| below.is_empty() || below.starts_with('/'))
        && next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains('\\')
        && !next.chars().any(char::is_control)
        && !path.split('/').any(is_dots)
}

/// The sign-in page for somebody who has to show anew who is there, with the way
/// back to `next`, a path of the site.
#[must_use]
pub fn sign_in_anew_path(base: &str, next: &str) -> String {
    let query = form_urlencoded(&[("next", next), ("anew", "1")]);
    format!("{base}/login?{query}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_back_stays_on_the_site() {
        for (base, next) in [
            ("", "/"),
            ("", "/media?a=//b#c"),
            ("", "/a/..b/%2e%2e%2eb"),
            ("/hob", "/hob"),
            ("/hob", "/hob?after=1"),
            ("/hob", "/hob/"),
            ("/hob", "/hob/media?next=/.."),
        ] {
            assert_eq!(own_path(base, Some(next)), next);
        }
        for next in [
            "",
            "?a=/",
            "media",
            "//evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "https://evil.example/",
            "/a/../b",
            "/a/%2E./b",
            "/.",
        ] {
            assert_eq!(own_path("", Some(next)), "/", "{next:?}");
        }
        for next in ["/", "/hobby", "/hob/../admin", "/hob/%2e%2e/admin"] {
            assert_eq!(own_path("/hob", Some(next)), "/hob/", "{next:?}");
        }
        assert_eq!(own_path("", None), "/");
        let longest = format!("/{}", "a".repeat(LONGEST - 1));
        assert_eq!(own_path("", Some(&longest)), longest);
        assert_eq!(own_path("", Some(&format!("{longest}a"))), "/");
    }
}
