//! Holds a plugin's `declare` against its manifest: neither may name what the
//! other does not.

use std::{collections::BTreeSet, fmt::Display};

use hob_plugin_manifest::{Manifest, Route};

use crate::{Declaration, declaration::EventHandler};

/// Checks routes, commands, offered services and events in both directions, and
/// answers with the manifest's line for each of the declaration's routes.
///
/// # Errors
/// All differences, each with its fix.
pub(crate) fn check<P>(
    declaration: &Declaration<P>,
    manifest: &'static Manifest,
) -> Result<Vec<&'static Route>, String> {
    let mut problems = Vec::new();
    compare(
        &mut problems,
        "route",
        "handle",
        manifest.routes.iter().map(|route| route.route.as_str()),
        declaration.routes.iter().map(|(route, _)| *route),
    );
    compare(
        &mut problems,
        "command",
        "command",
        manifest.commands.iter().map(|line| line.command.as_str()),
        declaration.commands.iter().map(|(command, _)| *command),
    );
    let service = |id: &str, version: u32| format!("{id} v{version}");
    compare(
        &mut problems,
        "service",
        "offer",
        manifest
            .offers
            .iter()
            .map(|(id, version)| service(id, *version)),
        declaration
            .offers
            .iter()
            .map(|(id, version, _)| service(id, *version)),
    );
    let event = |(name, version): (&String, &u32)| service(name, *version);
    compare(
        &mut problems,
        "raised event",
        "raises",
        manifest.raises.iter().map(event),
        declaration
            .raises
            .iter()
            .map(|raised| service(&raised.name, raised.version)),
    );
    let heard = |inside: bool| {
        declaration
            .subscriptions
            .iter()
            .filter(move |heard| matches!(heard.handler, EventHandler::Inside(_)) == inside)
            .map(|heard| service(heard.name, heard.version))
    };
    compare(
        &mut problems,
        "event heard inside",
        "subscribe",
        manifest.subscribes.iter().map(event),
        heard(true),
    );
    compare(
        &mut problems,
        "event heard after",
        "subscribe_after",
        manifest.subscribes_after.iter().map(event),
        heard(false),
    );
    if !problems.is_empty() {
        return Err(problems.join("; "));
    }
    Ok(declaration
        .routes
        .iter()
        .filter_map(|(bound, _)| manifest.routes.iter().find(|line| line.route == *bound))
        .collect())
}

