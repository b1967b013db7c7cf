//! Plugins that need each other, and a site that needs none of them.

use std::process::Command;

use crate::support::{Installation, application::Application, each_database, programs};

#[test]
fn what_a_plugin_needs_is_named_with_the_plugin_that_offers_it() {
    let installation = Installation::new(&["oauth", "api"]);
    installation.edit_configuration("\"oauth\", ", "");
    let expected = "error: plugin api needs the service hob.auth.token_verifier v1, and no \
                    enabled plugin offers it\n  --> hob.toml:";
    for command in [&["serve"][..], &["plugins", "check"], &["dbupdate"]] {
        let said = installation.hob(command).fails();
        assert!(said.starts_with(expected), "{command:?}: {said}");
        assert!(
            said.ends_with("\n  fix: enable oauth, which is installed and offers it\n"),
            "{command:?}: {said}"
        );
    }
}

#[test]
fn without_the_plugins_the_site_runs_and_their_tables_stay() {
    each_database(|database| {
        let installation = Installation::on(database, &["oauth", "api"]);
        let application = Application::register(&installation, &[]);
        let routes = ["/api/v1/media", "/.well-known/oauth-authorization-server"];
        {
            let site = installation.serve();
            for route in routes {
                site.visitor().get(route).expect(200);
            }
        }

        installation.edit_configuration("\"oauth\", \"api\"", "");
        let commands = installation.hob(&["oauth", "client", "list"]);
        assert!(commands.fails().contains("which is not enabled"));
        {
            let site = installation.serve();
            site.visitor().get("/").expect(200);
            for route in routes {
                site.visitor().get(route).expect(404);
            }
            site.visitor().get("/oauth/authorize").expect(404);
        }
        installation.hob(&["dbupdate"]).succeeds();

        installation.edit_configuration("enabled = []", "enabled = [\"oauth\", \"api\"]");
        let status = installation.hob(&["dbupdate", "--status"]).succeeds();
        assert!(status.contains("oauth: "), "{status}");
        assert!(!status.contains("pending  "), "{status}");
        let clients = installation.hob(&["oauth", "client", "list"]).succeeds();
        assert!(clients.contains(&application.client_id), "{clients}");
        let site = installation.serve();
        for route in routes {
            site.visitor().get(route).expect(200);
        }
    });
}

#[test]
fn the_host_depends_on_no_plugin() {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--offline", "--package", "hob"])
        .args(["--edges", "normal,build", "--prefix", "none"])
        .current_dir(programs::repository())
        .output()
        .expect("cargo is there");
    assert!(output.status.success(), "{output:?}");
    let tree = String::from_utf8(output.stdout).expect("UTF-8");
    let own: Vec<&str> = tree
        .lines()
        .filter_map(|line| line.split(' ').next())
        .filter(|name| name.starts_with("hob"))
        .collect();
    assert!(own.contains(&"hob-plugin-sdk"), "{tree}");
    let allowed = ["hob", "hob-plugin-sdk", "hob-plugin-manifest"];
    assert!(own.iter().all(|name| allowed.contains(name)), "{own:?}");
}
