//! Resource indicators: for whom an access token is meant (RFC 8707).
//!
//! A token that names a resource works there and below, and nowhere else; one
//! that names none works at every resource of the site.

use diesel::{
    deserialize::{self, FromSql, FromSqlRow},
    expression::AsExpression,
    serialize::{self, IsNull, Output, ToSql},
    sql_types::Text,
};
use hob_plugin_sdk::db::{Hob, Value};
use url::Url;

/// What is wrong with a parameter `resource`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ResourceError {
    #[error("resource has to be an absolute URI without a fragment")]
    Syntax,
    #[error("resource names something that is not part of this site")]
    Elsewhere,
    #[error("only one resource can be asked for at a time")]
    Several,
}

/// The resource that a grant is limited to, or all of the site's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
pub struct Resource(String);

/// No resource of the site's is shut out.
pub static WHOLE_SITE: Resource = Resource(String::new());

impl Resource {
    /// Reads the values of the parameter `resource`. `site_urls` are those at
    /// which the site stands, without a slash at the end.
    ///
    /// # Errors
    /// [`ResourceError`].
    pub fn from_parameters<'a>(
        mut values: impl Iterator<Item = &'a str>,
        site_urls: &[impl AsRef<str>],
    ) -> Result<Self, ResourceError> {
        let Some(text) = values.next() else {
            return Ok(Self::default());
        };
        if values.any(|other| other != text) {
            return Err(ResourceError::Several);
        }
        let fits = text.bytes().all(|byte| byte.is_ascii_graphic());
        if !fits || text.contains(['#', '\\']) || Url::parse(text).is_err() {
            return Err(ResourceError::Syntax);
        }
        let resource = text.strip_suffix('/').unwrap_or(text);
        let mut urls = site_urls.iter().map(AsRef::as_ref);
        if urls.any(|site_url| is_at_or_below(site_url, resource)) {
            Ok(Self(resource.to_owned()))
        } else {
            Err(ResourceError::Elsewhere)
        }
    }

    /// No resource was named: it is for all of the site.
    #[must_use]
    pub fn is_whole_site(&self) -> bool {
        self.0.is_empty()
    }

    /// What a token that is limited to this is for, as an absolute URI.
    #[must_use]
    pub fn audience<'a>(&'a self, site_url: &'a str) -> &'a str {
        if self.is_whole_site() {
            site_url
        } else {
            &self.0
        }
    }

    /// Whether a token that is limited to this works at `audience`.
    #[must_use]
    pub fn admits(&self, audience: &str) -> bool {
        let audience = audience.strip_suffix('/').unwrap_or(audience);
        self.is_whole_site() || is_at_or_below(&self.0, audience)
    }

    /// Whether this asks for no more than `granted`.
    #[must_use]
    pub fn is_within(&self, granted: &Self) -> bool {
        granted.is_whole_site() || (!self.is_whole_site() && is_at_or_below(&granted.0, &self.0))
    }
}

/// Whether `uri` is `base`, or a path or query below it.
fn is_at_or_below(base: &str, uri: &str) -> bool {
    uri.strip_prefix(base)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
}

/// The whole site is the empty text, so that a unique index tells it apart.
impl ToSql<Text, Hob> for Resource {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Hob>) -> serialize::Result {
        out.set_value(self.0.as_str());
        Ok(IsNull::No)
    }
}

impl FromSql<Text, Hob> for Resource {
    fn from_sql(value: Value<'_>) -> deserialize::Result<Self> {
        Ok(Self(<String as FromSql<Text, Hob>>::from_sql(value)?))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SITE: &str = "https://example.org";

    fn resource(text: &str) -> Result<Resource, ResourceError> {
        Resource::from_parameters(std::iter::once(text), &[SITE])
    }

    #[test]
    fn only_a_place_on_this_site_is_a_resource() {
        for good in [SITE, "https://example.org/", "https://example.org/api/v1"] {
            assert!(resource(good).is_ok(), "{good}");
        }
        for (bad, error) in [
            ("/api/v1", ResourceError::Syntax),
            ("https://example.org/api#x", ResourceError::Syntax),
            ("https://example.org/a b", ResourceError::Syntax),
            ("https://example.org.evil", ResourceError::Elsewhere),
            ("https://other.example", ResourceError::Elsewhere),
            ("http://example.org/api", ResourceError::Elsewhere),
        ] {
            assert_eq!(resource(bad), Err(error), "{bad}");
        }
    }

    #[test]
    fn a_site_may_stand_at_several_addresses() {
        let sites = [SITE, "https://api.example.org"];
        let resource = |text| Resource::from_parameters(std::iter::once(text), &sites);
        for good in ["https://example.org/api", "https://api.example.org/v1"] {
            assert!(resource(good).is_ok(), "{good}");
        }
        let other = resource("https://other.example.org/api");
        assert_eq!(other, Err(ResourceError::Elsewhere));
    }

    #[test]
    fn several_are_refused_and_none_is_the_whole_site() {
        let several = ["https://example.org/a", "https://example.org/b"];
        assert_eq!(
            Resource::from_parameters(several.into_iter(), &[SITE]),
            Err(ResourceError::Several)
        );
        assert!(
            Resource::from_parameters(std::iter::empty(), &[SITE])
                .unwrap()
                .is_whole_site()
        );
    }

    #[test]
    fn a_token_works_at_its_resource_and_below() {
        let api = resource("https://example.org/api/").unwrap();
        assert!(api.admits("https://example.org/api"));
        assert!(api.admits("https://example.org/api/v1"));
        assert!(!api.admits("https://example.org/api2"));
        assert!(!api.admits("https://example.org"));
        assert!(Resource::default().admits("https://example.org/api"));
    }

    #[test]
    fn a_resource_is_narrowed_and_never_widened() {
        let (site, api) = (
            Resource::default(),
            resource("https://example.org/api").unwrap(),
        );
        let v1 = resource("https://example.org/api/v1").unwrap();
        assert!(v1.is_within(&api) && v1.is_within(&site) && api.is_within(&api));
        assert!(!api.is_within(&v1) && !site.is_within(&api));
    }

    proptest! {
        #[test]
        fn whatever_is_accepted_is_on_this_site(tail in "[ -~]{0,40}") {
            if let Ok(resource) = resource(&format!("{SITE}{tail}")) {
                let url = Url::parse(&resource.0).unwrap();
                prop_assert_eq!(url.host_str(), Some("example.org"));
                prop_assert_eq!((url.username(), url.fragment()), ("", None));
                prop_assert!(Resource::default().admits(&resource.0));
            }
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in ".{0,60}") {
            let _ = resource(&text);
        }
    }
}
