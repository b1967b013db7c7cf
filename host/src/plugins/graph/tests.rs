use hob_plugin_manifest::Manifest;

use super::*;

/// Enabled plugins, in `hob.toml` at 3:1, 3:2, ….
fn check(enabled: &[&str], disabled: &[&str], core: &Core<'_>) -> Result<Vec<String>, String> {
    let parse = |text: &&str| Manifest::parse(&format!("title = \"t\"\n{text}")).unwrap();
    let enabled: Vec<_> = enabled.iter().map(parse).collect();
    let disabled: Vec<_> = disabled.iter().map(parse).collect();
    let nodes: Vec<_> = enabled
        .iter()
        .enumerate()
        .map(|(index, manifest)| Node {
            manifest,
            prefix: &manifest.prefix,
            host: None,
            place: Place::new("hob.toml", 3, index + 1),
        })
        .collect();
    start_order(&nodes, &disabled.iter().collect::<Vec<_>>(), core)
        .map(|order| order.iter().map(|&i| enabled[i].id.clone()).collect())
        .map_err(|errors| errors.to_string())
}

fn refused(enabled: &[&str], disabled: &[&str]) -> String {
    check(enabled, disabled, &Core::default()).unwrap_err()
}

const API: &str = "id = \"api\"\nrequires = { \"hob.auth.token_verifier\" = 1 }";
const OAUTH: &str = "id = \"oauth\"\noffers = { \"hob.auth.token_verifier\" = 1 }";

#[test]
fn a_missing_service_names_the_installed_plugin_that_offers_it() {
    assert_eq!(
        refused(&[API], &[OAUTH]),
        "error: plugin api needs the service hob.auth.token_verifier v1, and no enabled plugin \
         offers it\n\
         \x20 --> hob.toml:3:1\n\
         \x20 fix: enable oauth, which is installed and offers it"
    );
}

#[test]
fn a_missing_service_that_no_installed_plugin_offers() {
    assert_eq!(
        refused(&[API], &[]),
        "error: plugin api needs the service hob.auth.token_verifier v1, and no enabled plugin \
         offers it\n\
         \x20 --> hob.toml:3:1\n\
         \x20 fix: install a plugin that offers it and enable it, or remove api from `enabled`"
    );
}

#[test]
fn a_plugin_does_not_serve_itself() {
    let both = "id = \"x\"\noffers = { s = 1 }\nrequires = { s = 1 }";
    assert!(refused(&[both], &[]).starts_with("error: plugin x needs the service s v1"));
}

#[test]
fn a_service_of_another_version() {
    let newer = "id = \"oauth\"\noffers = { \"hob.auth.token_verifier\" = 2 }";
    assert_eq!(
        refused(&[newer, API], &[]),
        "error: plugin api needs the service hob.auth.token_verifier v1, and oauth offers v2\n\
         \x20 --> hob.toml:3:2\n\
         \x20 fix: install a build of oauth that offers v1, or one of api that needs v2"
    );
}

#[test]
fn a_service_of_the_host_is_there() {
    let core = Core {
        services: &[("hob.auth.token_verifier", 1)],
        ..Core::default()
    };
    assert_eq!(check(&[API], &[], &core), Ok(vec!["api".into()]));
}

#[test]
fn an_optional_service_may_be_absent_and_else_comes_first() {
    let optional = "id = \"a\"\noptional = { s = 1 }";
    let provider = "id = \"b\"\noffers = { s = 1 }";
    let core = Core::default();
    assert_eq!(check(&[optional], &[], &core), Ok(vec!["a".into()]));
    assert_eq!(
        check(&[optional, provider], &[], &core),
        Ok(vec!["b".into(), "a".into()])
    );
}

#[test]
fn providers_start_first_and_else_the_operators_order_holds() {
    let core = Core::default();
    let other = "id = \"zebra\"";
    assert_eq!(
        check(&[other, API, OAUTH], &[], &core),
        Ok(vec!["zebra".into(), "oauth".into(), "api".into()])
    );
    let basic = "id = \"basic\"\noffers = { \"hob.auth.token_verifier\" = 1 }";
    assert_eq!(
        check(&[API, basic, OAUTH], &[], &core),
        Ok(vec!["basic".into(), "oauth".into(), "api".into()])
    );
}

#[test]
fn a_cycle() {
    let a = "id = \"a\"\noffers = { sa = 1 }\nrequires = { sb = 1 }";
    let b = "id = \"b\"\noffers = { sb = 1 }\nrequires = { sa = 1 }";
    let c = "id = \"c\"\nrequires = { sa = 1 }";
    assert_eq!(
        refused(&[c, a, b], &[]),
        "error: plugins a, b need each other, and none can start first: a needs sb v1 of b, b \
         needs sa v1 of a\n\
         \x20 --> hob.toml:3:2\n\
         \x20 --> hob.toml:3:3\n\
         \x20 fix: disable one of them"
    );
}

