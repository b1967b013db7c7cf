//! The pages that are this plugin's alone: what each template needs, as plain
//! data. Those that ask a member are shared (`hob_authorization::pages`).

use askama::Template;
use hob_authorization::{
    admin::Administered,
    pages::{ClientFields, Moment},
};
use hob_plugin_sdk::Words;

/// An application in its owner's list.
pub struct ClientRow<'a> {
    pub url: &'a str,
    pub name: &'a str,
    pub consumer_key: &'a str,
    pub registered: Moment<'a>,
    pub suspended: bool,
}

/// The applications that a member registered.
#[derive(Template)]
#[template(path = "clients.html")]
pub struct ClientsPage<'a> {
    pub words: Words,
    pub site_name: &'a str,
    pub new_url: &'a str,
    /// Why this member can register no further one.
    pub obstacle: Option<&'a str>,
    pub clients: &'a [ClientRow<'a>],
}

/// The form that registers an application; after a mistake, with what was typed.
#[derive(Template)]
#[template(path = "client_new.html")]
pub struct ClientNewPage<'a> {
    pub words: Words,
    pub csrf: &'a str,
    pub action: &'a str,
    pub clients_url: &'a str,
    pub problem: Option<&'a str>,
    pub client: ClientFields<'a>,
}

/// Credentials, shown once.
#[derive(Template)]
#[template(path = "client_secret.html")]
pub struct ClientSecretPage<'a> {
    pub words: Words,
    pub site_name: &'a str,
    pub name: &'a str,
    /// It was registered now; else it has another secret now.
    pub is_new: bool,
    pub consumer_key: &'a str,
    pub consumer_secret: &'a str,
    pub addresses: &'a [String],
    pub client_url: &'a str,
}

/// An application, for its owner.
#[derive(Template)]
#[template(path = "client.html")]
pub struct ClientPage<'a> {
    pub words: Words,
    pub csrf: &'a str,
    pub clients_url: &'a str,
    pub save_url: &'a str,
    pub rotate_url: &'a str,
    pub delete_url: &'a str,
    /// The name as stored, whatever stands in the field.
    pub name: &'a str,
    pub consumer_key: &'a str,
    pub registered: Moment<'a>,
    pub suspended: bool,
    pub addresses: &'a [String],
    pub problem: Option<&'a str>,
    pub client: ClientFields<'a>,
}

/// An application, for administrators.
#[derive(Template)]
#[template(path = "admin_client.html")]
pub struct AdminClientPage<'a> {
    pub words: Words,
    pub csrf: &'a str,
    pub client: Administered<'a>,
    pub consumer_key: &'a str,
    /// The message of what it proves itself by.
    pub credential: &'static str,
    /// By which it can sign here.
    pub methods: Vec<&'static str>,
    pub callbacks: Vec<&'a str>,
    /// It does not sign by a key.
    pub may_have_secret: bool,
    /// Why there is no new secret.
    pub secret_problem: Option<&'a str>,
}