/// Adds what is twice on one side, and what only one side has. `function` is
/// the one of [`Declaration`] that binds this kind.
fn compare<M, D>(
    problems: &mut Vec<String>,
    kind: &str,
    function: &str,
    in_manifest: impl Iterator<Item = M>,
    in_declare: impl Iterator<Item = D>,
) where
    M: Display + AsRef<str>,
    D: Display + AsRef<str>,
{
    let mut declared = BTreeSet::new();
    for name in in_manifest {
        if !declared.insert(name.as_ref().to_owned()) {
            problems.push(format!(
                "plugin.toml has two lines for the {kind} `{name}`, so one function can't tell \
                 them apart; fix: write one of them in another way"
            ));
        }
    }
    let mut bound = BTreeSet::new();
    for name in in_declare {
        if !bound.insert(name.as_ref().to_owned()) {
            problems.push(format!(
                "the {kind} `{name}` is bound twice; fix: remove one `declaration.{function}` \
                 from `declare`"
            ));
        }
    }
    for name in declared.difference(&bound) {
        problems.push(format!(
            "plugin.toml declares the {kind} `{name}`, and no function is bound to it; fix: \
             bind one by `declaration.{function}` in `declare`, or remove it from plugin.toml"
        ));
    }
    for name in bound.difference(&declared) {
        problems.push(format!(
            "a function is bound to the {kind} `{name}`, which plugin.toml does not declare; \
             fix: declare it there, or remove `declaration.{function}` from `declare`"
        ));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        Host, Invocation, MemberDeleted, MemberDisabled, NoConfig, Output, Plugin, PluginError,
        Request, Response,
    };

    struct Nothing;

    impl Plugin for Nothing {
        type Config = NoConfig;

        fn declare(_: &mut Declaration<Self>) {}

        fn start(_: Host, _: NoConfig) -> Result<Self, PluginError> {
            Ok(Self)
        }
    }

    async fn answer(_: Arc<Nothing>, _: Request) -> Response {
        Response::empty(204)
    }

    fn manifest(rest: &str) -> &'static Manifest {
        let text = format!("id = \"test\"\ntitle = \"A test\"\n{rest}");
        Box::leak(Box::new(Manifest::parse(&text).unwrap()))
    }

    fn declaration(routes: &[&'static str]) -> Declaration<Nothing> {
        let mut declaration = Declaration::default();
        for route in routes {
            declaration.handle(route, answer);
        }
        declaration
    }

    #[test]
    fn each_handler_gets_its_own_line_whatever_the_order() {
        let manifest = manifest("[[route]]\nroute = \"GET /a\"\n[[route]]\nroute = \"GET /b\"\n");
        let lines = check(&declaration(&["GET /b", "GET /a"]), manifest).unwrap();
        let lines: Vec<_> = lines.iter().map(|line| line.route.as_str()).collect();
        assert_eq!(lines, ["GET /b", "GET /a"]);
    }

    #[test]
    fn a_line_without_a_function_and_the_reverse_are_both_named() {
        let manifest = manifest("[[route]]\nroute = \"GET /a\"\n");
        let problem = check(&declaration(&["GET /b"]), manifest).unwrap_err();
        assert_eq!(
            problem,
            "plugin.toml declares the route `GET /a`, and no function is bound to it; fix: bind \
             one by `declaration.handle` in `declare`, or remove it from plugin.toml; a function \
             is bound to the route `GET /b`, which plugin.toml does not declare; fix: declare it \
             there, or remove `declaration.handle` from `declare`"
        );
    }

    #[test]
    fn a_route_bound_twice_is_refused() {
        let manifest = manifest("[[route]]\nroute = \"GET /a\"\n");
        let problem = check(&declaration(&["GET /a", "GET /a"]), manifest).unwrap_err();
        assert!(
            problem.starts_with("the route `GET /a` is bound twice"),
            "{problem}"
        );
    }

    #[test]
    fn two_routes_that_only_differ_in_root_are_refused() {
        let manifest =
            manifest("[[route]]\nroute = \"GET /a\"\n[[route]]\nroute = \"GET /a\"\nroot = true\n");
        let problem = check(&declaration(&["GET /a"]), manifest).unwrap_err();
        assert!(
            problem.starts_with("plugin.toml has two lines"),
            "{problem}"
        );
    }

    #[test]
    fn events_are_checked_as_routes_are_each_by_its_moment() {
        let inside = "[subscribes]\n\"hob.member.disabled\" = 1\n";
        let after = "[subscribes_after]\n\"hob.member.disabled\" = 1\n";
        let raises = "[raises]\n\"hob.member.deleted\" = 1\n";
        let mut bound = declaration(&[]);
        bound.subscribe(|_, _: &MemberDisabled, _| Ok(()));
        assert!(check(&bound, manifest(inside)).is_ok());
        let problem = check(&bound, manifest(after)).unwrap_err();
        assert!(
            problem.contains("the event heard inside `hob.member.disabled v1`, which plugin.toml")
                && problem.contains("declares the event heard after `hob.member.disabled v1`"),
            "{problem}"
        );

        let mut bound = declaration(&[]);
        bound.subscribe_after(|_, _: MemberDisabled| async { Ok(()) });
        assert!(check(&bound, manifest(after)).is_ok());
        assert!(check(&bound, manifest(inside)).is_err());

        let mut bound = declaration(&[]);
        bound.raises::<MemberDeleted>();
        assert!(check(&bound, manifest(raises)).is_ok());
        let problem = check(&bound, manifest("")).unwrap_err();
        assert!(
            problem.contains("the raised event `hob.member.deleted v1`"),
            "{problem}"
        );
    }

    #[test]
    fn commands_and_offers_are_checked_as_routes_are() {
        let with_both = "[offers]\n\"test.service\" = 1\n\
             [[command]]\ncommand = \"go\"\nabout = \"Go.\"\nexamples = []\n";
        let problem = check(&declaration(&[]), manifest(with_both)).unwrap_err();
        assert!(problem.contains("the command `go`"), "{problem}");
        assert!(
            problem.contains("the service `test.service v1`"),
            "{problem}"
        );

        let mut bound = declaration(&[]);
        bound.command("go", |_, _: Invocation| async { Ok(Output::default()) });
        let problem = check(&bound, manifest("")).unwrap_err();
        assert!(
            problem.starts_with("a function is bound to the command `go`"),
            "{problem}"
        );
        let only_command = "[[command]]\ncommand = \"go\"\nabout = \"Go.\"\nexamples = []\n";
        assert!(check(&bound, manifest(only_command)).is_ok());
    }
}
