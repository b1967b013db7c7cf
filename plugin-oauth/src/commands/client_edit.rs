//! `hob oauth client edit`: changes an application that is registered.

use std::path::Path;

use hob_plugin_sdk::{CommandError, Invocation, Output, db::Json, prelude::*};

use super::{
    named_client, output, refuse_for_public_clients, shown_client::ClientJson, with_warnings,
};
use crate::{
    OAuth,
    act::Act,
    logo::Logo,
    models::{Client, ClientSettings, Registrar},
    registration::{self, RegistrationError},
};

/// What else can be given: all that is not a switch.
const FIELDS: [&str; 6] = [
    "name",
    "website",
    "redirect-uri",
    "scope",
    "required-scope",
    "grant",
];
const SWITCHES: [&str; 4] = [INTROSPECT, REQUIRE_PAR, DPOP_BOUND, LEGACY_QUERY];
const LOGO: &str = "logo";
const NO_LOGO: &str = "no-logo";
const INTROSPECT: &str = "introspect";
const REQUIRE_PAR: &str = "require-pushed-authorization-requests";
const DPOP_BOUND: &str = "dpop-bound-access-tokens";
const LEGACY_QUERY: &str = "legacy-query";

/// `client edit`
pub async fn edit(oauth: Arc<OAuth>, invocation: Invocation) -> Result<Output, CommandError> {
    let client = named_client(&oauth, &invocation).await?;
    let given = |names: &[&str]| names.iter().any(|name| invocation.given(name));
    let changes_settings = given(&FIELDS) || given(&SWITCHES);
    if !changes_settings && !given(&[LOGO, NO_LOGO]) {
        return Err(CommandError::usage(
            "there is nothing to change",
            "see `hob oauth client edit --help` for what there is",
        ));
    }
    let settings = settings(&oauth, &client, &invocation)?;
    let logo = logo(&oauth, &invocation).await?;
    let is_its_own = client.registrar() == Registrar::Itself && is_replaced_by_updates(&settings);
    let (events, act) = (oauth.events(), Act::of_operator(oauth.host(), &invocation));
    let changed = oauth
        .change(move |connection| {
            let mut changed = Some(client.clone());
            if changes_settings {
                changed = client.edit(connection, &settings)?;
            }
            if let (Some(client), Some(logo)) = (&changed, &logo) {
                changed = client.set_logo(connection, logo.as_ref())?;
            }
            if let Some(changed) = &changed {
                events.client_edited(connection, &act, &client, changed)?;
            }
            Ok(changed)
        })
        .await?
        .ok_or_else(|| {
            CommandError::usage(
                "the application changed meanwhile, and nothing was edited",
                "look at it with `hob oauth client show`, and try again",
            )
        })?;
    let mut output = output(&invocation, &ClientJson::new(&changed, None))?;
    if invocation.given("grant") {
        output = with_warnings(output, &changed.grant_types);
    }
    if invocation.value(LEGACY_QUERY) == Some("true") {
        output = output.with_note(
            "Mind: codes, secrets and tokens in addresses end up in logs and histories.\n",
        );
    }
    if is_its_own {
        output = output.with_note(
            "It registered itself, so it can change this again when it updates its registration.\n",
        );
    }
    Ok(output)
}

/// What was given, checked together with what stays.
fn settings(
    oauth: &OAuth,
    client: &Client,
    invocation: &Invocation,
) -> Result<ClientSettings, CommandError> {
    let [introspects, require_par, dpop_bound, legacy_query] =
        SWITCHES.map(|name| switch(invocation, name));
    let mut settings = ClientSettings {
        introspects: introspects?,
        require_pushed_authorization_requests: require_par?,
        dpop_bound_access_tokens: dpop_bound?,
        legacy_query: legacy_query?,
        ..ClientSettings::default()
    };
    refuse_for_public_clients(
        client.kind,
        |flag| invocation.value(flag) == Some("true"),
        "register one that can keep a secret: `hob oauth client add` without --public",
    )?;
    set_fields(oauth, client, invocation, &mut settings)?;
    Ok(settings)
}

