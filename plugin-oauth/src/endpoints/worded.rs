//! What is said on a page of what has a type: where a redirect URI leads, what
//! scopes allow, what is wrong with what was typed.
//!
//! The errors themselves speak English, for the command line and for programs.

use std::sync::Arc;

use hob_plugin_sdk::{Request, ScopeDescription, Words};

use super::member_page::TimeText;
use crate::{
    OAuth,
    models::ClientKind,
    pages::{AskedGroup, AskedScope},
    personal_token::{self, LifetimeError, LimitError},
    redirect_uri::{self, RedirectTarget, RedirectUri, RedirectUriError},
    registration::{self, RegistrationError},
    scope::Scope,
    secret_rotation::RotationError,
};

/// Where a redirect URI leads: a host, or a device.
pub fn destination(words: Words, redirect_uri: &RedirectUri) -> String {
    let message = match redirect_uri.target() {
        RedirectTarget::Web => match redirect_uri.web_host() {
            Some(host) => return host,
            None => "destination-unknown",
        },
        RedirectTarget::Loopback => "destination-program",
        RedirectTarget::PrivateScheme => "destination-app",
        RedirectTarget::OutOfBand => "destination-site",
    };
    words.say(message).to_string()
}

/// Where an application runs.
pub fn client_kind(words: Words, kind: ClientKind) -> String {
    let message = match kind {
        ClientKind::Confidential => "client-kind-server",
        ClientKind::Public => "client-kind-device",
    };
    words.say(message).to_string()
}

/// What the scopes of the site allow, in a visitor's words.
pub struct ScopeWords {
    descriptions: Arc<[ScopeDescription]>,
    other: String,
}

impl ScopeWords {
    pub fn of(oauth: &OAuth, request: &Request) -> Self {
        Self {
            descriptions: oauth.host().scopes(request.language()),
            other: request.words().say("consent-group-other").to_string(),
        }
    }

    /// In the order in which they are declared.
    pub fn descriptions(&self) -> &[ScopeDescription] {
        &self.descriptions
    }

    fn find(&self, word: &str) -> Option<&ScopeDescription> {
        self.descriptions
            .iter()
            .find(|description| description.name == word)
    }

    /// What a scope allows. One whose plugin is gone has only its name.
    pub fn sentence<'a>(&'a self, word: &'a str) -> &'a str {
        self.find(word)
            .map_or(word, |description| &description.sentence)
    }

    /// By what they touch, in the order in which that is declared; what is in
    /// no group comes last.
    /// Of those in `required` the page says that there is no choice.
    pub fn grouped<'a>(&'a self, scope: &'a Scope, required: &Scope) -> Vec<AskedGroup<'a>> {
        let mut groups: Vec<AskedGroup<'a>> = Vec::new();
        let mut add = |title: &'a str, scope| {
            match groups.iter_mut().find(|group| group.title == title) {
                Some(group) => group.scopes.push(scope),
                None => groups.push(AskedGroup {
                    title,
                    scopes: vec![scope],
                }),
            };
        };
        let grouped = |description: &&ScopeDescription| description.group_title.is_some();
        let declared = self.descriptions.iter();
        let in_groups = declared.clone().filter(grouped);
        for description in in_groups.chain(declared.filter(|own| !grouped(own))) {
            if scope.contains(&description.name) {
                let title = description.group_title.as_deref().unwrap_or(&self.other);
                add(title, asked(description, required));
            }
        }
        for word in scope.words().filter(|word| self.find(word).is_none()) {
            let unknown = AskedScope {
                name: word,
                sentence: word,
                dangerous: false,
                required: required.contains(word),
            };
            add(&self.other, unknown);
        }
        groups
    }
}

fn asked<'a>(description: &'a ScopeDescription, required: &Scope) -> AskedScope<'a> {
    AskedScope {
        name: &description.name,
        sentence: &description.sentence,
        dangerous: description.dangerous,
        required: required.contains(&description.name),
    }
}

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
        RegistrationError::GrantUnknown(_) | RegistrationError::GrantNotForPublicClients(_) => {
            words
                .say("problem-grant")
                .with("problem", error.to_string())
        }
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

/// Why an application gets no new secret.
pub fn rotation_problem(words: Words, error: RotationError) -> String {
    match error {
        RotationError::Public => words.say("problem-secret-public"),
        RotationError::Keys => words.say("problem-secret-keys"),
        RotationError::TwoLive(None) => words.say("problem-secret-two"),
        RotationError::TwoLive(Some(end)) => words
            .say("problem-secret-two-until")
            .with("day", TimeText::of_end(words, end).text),
    }
    .to_string()
}

/// What is wrong with the form of a personal access token, field by field, and
/// with the whole.
#[derive(Default)]
pub struct TokenProblems {
    pub name: Option<String>,
    pub scope: Option<String>,
    pub lifetime: Option<String>,
    whole: Option<String>,
}

impl TokenProblems {
    /// All that was typed is right, and yet it is refused: why.
    pub fn of_whole(why: &str) -> Self {
        Self {
            whole: Some(why.to_owned()),
            ..Self::default()
        }
    }

    /// What is said above the form.
    pub fn any(&self, words: Words) -> Option<String> {
        let fields = [&self.name, &self.scope, &self.lifetime];
        let in_fields = fields.iter().any(|field| field.is_some());
        let in_fields = in_fields.then(|| words.say("problem-form").to_string());
        self.whole.clone().or(in_fields)
    }
}

pub fn token_problems(words: Words, problems: &personal_token::Problems) -> TokenProblems {
    let sentence = |problem: &RegistrationError| match problem {
        RegistrationError::ScopeMissing => words.say("problem-token-scope-missing").to_string(),
        other => registration_problem(words, other),
    };
    TokenProblems {
        name: problems.name.as_ref().map(sentence),
        scope: problems.scope.as_ref().map(sentence),
        lifetime: problems
            .lifetime
            .as_ref()
            .map(|problem| lifetime_problem(words, problem)),
        whole: problems.whole.map(|problem| limit_problem(words, problem)),
    }
}

fn lifetime_problem(words: Words, error: &LifetimeError) -> String {
    match error {
        LifetimeError::Missing => words.say("problem-token-end-missing"),
        LifetimeError::Past => words.say("problem-token-end-past"),
        LifetimeError::TooLong(longest) => words
            .say("problem-token-end-late")
            .with("days", personal_token::whole_days(*longest)),
    }
    .to_string()
}

fn limit_problem(words: Words, error: LimitError) -> String {
    match error {
        LimitError::TooMany(there) => words.say("problem-tokens-number").with("tokens", there),
        LimitError::PasswordChanged => words.say("problem-password-changed"),
    }
    .to_string()
}
