//! The form of an application: what was typed into it, and what is wrong with
//! that.

use hob_plugin_sdk::{PluginError, Request, Words, http::Fields};

use crate::{
    pages::{ClientFields, Field, OfferedScope},
    problem_words::registration_problem,
    redirect_uri::RedirectUri,
    registration::{self, Checked, Problems, RegistrationError, Typed},
    scope::Scope,
    scope_words::ScopeWords,
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
    /// What was typed.
    ///
    /// # Errors
    /// The form can't be read.
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

    /// What stands in it of an application that is there.
    pub fn of(
        name: &str,
        website: Option<&str>,
        redirect_uris: &[RedirectUri],
        scope: &Scope,
        required_scope: &Scope,
    ) -> Self {
        let redirect_uris: Vec<&str> = redirect_uris.iter().map(RedirectUri::as_str).collect();
        Self {
            name: name.to_owned(),
            website: website.unwrap_or_default().to_owned(),
            redirect_uris: redirect_uris.join("\n"),
            scope: scope.words().map(ToOwned::to_owned).collect(),
            required_scope: required_scope.words().map(ToOwned::to_owned).collect(),
            public: false,
        }
    }

    /// With all scopes ticked, for one that is to be registered.
    pub fn to_begin_with(declared: &Scope) -> Self {
        Self {
            scope: declared.words().map(ToOwned::to_owned).collect(),
            ..Self::default()
        }
    }

    /// Checks what was typed, of what scopes are `declared`; with a redirect
    /// URI, where one is `needed`.
    ///
    /// # Errors
    /// All that is wrong.
    pub fn check(&self, declared: &Scope, needed: bool) -> Result<Checked, Box<Problems>> {
        let scope: Vec<&str> = self.scope.iter().map(String::as_str).collect();
        let required_scope: Vec<&str> = self.required_scope.iter().map(String::as_str).collect();
        registration::check(
            declared,
            &Typed {
                name: &self.name,
                website: &self.website,
                redirect_uris: &self.redirect_uris.lines().collect::<Vec<_>>(),
                scope: &scope,
                required_scope: &required_scope,
            },
            needed,
        )
    }

    /// All scopes that there are, with what is ticked.
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

    /// What is wrong, field by field.
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

    /// What is said above the form, if anything is wrong.
    #[must_use]
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

    /// The fields of the form, with what is wrong beside each.
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
            redirect_uri_needed: true,
            scopes,
            scopes_error: self.scope.as_deref(),
            required_scopes_error: self.required_scope.as_deref(),
        }
    }
}
