//! What administrators see and do. Nobody else gets here: the host sees to it,
//! by the routes' `authentication = "administrator"`.

pub mod client;
pub mod clients;
pub mod initial_tokens;
pub mod moved;
pub mod policy;

use hob_authorization::admin::{Registered, Remark};
use hob_plugin_sdk::Words;

use crate::{
    OAuth,
    grants::password,
    models::{Client, Registrar},
};

fn clients_path(oauth: &OAuth) -> String {
    oauth.own_path("/admin/clients")
}

fn client_path(oauth: &OAuth, client_id: &str) -> String {
    oauth.own_path(&format!("/admin/clients/{client_id}"))
}

fn policy_path(oauth: &OAuth) -> String {
    oauth.own_path("/admin/policy")
}

/// What is worth seeing of an application at a glance, the worst first.
fn remarks(words: Words, client: &Client) -> Vec<Remark> {
    let mut remarks = Vec::new();
    if client.is_suspended() {
        remarks.push(Remark::severe(words, "suspended"));
    }
    if client.may_use(&password::GRANT) {
        remarks.push(Remark::severe(words, "admin-remark-password"));
    }
    if client.legacy_query {
        remarks.push(Remark::severe(words, "admin-remark-legacy"));
    }
    if !client.is_verified() {
        remarks.push(Remark::mild(words, "unverified"));
    }
    if client.introspects {
        remarks.push(Remark::mild(words, "admin-remark-introspects"));
    }
    remarks
}

/// Who registered it. A member who is gone has no name.
fn registrar(words: Words, client: &Client, username: Option<&str>) -> String {
    match client.registrar() {
        Registrar::Operator => Registered::ByOperator,
        Registrar::Member(id) => Registered::ByMember(id, username),
        Registrar::Itself => Registered::ByItself,
    }
    .in_words(words)
}
