//! Registering an application: the same checks for pages, for commands and for
//! what applications say of themselves.
//!
//! Knows neither forms nor command lines nor JSON; says of each field what is wrong.

use url::Url;

use crate::{
    redirect_uri::{RedirectUri, RedirectUriError},
    scope::{Scope, ScopeSyntaxError},
};

pub const LONGEST_NAME: usize = 100;
pub const LONGEST_WEBSITE: usize = 500;
pub const MOST_REDIRECT_URIS: usize = 20;

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegistrationError {
    #[error("it needs a name")]
    NameMissing,
    #[error(
        "a name has at most {LONGEST_NAME} characters, no line ends, and nothing that turns the \
         direction of writing"
    )]
    Name,
    #[error(
        "a web site begins with https:// or http:// and has at most {LONGEST_WEBSITE} characters"
    )]
    Website,
    #[error("a web site names no user: leave out what stands before the @")]
    WebsiteUser,
    #[error("it needs a redirect URI: where members are sent back to")]
    RedirectUriMissing,
    #[error("at most {MOST_REDIRECT_URIS} redirect URIs can be registered")]
    TooManyRedirectUris,
    #[error("{uri} can't be a redirect URI: {error}")]
    RedirectUri {
        uri: String,
        error: RedirectUriError,
    },
    #[error("it needs a scope: what it may ask for")]
    ScopeMissing,
    #[error("{0}")]
    ScopeSyntax(#[from] ScopeSyntaxError),
    #[error("there is no scope {word}; there are: {known}")]
    ScopeUnknown { word: String, known: String },
    #[error("it can't need {0}, which it may not ask for")]
    RequiredScopeNotAskedFor(String),
    /// What is wrong with how it wants to be let in, where there is a choice.
    #[error("{0}")]
    Grant(String),
}

/// What an owner types.
#[derive(Debug, Default, Clone, Copy)]
pub struct Typed<'a, 'u> {
    pub name: &'a str,
    pub website: &'a str,
    pub redirect_uris: &'u [&'a str],
    pub scope: &'u [&'a str],
    pub required_scope: &'u [&'a str],
}

/// What is wrong, field by field.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Problems {
    pub name: Option<RegistrationError>,
    pub website: Option<RegistrationError>,
    pub redirect_uris: Option<RegistrationError>,
    pub scope: Option<RegistrationError>,
    pub required_scope: Option<RegistrationError>,
}

impl Problems {
    /// Each problem with the name of its field.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &RegistrationError)> {
        [
            ("name", &self.name),
            ("website", &self.website),
            ("redirect-uri", &self.redirect_uris),
            ("scope", &self.scope),
            ("required-scope", &self.required_scope),
        ]
        .into_iter()
        .filter_map(|(field, problem)| Some((field, problem.as_ref()?)))
    }
}

/// What was typed, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    pub name: String,
    pub website: Option<String>,
    pub redirect_uris: Vec<RedirectUri>,
    pub scope: Scope,
    pub required_scope: Scope,
}

/// Checks what was typed, of what scopes are `declared`; with a redirect URI,
/// where one is `needed`.
///
/// # Errors
/// All that is wrong.
pub fn check(
    declared: &Scope,
    typed: &Typed<'_, '_>,
    needed: bool,
) -> Result<Checked, Box<Problems>> {
    let mut problems = Problems::default();
    fn keep<T>(
        result: Result<T, RegistrationError>,
        problem: &mut Option<RegistrationError>,
    ) -> Option<T> {
        result.map_err(|error| *problem = Some(error)).ok()
    }
    let name = keep(check_name(typed.name), &mut problems.name);
    let website = keep(check_website(typed.website), &mut problems.website);
    let redirect_uris = keep(
        check_redirect_uris(typed.redirect_uris, needed),
        &mut problems.redirect_uris,
    );
    let scope = keep(check_scope(declared, typed.scope), &mut problems.scope);
    // Without a scope there is nothing to hold it against.
    let required_scope = scope.as_ref().and_then(|scope| {
        keep(
            check_required_scope(scope, typed.required_scope),
            &mut problems.required_scope,
        )
    });
    match (name, website, redirect_uris, scope, required_scope) {
        (Some(name), Some(website), Some(redirect_uris), Some(scope), Some(required_scope)) => {
            Ok(Checked {
                name,
                website,
                redirect_uris,
                scope,
                required_scope,
            })
        }
        _ => Err(Box::new(problems)),
    }
}

/// A name for people, in one line.
///
/// # Errors
/// There is none, or it is no such name.
pub fn check_name(typed: &str) -> Result<String, RegistrationError> {
    let name = typed.trim();
    if name.is_empty() {
        Err(RegistrationError::NameMissing)
    } else if name.chars().count() > LONGEST_NAME || name.chars().any(is_no_part_of_a_name) {
        Err(RegistrationError::Name)
    } else {
        Ok(name.to_owned())
    }
}

/// Line ends and the like, and the marks that turn the direction of writing
/// (Unicode Standard Annex 9, section 2): with one, what a member reads on the
/// consent page would not be what stands there.
fn is_no_part_of_a_name(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        )
}

/// The address of a web site, if there is one. It is shown, and nothing here
/// goes there.
///
/// # Errors
/// It is no such address.
pub fn check_website(typed: &str) -> Result<Option<String>, RegistrationError> {
    let website = typed.trim();
    if website.is_empty() {
        return Ok(None);
    }
    let url = Url::parse(website)
        .ok()
        .filter(|url| matches!(url.scheme(), "https" | "http") && url.has_host())
        .filter(|_| website.len() <= LONGEST_WEBSITE)
        .ok_or(RegistrationError::Website)?;
    if url.username().is_empty() && url.password().is_none() {
        Ok(Some(url.to_string()))
    } else {
        Err(RegistrationError::WebsiteUser)
    }
}

