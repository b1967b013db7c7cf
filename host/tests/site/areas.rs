//! Who says that nothing is there: a plugin for programs, below its prefix, and
//! else the site, to people.

use hob::testing::TestHost;
use hob_plugin_sdk::{InlinePlugin, StaticPlugin, prelude::*};

/// A plugin with one route, at a prefix.
macro_rules! plugin {
    ($plugin:ident, $id:literal, $prefix:literal, $authentication:literal) => {
        struct $plugin;

        impl InlinePlugin for $plugin {
            const MANIFEST: &'static str = concat!(
                "id = \"",
                $id,
                "\"\ntitle = \"Answers\"\nprefix = \"",
                $prefix,
                "\"\n[[route]]\nroute = \"GET /here\"\nauthentication = \"",
                $authentication,
                "\""
            );
        }

        impl Plugin for $plugin {
            type Config = NoConfig;

            fn declare(declaration: &mut Declaration<Self>) {
                declaration.handle("GET /here", async |_: Arc<Self>, _| {
                    Response::text(200, $id)
                });
            }

            fn start(_: Host, _: NoConfig) -> Result<Self, PluginError> {
                Ok(Self)
            }
        }
    };
}

plugin!(Outer, "outer", "/a", "own");
plugin!(People, "people", "/a/people", "session");
plugin!(Inner, "inner", "/a/people/api", "own");
// Where the site has pages of its own.
plugin!(Account, "account", "/account", "own");

fn plugin<P: InlinePlugin>() -> StaticPlugin {
    StaticPlugin::inline::<P>().expect("the manifest is right")
}

async fn answers_as_a_program(site: &TestHost, path: &str) -> bool {
    let reply = site.browser().get(path).await;
    assert_eq!(reply.status(), 404, "{path}: {reply:?}");
    reply.header("content-type") == "application/json"
}

#[tokio::test]
async fn the_innermost_area_says_what_is_not_there() {
    // In either order.
    for turned in [false, true] {
        let mut plugins = [plugin::<Outer>(), plugin::<People>(), plugin::<Inner>()];
        if turned {
            plugins.reverse();
        }
        let builder = plugins
            .into_iter()
            .chain([plugin::<Account>()])
            .fold(TestHost::builder(), |builder, one| builder.plugin(one));
        let site = builder.start().await;
        for (path, id) in [
            ("/a/here", "outer"),
            ("/a/people/here", "people"),
            ("/a/people/api/here", "inner"),
            ("/account/here", "account"),
        ] {
            assert_eq!(site.browser().get(path).await.text(), id);
        }
        for (path, is_for_programs) in [
            ("/a", true),
            ("/a/nowhere", true),
            ("/a/peopleless", true),
            ("/a/people/nowhere", false),
            ("/a/people/api/nowhere", true),
            ("/account/sessions/nowhere", false),
            ("/nowhere", false),
        ] {
            let as_a_program = answers_as_a_program(&site, path).await;
            assert_eq!(as_a_program, is_for_programs, "{path}");
        }
    }
}
