//! The form of an application: what was typed into it, and what is wrong with
//! that.

use hob_plugin_sdk::{PluginError, Request, Words, http::Fields};

use super::worded::{ScopeWords, registration_problem};

use crate::{
    OAuth,
    grants::GrantTypes,
    models::{Client, ClientChanges},
    pages::{ClientFields, Field, OfferedScope},
    registration::{self, Problems, RegistrationError, Typed},
};

/// What was typed into the form, or stands in it to begin with.
#[derive(Default)]
pub struct TypedForm {
    pub name: String,
    pub website: String,
    /// One on a line.
    pub redirect_uris: String,
    pub scope: Vec<String>,
    pub required_scope: Vec<String>,
    pub public: bool,
}

impl TypedForm {
    pub fn read(request: &Request) -> Result<Self, PluginError> {
        let fields: Fields = request
            .form()
            .map_err(|error| PluginError::new(format!("the form can't be read: {error}")))?;
        let text = |name| fields.first(name).unwrap_or_default().to_owned();
        let all = |name| fields.all(name).map(ToOwned::to_owned).collect();
        Ok(Self {
            name: text("name"),
            website: text("website"),
            redirect_uris: text("redirect_uris"),
            scope: all("scope"),
            required_scope: all("required_scope"),
            public: fields.first("kind") == Some("public"),
        })
    }

    pub fn of(client: &Client) -> Self {
        let redirect_uris: Vec<&str> = client
            .redirect_uris
            .0
            .iter()
            .map(|uri| uri.as_str())
            .collect();
        Self {
            name: client.name.clone(),
            website: client.website.clone().unwrap_or_default(),
            redirect_uris: redirect_uris.join("\n"),
            scope: client.scope.words().map(ToOwned::to_owned).collect(),
            required_scope: client
                .required_scope
                .words()
                .map(ToOwned::to_owned)
                .collect(),
            public: client.is_public(),
        }
    }

    pub fn check(
        &self,
        oauth: &OAuth,
        grant_types: &GrantTypes,
    ) -> Result<ClientChanges, Box<Problems>> {
        let scope: Vec<&str> = self.scope.iter().map(String::as_str).collect();
        let required_scope: Vec<&str> = self.required_scope.iter().map(String::as_str).collect();
        registration::check(
            oauth,
            &Typed {
                name: &self.name,
                website: &self.website,
                redirect_uris: &self.redirect_uris.lines().collect::<Vec<_>>(),
                scope: &scope,
                required_scope: &required_scope,
            },
            grant_types,
        )
    }

    pub fn offered_scopes<'a>(&self, scope_words: &'a ScopeWords) -> Vec<OfferedScope<'a>> {
        scope_words
            .descriptions()
            .iter()
            .map(|description| OfferedScope {
                name: &description.name,
                sentence: &description.sentence,
                checked: self.scope.contains(&description.name),
                required: self.required_scope.contains(&description.name),
            })
            .collect()
    }
}

/// The problems as sentences, for the form.
pub struct Sentences {
    words: Words,
    /// Of the whole, where no field is to blame.
    whole: Option<String>,
    name: Option<String>,
    website: Option<String>,
    redirect_uris: Option<String>,
    scope: Option<String>,
    required_scope: Option<String>,
}

impl Sentences {
    /// There is no problem.
    pub fn none(words: Words) -> Self {
        Self::of(words, &Problems::default())
    }

    /// All that was typed is right, and yet it is refused: why.
    pub fn of_whole(words: Words, why: &str) -> Self {
        Self {
            whole: Some(why.to_owned()),
            ..Self::none(words)
        }
    }

    pub fn of(words: Words, problems: &Problems) -> Self {
        let sentence = |problem: &Option<RegistrationError>| {
            let problem = problem.as_ref()?;
            Some(registration_problem(words, problem))
        };
        Self {
            words,
            whole: None,
            name: sentence(&problems.name),
            website: sentence(&problems.website),
            redirect_uris: sentence(&problems.redirect_uris),
            scope: sentence(&problems.scope),
            required_scope: sentence(&problems.required_scope),
        }
    }

    pub fn any(&self) -> Option<String> {
        if self.whole.is_some() {
            return self.whole.clone();
        }
        let parts = [
            &self.name,
            &self.website,
            &self.redirect_uris,
            &self.scope,
            &self.required_scope,
        ];
        parts
            .iter()
            .any(|part| part.is_some())
            .then(|| self.words.say("problem-form").to_string())
    }

    pub fn fields<'a>(
        &'a self,
        form: &'a TypedForm,
        scopes: &'a [OfferedScope<'a>],
    ) -> ClientFields<'a> {
        ClientFields {
            name: Field {
                value: &form.name,
                error: self.name.as_deref(),
            },
            website: Field {
                value: &form.website,
                error: self.website.as_deref(),
            },
            redirect_uris: Field {
                value: &form.redirect_uris,
                error: self.redirect_uris.as_deref(),
            },
            scopes,
            scopes_error: self.scope.as_deref(),
            required_scopes_error: self.required_scope.as_deref(),
        }
    }
}
