//! What administrators see and do. Nobody else gets here: the host sees to it,
//! by the routes' `authentication = "administrator"`.

pub mod client;
pub mod clients;

use hob_authorization::admin::{Registered, Remark};
use hob_oauth1_signature::SignatureMethod;
use hob_plugin_sdk::Words;

use crate::{
    OAuth1, doctor,
    models::{Consumer, Credential, Registrar},
};

fn clients_path(oauth1: &OAuth1) -> String {
    oauth1.own_path("/admin/clients")
}

fn client_path(oauth1: &OAuth1, consumer_key: &str) -> String {
    oauth1.own_path(&format!("/admin/clients/{consumer_key}"))
}

/// How it can sign here.
fn methods(oauth1: &OAuth1, consumer: &Consumer) -> Vec<SignatureMethod> {
    let empty_secrets_count = oauth1.settings().empty_consumer_secrets;
    let on = oauth1.signature_methods();
    doctor::usable(on, consumer.credential, empty_secrets_count)
}

/// What is worth seeing of an application at a glance, the worst first.
fn remarks(oauth1: &OAuth1, words: Words, consumer: &Consumer) -> Vec<Remark> {
    let signs = !methods(oauth1, consumer).is_empty();
    let mut remarks = Vec::new();
    if consumer.is_suspended() {
        remarks.push(Remark::severe(words, "suspended"));
    }
    if signs && consumer.credential == Credential::None {
        remarks.push(Remark::severe(words, "oauth1-remark-unproven"));
    }
    if !signs {
        remarks.push(Remark::mild(words, "oauth1-remark-mute"));
    }
    if consumer.registrar() != Registrar::Operator {
        remarks.push(Remark::mild(words, "unverified"));
    }
    remarks
}

/// Who registered it. A member who is gone has no name.
fn registrar(words: Words, consumer: &Consumer, username: Option<&str>) -> String {
    match consumer.registrar() {
        Registrar::Operator => Registered::ByOperator,
        Registrar::Member(id) => Registered::ByMember(id, username),
        Registrar::Itself => Registered::ByItself,
    }
    .in_words(words)
}