/// Redirect URIs, each once; one at least, where one is `needed`.
///
/// # Errors
/// One can't be registered; there are too many, or none where one is needed.
pub fn check_redirect_uris(
    typed: &[&str],
    needed: bool,
) -> Result<Vec<RedirectUri>, RegistrationError> {
    let mut redirect_uris: Vec<RedirectUri> = Vec::new();
    for uri in typed
        .iter()
        .map(|uri| uri.trim())
        .filter(|uri| !uri.is_empty())
    {
        let redirect_uri =
            RedirectUri::for_registration(uri).map_err(|error| RegistrationError::RedirectUri {
                uri: uri.to_owned(),
                error,
            })?;
        if !redirect_uris.contains(&redirect_uri) {
            redirect_uris.push(redirect_uri);
        }
    }
    match redirect_uris.len() {
        0 if needed => Err(RegistrationError::RedirectUriMissing),
        0..=MOST_REDIRECT_URIS => Ok(redirect_uris),
        _ => Err(RegistrationError::TooManyRedirectUris),
    }
}

/// What a client may ask for, of what is `declared`.
///
/// # Errors
/// It is nothing, or there is no such scope.
pub fn check_scope(declared: &Scope, typed: &[&str]) -> Result<Scope, RegistrationError> {
    let mut scope = Scope::default();
    for words in typed {
        scope = scope.union(&Scope::parse(words.trim())?);
    }
    if scope.is_empty() {
        return Err(RegistrationError::ScopeMissing);
    }
    match scope.first_not_in(declared) {
        Some(word) => Err(RegistrationError::ScopeUnknown {
            word: word.to_owned(),
            known: declared.to_string().replace(' ', ", "),
        }),
        None => Ok(scope),
    }
}

/// What a client does not work without, of all that it may ask for. It can be
/// nothing.
///
/// # Errors
/// Something else is named.
pub fn check_required_scope(scope: &Scope, typed: &[&str]) -> Result<Scope, RegistrationError> {
    let mut required = Scope::default();
    for words in typed {
        required = required.union(&Scope::parse(words.trim())?);
    }
    match required.first_not_in(scope) {
        Some(word) => Err(RegistrationError::RequiredScopeNotAskedFor(word.to_owned())),
        None => Ok(required),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_line_for_people() {
        assert_eq!(check_name("  Photo Desk ").as_deref(), Ok("Photo Desk"));
        assert_eq!(check_name(" "), Err(RegistrationError::NameMissing));
        assert_eq!(check_name("a\nb"), Err(RegistrationError::Name));
        assert_eq!(check_name("a\u{202e}b"), Err(RegistrationError::Name));
        assert!(check_name("\u{5d0}\u{5d1} \u{1f468}\u{200d}\u{1f33e}").is_ok());
        assert_eq!(check_name(&"é".repeat(101)), Err(RegistrationError::Name));
        assert!(check_name(&"é".repeat(100)).is_ok());
    }

    #[test]
    fn a_website_is_http() {
        assert_eq!(check_website(""), Ok(None));
        assert_eq!(
            check_website("https://example.org"),
            Ok(Some("https://example.org/".to_owned()))
        );
        for bad in ["javascript:alert(1)", "example.org", "data:text/html,x"] {
            assert_eq!(check_website(bad), Err(RegistrationError::Website), "{bad}");
        }
        for user in ["https://bank.example@evil.example", "https://:pw@x.example"] {
            let refused = Err(RegistrationError::WebsiteUser);
            assert_eq!(check_website(user), refused, "{user}");
        }
    }

    #[test]
    fn redirect_uris_are_read_one_by_one() {
        let check = |typed: &[&str]| check_redirect_uris(typed, true);
        let read = check(&["https://a.example/cb ", "", "https://a.example/cb"]);
        assert_eq!(read.unwrap().len(), 1);
        assert_eq!(
            check(&["", " "]),
            Err(RegistrationError::RedirectUriMissing)
        );
        assert_eq!(check_redirect_uris(&[""], false), Ok(Vec::new()));
        assert!(matches!(
            check(&["https://a.example/cb", "http://a.example/cb"]),
            Err(RegistrationError::RedirectUri { .. })
        ));
    }

    #[test]
    fn only_declared_scopes_are_registered() {
        let declared = Scope::parse("profile media:read").unwrap();
        let scope = check_scope(&declared, &["profile media:read", "profile"]).unwrap();
        assert_eq!(scope.to_string(), "profile media:read");
        assert_eq!(
            check_scope(&declared, &["admin"]).unwrap_err().to_string(),
            "there is no scope admin; there are: profile, media:read"
        );
        assert_eq!(
            check_scope(&declared, &[]),
            Err(RegistrationError::ScopeMissing)
        );
    }

    #[test]
    fn only_what_is_asked_for_can_be_needed() {
        let scope = Scope::parse("profile media:read").unwrap();
        let check = |typed: &[&str]| check_required_scope(&scope, typed);
        assert_eq!(check(&[]), Ok(Scope::default()));
        assert_eq!(check(&[""]), Ok(Scope::default()));
        assert_eq!(
            check(&["media:read", "profile"]).unwrap().words().count(),
            2
        );
        assert_eq!(
            check(&["media:read email"]).unwrap_err().to_string(),
            "it can't need email, which it may not ask for"
        );
        assert!(matches!(
            check(&["a\"b"]),
            Err(RegistrationError::ScopeSyntax(_))
        ));
    }
}
