//! `hob.sealing` and `hob.sealed`: plugins keep secrets sealed under the
//! site's keys, which the operator changes with `hob keys`.

use std::{
    process::{Command, Output},
    sync::Mutex,
};

use hob::{
    sealing::Uses,
    testing::{Builder, Reply, TestHost},
};
use hob_plugin_sdk::{
    InlinePlugin, StaticPlugin,
    prelude::*,
    sealing::{KeyId, OpenError, Resealed, Sealed, SealedSecrets, Sealing, sealed},
};

/// What the two plugins hold, for the length of one test: as if it stood in
/// their tables.
static KEPT: Mutex<Vec<Sealed>> = Mutex::new(Vec::new());
/// The tests of this file take turns at it.
static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

const PLACE: &str = "row 1, secret";

struct Safe(Sealing);
struct Stranger(Sealing);
struct Open;

impl InlinePlugin for Safe {
    const MANIFEST: &'static str = r#"
        id = "safe"
        title = "A safe"
        prefix = "/safe"
        seals = true
        [offers]
        "hob.sealed" = 1
        [[route]]
        route = "GET /seal/{secret}"
        [[route]]
        route = "GET /open"
    "#;
}

impl Plugin for Safe {
    type Config = NoConfig;

    fn declare(declaration: &mut Declaration<Self>) {
        declaration
            .handle("GET /seal/{secret}", seal)
            .handle("GET /open", open)
            .offer(sealed);
    }

    fn start(host: Host, _: NoConfig) -> Result<Self, PluginError> {
        Ok(Self(host.sealing()?))
    }
}

impl InlinePlugin for Stranger {
    const MANIFEST: &'static str = r#"
        id = "stranger"
        title = "Another plugin"
        prefix = "/stranger"
        seals = true
        [[route]]
        route = "GET /open"
    "#;
}

impl Plugin for Stranger {
    type Config = NoConfig;

    fn declare(declaration: &mut Declaration<Self>) {
        declaration.handle("GET /open", |stranger: Arc<Self>, _| async move {
            opened(&stranger.0, PLACE)
        });
    }

    fn start(host: Host, _: NoConfig) -> Result<Self, PluginError> {
        Ok(Self(host.sealing()?))
    }
}

impl InlinePlugin for Open {
    const MANIFEST: &'static str = "id = \"open\"\ntitle = \"Seals nothing\"\nprefix = \"/open\"";
}

impl Plugin for Open {
    type Config = NoConfig;

    fn declare(_: &mut Declaration<Self>) {}

    fn start(host: Host, _: NoConfig) -> Result<Self, PluginError> {
        let refused = host.sealing().err().expect("its manifest does not ask");
        assert_eq!(refused.message(), "interface hob.sealing v1 is not offered");
        Ok(Self)
    }
}

async fn seal(safe: Arc<Safe>, request: Request) -> Result<Response, PluginError> {
    let secret = request.parameter("secret").unwrap_or_default();
    let sealed = safe.0.seal(secret.as_bytes(), PLACE)?;
    assert_eq!(sealed.key(), Some(safe.0.key()));
    assert!(safe.0.reseal(&sealed, PLACE)?.is_none());
    KEPT.lock().unwrap().push(sealed);
    Ok(Response::text(200, safe.0.key().to_string()))
}

async fn open(safe: Arc<Safe>, _: Request) -> Response {
    let elsewhere = safe.0.open(&KEPT.lock().unwrap()[0], "row 2, secret");
    let missing = |error| matches!(error, OpenError::KeyMissing(_));
    assert!(elsewhere.is_err_and(|error| error == OpenError::NotSealedHere || missing(error)));
    opened(&safe.0, PLACE)
}

fn opened(sealing: &Sealing, place: &str) -> Response {
    let kept = KEPT.lock().unwrap();
    let opened = kept.iter().map(|sealed| sealing.open(sealed, place));
    match opened.collect::<Result<Vec<_>, _>>() {
        Ok(all) => {
            let all: Vec<_> = all.iter().map(|one| one.reveal_text().unwrap()).collect();
            Response::text(200, all.join(" "))
        }
        Err(error) => Response::text(409, error.to_string()),
    }
}