fn switch(invocation: &Invocation, name: &str) -> Result<Option<bool>, CommandError> {
    match invocation.value(name) {
        None => Ok(None),
        Some("true") => Ok(Some(true)),
        Some("false") => Ok(Some(false)),
        Some(other) => Err(CommandError::usage(
            format!("--{name}: {other:?} is neither true nor false"),
            format!("write --{name} true or --{name} false"),
        )),
    }
}

/// The logo that it is to have; none within: from now on there is none.
async fn logo(
    oauth: &OAuth,
    invocation: &Invocation,
) -> Result<Option<Option<Logo>>, CommandError> {
    match (invocation.value(LOGO), invocation.given(NO_LOGO)) {
        (None, false) => Ok(None),
        (None, true) => Ok(Some(None)),
        (Some(_), true) => Err(CommandError::usage(
            "--logo gives it a logo, and --no-logo takes it away",
            "leave one of them out; nothing was edited",
        )),
        (Some(file), false) => {
            let made = Logo::of_file(oauth, Path::new(file), "").await;
            made.map(|logo| Some(Some(logo))).map_err(|problem| {
                CommandError::usage(
                    format!("--logo: {file}: {problem}"),
                    "nothing was edited; give a JPEG, PNG, WebP or GIF picture",
                )
            })
        }
    }
}

/// By the rules of registration.
fn set_fields(
    oauth: &OAuth,
    client: &Client,
    invocation: &Invocation,
    settings: &mut ClientSettings,
) -> Result<(), CommandError> {
    let all = |name| -> Vec<&str> { invocation.values(name).iter().map(String::as_str).collect() };
    if let Some(name) = invocation.value("name") {
        settings.name = Some(named("name", registration::check_name(name))?);
    }
    if let Some(website) = invocation.value("website") {
        settings.website = Some(named("website", registration::check_website(website))?);
    }
    if invocation.given("scope") {
        let scope = registration::check_scope(oauth.declared_scope(), &all("scope"));
        settings.scope = Some(named("scope", scope)?);
    }
    let scope = settings.scope.as_ref().unwrap_or(&client.scope);
    if invocation.given("required-scope") {
        let required = registration::check_required_scope(scope, &all("required-scope"));
        settings.required_scope = Some(named("required-scope", required)?);
    } else if settings.scope.is_some() {
        // What it needs may be what it loses.
        let own: Vec<&str> = client.required_scope.words().collect();
        named(
            "required-scope",
            registration::check_required_scope(scope, &own),
        )?;
    }
    if invocation.given("grant") {
        let grants = registration::grant_types(invocation.values("grant"), client.kind);
        settings.grant_types = Some(named("grant", grants)?);
    }
    let grants = settings.grant_types.as_ref().unwrap_or(&client.grant_types);
    if invocation.given("redirect-uri") {
        let uris = registration::check_redirect_uris(&all("redirect-uri"), grants);
        settings.redirect_uris = Some(Json(named("redirect-uri", uris)?));
    } else if settings.grant_types.is_some() {
        // Its new grants may need what it never had.
        let own = client.redirect_uris.0.iter();
        let own: Vec<&str> = own.map(|uri| uri.as_str()).collect();
        named(
            "redirect-uri",
            registration::check_redirect_uris(&own, grants),
        )?;
    }
    Ok(())
}

/// Says which argument a problem is of.
fn named<T>(argument: &str, checked: Result<T, RegistrationError>) -> Result<T, CommandError> {
    checked.map_err(|problem| {
        CommandError::usage(
            format!("--{argument}: {problem}"),
            "nothing was edited; `hob oauth client edit --help` has examples",
        )
    })
}

/// Whether something of it is the client's own to say (RFC 7592, section 2.2).
fn is_replaced_by_updates(settings: &ClientSettings) -> bool {
    settings.name.is_some()
        || settings.website.is_some()
        || settings.redirect_uris.is_some()
        || settings.scope.is_some()
        || settings.required_scope.is_some()
        || settings.grant_types.is_some()
        || settings.require_pushed_authorization_requests.is_some()
        || settings.dpop_bound_access_tokens.is_some()
}
