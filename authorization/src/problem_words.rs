//! What is said on a page of what is wrong with what was typed. The errors
//! themselves speak English, for the command line and for programs.

use hob_plugin_sdk::Words;

use crate::{
    redirect_uri::{self, RedirectUriError},
    registration::{self, RegistrationError},
};

/// What is wrong with a field of an application's form.
pub fn registration_problem(words: Words, error: &RegistrationError) -> String {
    let said = match error {
        RegistrationError::NameMissing => words.say("problem-name-missing"),
        RegistrationError::Name => words
            .say("problem-name")
            .with("most", registration::LONGEST_NAME),
        RegistrationError::Website => words
            .say("problem-website")
            .with("most", registration::LONGEST_WEBSITE),
        RegistrationError::WebsiteUser => words.say("problem-website-user"),
        RegistrationError::RedirectUriMissing => words.say("problem-redirect-uri-missing"),
        RegistrationError::TooManyRedirectUris => words
            .say("problem-redirect-uris")
            .with("most", registration::MOST_REDIRECT_URIS),
        RegistrationError::RedirectUri { uri, error } => words
            .say("problem-redirect-uri")
            .with("uri", uri)
            .with("problem", redirect_uri_problem(words, *error)),
        RegistrationError::ScopeMissing => words.say("problem-scope-missing"),
        RegistrationError::ScopeSyntax(_) => words.say("problem-scope"),
        RegistrationError::ScopeUnknown { word, known } => words
            .say("problem-scope-unknown")
            .with("scope", word)
            .with("known", known),
        RegistrationError::RequiredScopeNotAskedFor(word) => {
            words.say("problem-scope-required").with("scope", word)
        }
        // No form asks for grants.
        RegistrationError::Grant(problem) => words.say("problem-grant").with("problem", problem),
    };
    said.to_string()
}

fn redirect_uri_problem(words: Words, error: RedirectUriError) -> String {
    let said = match error {
        RedirectUriError::Length => words
            .say("problem-uri-length")
            .with("most", redirect_uri::LONGEST),
        RedirectUriError::Characters => words.say("problem-uri-characters"),
        RedirectUriError::Wildcard => words.say("problem-uri-wildcard"),
        RedirectUriError::Fragment => words.say("problem-uri-fragment"),
        RedirectUriError::DotSegments => words.say("problem-uri-dots"),
        RedirectUriError::NotAbsolute => words.say("problem-uri-relative"),
        RedirectUriError::UserInfo => words.say("problem-uri-user"),
        RedirectUriError::PlainHttp => words.say("problem-uri-http"),
        RedirectUriError::PrivateScheme => words.say("problem-uri-scheme"),
    };
    said.to_string()
}
