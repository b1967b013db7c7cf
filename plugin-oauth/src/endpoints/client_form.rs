//! The form of an application, in the terms of OAuth 2: what is typed is the same
//! whatever the protocol (`hob_authorization::client_form`).

use hob_authorization::client_form;
pub use hob_authorization::client_form::{Sentences, TypedForm};

use crate::{
    OAuth,
    grants::GrantTypes,
    models::{Client, ClientChanges},
    registration::{self, Problems},
};

/// What stands in the form of this application.
pub fn form_of(client: &Client) -> TypedForm {
    client_form::TypedForm {
        public: client.is_public(),
        ..client_form::TypedForm::of(
            &client.name,
            client.website.as_deref(),
            &client.redirect_uris.0,
            &client.scope,
            &client.required_scope,
        )
    }
}

/// Checks what was typed, for an application of these grants.
///
/// # Errors
/// All that is wrong.
pub fn check(
    form: &TypedForm,
    oauth: &OAuth,
    grant_types: &GrantTypes,
) -> Result<ClientChanges, Box<Problems>> {
    let needed = registration::redirects(grant_types);
    let checked = form.check(oauth.declared_scope(), needed)?;
    Ok(registration::changes(checked))
}