impl SealedSecrets for Safe {
    async fn uses(&self) -> Result<Vec<(KeyId, u64)>, PluginError> {
        let kept = KEPT.lock().unwrap();
        let mut uses: Vec<(KeyId, u64)> = Vec::new();
        for key in kept.iter().filter_map(Sealed::key) {
            match uses.iter_mut().find(|(known, _)| *known == key) {
                Some((_, count)) => *count += 1,
                None => uses.push((key, 1)),
            }
        }
        Ok(uses)
    }

    async fn reseal(&self) -> Result<Resealed, PluginError> {
        let mut done = Resealed {
            anew: 0,
            unopened: 0,
        };
        for sealed in KEPT.lock().unwrap().iter_mut() {
            match self.0.reseal(sealed, PLACE) {
                Ok(None) => {}
                Ok(Some(anew)) => {
                    *sealed = anew;
                    done.anew += 1;
                }
                Err(_) => done.unopened += 1,
            }
        }
        Ok(done)
    }
}

fn with_all(builder: Builder) -> Builder {
    builder
        .plugin(StaticPlugin::inline::<Safe>().expect("the manifest is right"))
        .plugin(StaticPlugin::inline::<Stranger>().expect("the manifest is right"))
        .plugin(StaticPlugin::inline::<Open>().expect("the manifest is right"))
}

async fn ask(site: &TestHost, path: &str) -> Reply {
    site.browser().get(path).await
}

#[tokio::test]
async fn a_secret_opens_for_its_plugin_at_its_place_alone() {
    let _turn = TURN.lock().await;
    KEPT.lock().unwrap().clear();
    let site = with_all(TestHost::builder()).start().await;
    assert_eq!(ask(&site, "/safe/seal/first").await.status(), 200);
    assert_eq!(ask(&site, "/safe/seal/second").await.status(), 200);
    let opened = ask(&site, "/safe/open").await;
    assert_eq!((opened.status(), opened.text()), (200, "first second"));
    let refused = ask(&site, "/stranger/open").await;
    assert_eq!(refused.status(), 409, "{refused:?}");
    assert!(
        refused.text().contains("not what was sealed"),
        "{refused:?}"
    );
    let stored = KEPT.lock().unwrap()[0].as_bytes().to_vec();
    assert!(!stored.windows(5).any(|bytes| bytes == b"first"));
}

#[tokio::test]
async fn keys_are_changed_and_what_is_sealed_goes_over_to_the_new_one() {
    let _turn = TURN.lock().await;
    KEPT.lock().unwrap().clear();
    let site = with_all(TestHost::builder()).start().await;
    let old = ask(&site, "/safe/seal/first").await.text().to_owned();
    let file = site.key_file();
    let old_id = file.read().unwrap().newest().id();
    assert_eq!(old_id.to_string(), old);
    let new = file.add(site.clock().now()).unwrap();
    file.promote(new).unwrap();

    let site = with_all(site.stop().await).start().await;
    assert_eq!(ask(&site, "/safe/open").await.text(), "first");
    assert_eq!(
        ask(&site, "/safe/seal/second").await.text(),
        new.to_string()
    );
    let plugins = site.app().plugins();
    let providers = plugins.sealed_providers().unwrap();
    assert_eq!(providers.len(), 1);
    let safe = &providers[0];
    let uses = |key| Uses { key, secrets: 1 };
    assert_eq!(safe.uses().await.unwrap(), [uses(old_id), uses(new)]);
    let resealed = safe.reseal().await.unwrap();
    assert_eq!((resealed.anew, resealed.unopened), (1, 0));
    let all = Uses {
        key: new,
        secrets: 2,
    };
    assert_eq!(safe.uses().await.unwrap(), [all]);

    file.remove(old_id).unwrap();
    let site = with_all(site.stop().await).start().await;
    assert_eq!(ask(&site, "/safe/open").await.text(), "first second");
}

#[tokio::test]
async fn what_is_sealed_under_a_lost_key_stays_closed_and_is_counted() {
    let _turn = TURN.lock().await;
    KEPT.lock().unwrap().clear();
    let site = with_all(TestHost::builder()).start().await;
    let lost = ask(&site, "/safe/seal/first").await.text().to_owned();
    std::fs::remove_file(site.key_file().path()).unwrap();
    let site = with_all(site.stop().await).start().await;
    let refused = ask(&site, "/safe/open").await;
    assert_eq!(refused.status(), 409);
    assert_eq!(
        refused.text(),
        format!("a secret is sealed under the key {lost}, which the site does not have")
    );
    let plugins = site.app().plugins();
    let safe = plugins.sealed_providers().unwrap()[0];
    let resealed = safe.reseal().await.unwrap();
    assert_eq!((resealed.anew, resealed.unopened), (0, 1));
}

