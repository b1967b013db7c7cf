//! What administrators see and do. Nobody else gets here: the host sees to it,
//! by the routes' `authentication = "administrator"`.

pub mod client;
pub mod clients;
pub mod initial_tokens;
pub mod moved;
pub mod policy;

use hob_plugin_sdk::{PluginError, Request, Response, Words, http::Fields};

use crate::{
    OAuth,
    act::Act,
    grants::password,
    models::{Client, Registrar},
    pages::Remark,
};

/// What the administrator does in this request.
fn act(oauth: &OAuth, request: &Request) -> Result<Act, PluginError> {
    Ok(Act::of_member(
        oauth.host(),
        super::member(request)?,
        request,
    ))
}

fn form(request: &Request) -> Result<Fields, PluginError> {
    request
        .form()
        .map_err(|error| PluginError::new(format!("the form can't be read: {error}")))
}

fn clients_path(oauth: &OAuth) -> String {
    oauth.own_path("/admin/clients")
}

fn client_path(oauth: &OAuth, client_id: &str) -> String {
    oauth.own_path(&format!("/admin/clients/{client_id}"))
}

fn policy_path(oauth: &OAuth) -> String {
    oauth.own_path("/admin/policy")
}

/// To a page that says what was done.
fn done(path: &str, what: &str) -> Response {
    Response::redirect(format!("{path}?done={what}"))
}

/// What is worth seeing of an application at a glance, the worst first.
fn remarks(words: Words, client: &Client) -> Vec<Remark> {
    let remark = |id, severe| Remark {
        text: words.say(id).to_string(),
        severe,
    };
    let mut remarks = Vec::new();
    if client.is_suspended() {
        remarks.push(remark("suspended", true));
    }
    if client.may_use(&password::GRANT) {
        remarks.push(remark("admin-remark-password", true));
    }
    if client.legacy_query {
        remarks.push(remark("admin-remark-legacy", true));
    }
    if !client.is_verified() {
        remarks.push(remark("unverified", false));
    }
    if client.introspects {
        remarks.push(remark("admin-remark-introspects", false));
    }
    remarks
}

/// Who registered it. A member who is gone has no name.
fn registrar(words: Words, client: &Client, username: Option<&str>) -> String {
    match (client.registrar(), username) {
        (Registrar::Operator, _) => words.say("admin-by-operator"),
        (Registrar::Member(_), Some(username)) => {
            words.say("admin-by-member").with("username", username)
        }
        (Registrar::Member(id), None) => words.say("admin-by-former-member").with("id", id),
        (Registrar::Itself, _) => words.say("admin-by-itself"),
    }
    .to_string()
}
