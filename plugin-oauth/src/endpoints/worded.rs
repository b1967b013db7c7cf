//! What is said on a page of what has a type: where a redirect URI leads, what
//! scopes allow, what is wrong with what was typed.
//!
//! The errors themselves speak English, for the command line and for programs.

use hob_authorization::problem_words::registration_problem;
pub use hob_authorization::scope_words::{ScopeWords, destination};
use hob_plugin_sdk::Words;

use super::member_page::TimeText;
use crate::{
    models::ClientKind,
    personal_token::{self, LifetimeError, LimitError},
    registration::RegistrationError,
    secret_rotation::RotationError,
};

/// Where an application runs.
pub fn client_kind(words: Words, kind: ClientKind) -> String {
    let message = match kind {
        ClientKind::Confidential => "client-kind-server",
        ClientKind::Public => "client-kind-device",
    };
    words.say(message).to_string()
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