#[test]
fn a_cycle_through_something_optional_or_a_second_provider_is_none() {
    let a = "id = \"a\"\noffers = { sa = 1 }\noptional = { sb = 1 }";
    let b = "id = \"b\"\noffers = { sb = 1 }\nrequires = { sa = 1 }";
    let core = Core::default();
    assert_eq!(check(&[b, a], &[], &core), Ok(vec!["a".into(), "b".into()]));
    let second = "id = \"second\"\noffers = { \"hob.auth.token_verifier\" = 1 }\n\
                  requires = { \"x.api\" = 1 }";
    let api = "id = \"api\"\noffers = { \"x.api\" = 1 }\n\
               requires = { \"hob.auth.token_verifier\" = 1 }";
    assert_eq!(
        check(&[second, api, OAUTH], &[], &core),
        Ok(vec!["oauth".into(), "api".into(), "second".into()])
    );
}

#[test]
fn one_route() {
    let a = "id = \"a\"\nprefix = \"/p\"\n[[route]]\nroute = \"GET /x/{id}\"";
    let b = "id = \"b\"\n[[route]]\nroute = \"GET /p/x/{name}\"";
    assert_eq!(
        refused(&[a, b], &[]),
        "error: plugins a and b both claim the route GET /p/x/{name}\n\
         \x20 --> hob.toml:3:1\n\
         \x20 --> hob.toml:3:2\n\
         \x20 fix: move the routes of b with `prefix` in [plugin.b], or disable it"
    );
    let post = b.replace("GET", "POST") + "\nbody = \"buffered\"";
    assert!(check(&[a, &post], &[], &Core::default()).is_ok());
}

#[test]
fn one_event() {
    let a = "id = \"a\"\nraises = { \"x.done\" = 1 }";
    let b = "id = \"b\"\nraises = { \"x.done\" = 2 }";
    assert_eq!(
        refused(&[a, b], &[]),
        "error: plugins a and b both claim the event x.done\n\
         \x20 --> hob.toml:3:1\n\
         \x20 --> hob.toml:3:2\n\
         \x20 fix: disable b; its author must choose another name"
    );
    let core = Core {
        events: &[("x.done", 1)],
        ..Core::default()
    };
    let of_core = check(&[a], &[], &core).unwrap_err();
    assert!(
        of_core.contains("claims the event x.done, which is Hob's own"),
        "{of_core}"
    );
    // To hear of it is no claim.
    let hears = "id = \"b\"\nsubscribes = { \"x.done\" = 1 }";
    assert!(check(&[a, hears], &[], &Core::default()).is_ok());
}

#[test]
fn one_route_on_two_hosts_is_none() {
    let manifest = |text: &str| Manifest::parse(&format!("title = \"t\"\n{text}")).unwrap();
    let a = manifest("id = \"a\"\n[[route]]\nroute = \"GET /x\"");
    let b = manifest("id = \"b\"\n[[route]]\nroute = \"GET /x\"");
    let core = Core {
        routes: &[("GET", "/login")],
        ..Core::default()
    };
    let refused = |hosts: [Option<&str>; 2]| {
        let nodes = [(&a, hosts[0]), (&b, hosts[1])].map(|(manifest, host)| Node {
            manifest,
            prefix: &manifest.prefix,
            host,
            place: Place::new("hob.toml", 3, 1),
        });
        start_order(&nodes, &[], &core)
            .err()
            .map(|errors| errors.to_string())
    };
    assert_eq!(refused([Some("auth.example"), None]), None);
    assert_eq!(refused([Some("auth.example"), Some("api.example")]), None);
    let both = refused([Some("auth.example"); 2]).unwrap_or_default();
    let told = "plugins a and b both claim the route GET /x on auth.example";
    assert!(both.contains(told), "{both}");

    // The site's own pages are on each.
    let page = manifest("id = \"c\"\n[[route]]\nroute = \"GET /login\"");
    let node = Node {
        manifest: &page,
        prefix: "",
        host: Some("auth.example"),
        place: Place::new("hob.toml", 3, 1),
    };
    let told = start_order(&[node], &[], &core).unwrap_err().to_string();
    let expected = "claims the route GET /login on auth.example, which is Hob's own";
    assert!(told.contains(expected), "{told}");
}

