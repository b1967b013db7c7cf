//! Whether a form was sent from a page of this site.
//!
//! Fetch metadata tells it best. `Origin` is the fallback; it is `null` where
//! the page's own referrer policy hides it, which tells nothing.

use http::HeaderMap;

/// False where the browser says that another site sent the request.
#[must_use]
pub fn sent_from_here(headers: &HeaderMap, origin: &str) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin" || site == "none";
    }
    match headers.get(http::header::ORIGIN) {
        Some(sent) => sent == origin || sent == "null",
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(pairs: &[(&'static str, &'static str)]) -> bool {
        let headers = pairs
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect();
        sent_from_here(&headers, "https://hob.example")
    }

    #[test]
    fn other_sites_are_told_apart() {
        assert!(sent(&[]));
        assert!(sent(&[("origin", "https://hob.example")]));
        assert!(!sent(&[("origin", "https://evil.example")]));
        assert!(sent(&[
            ("sec-fetch-site", "same-origin"),
            ("origin", "null")
        ]));
        assert!(!sent(&[("sec-fetch-site", "cross-site")]));
        assert!(!sent(&[("sec-fetch-site", "same-site")]));
    }
}