#[tokio::test]
async fn a_site_needs_keys_only_where_something_is_sealed() {
    let refused = with_all(TestHost::builder())
        .without_keys()
        .try_start()
        .await
        .err()
        .expect("it has no keys");
    assert!(
        refused.starts_with(
            "error: plugin safe keeps secrets sealed, and there is no file of keys here"
        ) && refused.contains("`hob keys init`"),
        "{refused}"
    );
    let open = StaticPlugin::inline::<Open>().expect("the manifest is right");
    let site = TestHost::builder().without_keys().plugin(open);
    assert!(site.start().await.app().site().keys.is_none());
}

/// A site on the command line, without plugins.
struct Installed(tempfile::TempDir);

impl Installed {
    fn new() -> Self {
        let site = Self(tempfile::tempdir().unwrap());
        let made = site.hob(&["init"]);
        assert!(made.status.success(), "{made:?}");
        assert!(said(&made).contains("hob.keys: keep a copy"), "{made:?}");
        assert!(site.hob(&["dbupdate"]).status.success());
        site
    }

    fn hob(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_hob"))
            .current_dir(self.0.path())
            .args(arguments)
            .env_remove("RUST_LOG")
            .output()
            .unwrap()
    }
}

fn said(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    text(&output.stdout) + &text(&output.stderr)
}

/// The ids that a list begins its lines with.
fn ids(list: &Output) -> Vec<String> {
    let lines = said(list);
    let ids = lines.lines().filter_map(|line| line.split_once("  "));
    ids.map(|(id, _)| id.to_owned()).collect()
}

#[test]
fn an_operator_makes_rotates_and_retires_keys() {
    let site = Installed::new();
    let first = ids(&site.hob(&["keys", "list"]));
    assert_eq!(first.len(), 1);
    let first = &first[0];

    let refused = site.hob(&["keys", "retire", first]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        said(&refused).contains("is the one that seals"),
        "{refused:?}"
    );

    let rotated = site.hob(&["keys", "rotate"]);
    assert!(rotated.status.success(), "{rotated:?}");
    let list = site.hob(&["keys", "list"]);
    let both = ids(&list);
    assert!(both.len() == 2 && both[1] == *first, "{list:?}");
    assert!(said(&list).contains("seals  0 sealed"), "{list:?}");

    let added = site.hob(&["keys", "add"]);
    assert!(added.status.success(), "{added:?}");
    let three = ids(&site.hob(&["keys", "list"]));
    assert_eq!(three[..2], both[..]);
    assert!(site.hob(&["keys", "rotate", &three[2]]).status.success());
    let after = ids(&site.hob(&["keys", "list"]));
    assert_eq!(after, [2, 0, 1].map(|at: usize| three[at].clone()));

    let resealed = site.hob(&["keys", "reseal"]);
    assert!(said(&resealed).contains(&format!("`hob keys retire {first}`")));
    assert!(site.hob(&["keys", "retire", first]).status.success());
    let refused = site.hob(&["keys", "retire", first]);
    assert!(said(&refused).contains("there is no key"), "{refused:?}");

    let audit = said(&site.hob(&["audit", "list", "--what", "keys"]));
    for action in ["rotated", "added", "resealed", "retired"] {
        assert!(audit.contains(&format!("core keys.{action} ")), "{audit}");
    }
}

#[test]
fn a_site_that_has_no_keys_gets_them_once() {
    let site = Installed::new();
    let again = site.hob(&["keys", "init"]);
    assert_eq!(again.status.code(), Some(1));
    assert!(said(&again).contains("left as it is"), "{again:?}");
    std::fs::remove_file(site.0.path().join("hob.keys")).unwrap();
    let missing = site.hob(&["keys", "list"]);
    assert!(said(&missing).contains("`hob keys init`"), "{missing:?}");
    assert!(site.hob(&["keys", "init"]).status.success());
    assert_eq!(ids(&site.hob(&["keys", "list"])).len(), 1);
}