#[test]
fn paths_of_which_an_address_fits_two() {
    let a = "id = \"a\"\nprefix = \"/p\"\n[[route]]\nroute = \"GET /x/{id}\"";
    let b = "id = \"b\"\n[[route]]\nroute = \"POST /p/x/{*rest}\"\nbody = \"buffered\"";
    assert_eq!(
        refused(&[a, b], &[]),
        "error: the path /p/x/{*rest} of plugin b can't stand beside /p/x/{id} of plugin a: some \
         addresses fit both\n\
         \x20 --> hob.toml:3:1\n\
         \x20 --> hob.toml:3:2\n\
         \x20 fix: move the routes of b with `prefix` in [plugin.b], or disable it"
    );
    let core = Core {
        routes: &[("GET", "/p/x/{id}")],
        ..Core::default()
    };
    assert_eq!(
        check(&[b], &[], &core).unwrap_err(),
        "error: the path /p/x/{*rest} of plugin b can't stand beside /p/x/{id} of Hob's own: some \
         addresses fit both\n\
         \x20 --> hob.toml:3:1\n\
         \x20 fix: move the routes of b with `prefix` in [plugin.b], or disable it"
    );
    let own = format!("{a}\n[[route]]\nroute = \"GET /x/{{*rest}}\"");
    assert!(refused(&[&own], &[]).contains("can't stand beside /p/x/{id} of its own"));
    let precise = "id = \"b\"\n[[route]]\nroute = \"GET /p/x/new\"\n[[route]]\n\
                   route = \"GET /p/x/{id}/{*rest}\"";
    assert!(check(&[a, precise], &[], &Core::default()).is_ok());
}

#[test]
fn one_alias() {
    let a = "id = \"a\"\nprefix = \"/p\"\n[[route]]\nroute = \"GET /x\"\naliases = [\"/y\"]";
    let b = "id = \"b\"\n[[route]]\nroute = \"GET /p/y\"\nroot = true";
    assert_eq!(
        refused(&[a, b], &[]),
        "error: plugins a and b both claim the route GET /p/y\n\
         \x20 --> hob.toml:3:1\n\
         \x20 --> hob.toml:3:2\n\
         \x20 fix: move the routes of b with `prefix` in [plugin.b], or disable it"
    );
}

#[test]
fn many_routes_are_one_error() {
    let routes = "[[route]]\nroute = \"GET /x\"\n[[route]]\nroute = \"GET\u{20}/y\"";
    let (a, b) = (
        format!("id = \"a\"\n{routes}"),
        format!("id = \"b\"\n{routes}"),
    );
    assert_eq!(
        refused(&[&a, &b], &[]).lines().next(),
        Some("error: plugins a and b both claim the route GET /x, and 1 more")
    );
}

#[test]
fn a_route_of_the_host() {
    let a = "id = \"a\"\n[[route]]\nroute = \"GET /login\"";
    let core = Core {
        routes: &[("GET", "/login")],
        ..Core::default()
    };
    assert_eq!(
        check(&[a], &[], &core).unwrap_err(),
        "error: plugin a claims the route GET /login, which is Hob's own\n\
         \x20 --> hob.toml:3:1\n\
         \x20 fix: move the routes of a with `prefix` in [plugin.a], or disable it"
    );
}

#[test]
fn one_table_prefix() {
    let a = "id = \"a\"\ntables = \"oauth_\"";
    let b = "id = \"b\"\ntables = \"oauth_extra_\"";
    assert_eq!(
        refused(&[a, b], &[]),
        "error: plugins a and b both claim the tables `oauth_extra_…`\n\
         \x20 --> hob.toml:3:1\n\
         \x20 --> hob.toml:3:2\n\
         \x20 fix: disable b; its author must choose another name"
    );
    let core = Core {
        tables: &["media_"],
        ..Core::default()
    };
    assert_eq!(
        check(&["id = \"a\"\ntables = \"media_\""], &[], &core).unwrap_err(),
        "error: plugin a claims the tables `media_…`, which are Hob's own\n\
         \x20 --> hob.toml:3:1\n\
         \x20 fix: disable a; its author must choose another name"
    );
    let none = ["id = \"a\"", "id = \"b\""];
    assert!(check(&none, &[], &core).is_ok());
}

#[test]
fn one_scope() {
    let scope = "[[scope]]\nname = \"profile\"\nsentence = \"s\"";
    let (a, b) = (
        format!("id = \"a\"\n{scope}"),
        format!("id = \"b\"\n{scope}"),
    );
    assert_eq!(
        refused(&[&a, &b], &[]),
        "error: plugins a and b both claim the scope `profile`\n\
         \x20 --> hob.toml:3:1\n\
         \x20 --> hob.toml:3:2\n\
         \x20 fix: disable b; its author must choose another name"
    );
}

#[test]
fn one_command() {
    let core = Core {
        commands: &["serve", "user"],
        ..Core::default()
    };
    assert_eq!(
        check(&["id = \"user\""], &[], &core).unwrap_err(),
        "error: plugin user claims the command `hob user`, which is Hob's own\n\
         \x20 --> hob.toml:3:1\n\
         \x20 fix: disable user; its author must choose another id"
    );
}
