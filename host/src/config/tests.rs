use std::time::Duration;

use hob_plugin_manifest::Manifest;
use serde_json::json;

use super::*;

const SITE: &str = "[site]\nurl = \"http://127.0.0.1:8080\"\n";

fn parse(text: &str) -> Result<Config, Diagnostics> {
    Config::parse(Path::new("hob.toml"), text)
}

/// The errors of a file that has also what every file needs, two lines of it
/// at its end.
fn errors(text: &str) -> String {
    parse(&format!("{text}\n{SITE}")).unwrap_err().to_string()
}

fn oauth() -> Manifest {
    Manifest::parse(
        r#"
        id = "oauth"
        title = "Test"
        prefix = "/oauth"
        [config.access_ttl]
        type = "duration"
        default = "1h"
        min = "1m"
        max = "1d"
        help = "h"
        [config.pkce]
        type = "choice"
        values = ["required", "optional"]
        default = "optional"
        help = "h"
        [config.issuer_name]
        type = "string"
        help = "h"
        [config.origins]
        type = "strings"
        default = []
        help = "h"
        "#,
    )
    .expect("a test's manifest is valid")
}

fn section_errors(text: &str) -> String {
    parse(&format!("{text}\n{SITE}"))
        .expect("the core's sections are valid")
        .plugin_section(&oauth())
        .unwrap_err()
        .to_string()
}

#[test]
fn what_init_writes_is_what_the_defaults_are() {
    let written = parse(&Config::default_toml(&[])).expect("the example is valid");
    let default = parse(SITE).expect("site.url is all that a file needs");
    assert_eq!(written.site, default.site);
    assert_eq!(written.server, default.server);
    assert_eq!(written.database, default.database);
    assert_eq!(written.media, default.media);
    assert_eq!(written.http_client, default.http_client);
    assert_eq!(written.plugins, default.plugins);
    assert_eq!(written.log, default.log);
}

#[test]
fn init_enables_the_plugins_it_is_told() {
    let config = parse(&Config::default_toml(&["oauth", "api"])).unwrap();
    let ids: Vec<_> = config.plugins.enabled.iter().map(|p| &p.id).collect();
    assert_eq!(ids, ["oauth", "api"]);
}

#[test]
fn paths_count_from_the_folder_of_the_file() {
    let text = format!("{SITE}[plugins]\ndir = \"/opt/plugins\"");
    let config = Config::parse(Path::new("/etc/hob/site.toml"), text).unwrap();
    assert_eq!(
        config.database.url,
        DatabaseUrl::Sqlite("/etc/hob/data/hob.db".into())
    );
    assert_eq!(
        config.media.store,
        Store::Folder("/etc/hob/data/media".into())
    );
    assert_eq!(config.plugins.folder, Path::new("/opt/plugins"));
    assert_eq!(config.lock_file(), Path::new("/etc/hob/site.lock"));
}

#[test]
fn unknown_key() {
    assert_eq!(
        errors("[server]\nbnid = \"127.0.0.1:80\""),
        "error: unknown key `bnid` in [server]; did you mean `bind`?\n  --> hob.toml:2:1"
    );
    assert_eq!(
        errors("[server]\ncolour = 1"),
        "error: unknown key `colour` in [server]\n  --> hob.toml:2:1\n  fix: remove it; known here: bind, \
         request_timeout, body_timeout, min_body_rate, uploads_at_once, shutdown_timeout, max_body_bytes, \
         behind_tls_proxy, allow_plain_http"
    );
    assert_eq!(
        errors("[sever]\n"),
        "error: unknown section [sever]; did you mean `server`?\n  --> hob.toml:1:2"
    );
    assert_eq!(
        errors("bind = 1"),
        "error: unknown key `bind`, outside of any section\n  --> hob.toml:1:1\n  fix: remove it; known here: \
         site, server, database, media, http_client, plugins, log, audit, secrets, plugin"
    );
}

#[test]
fn wrong_type() {
    assert_eq!(
        errors("[database]\nconnections = \"8\""),
        "error: `connections` in [database] must be an integer, not a string\n\
         \x20 --> hob.toml:2:15\n\
         \x20 fix: write `connections = 8`, which is the default, or another from 1 to 1000"
    );
    assert_eq!(
        errors("[server]\nrequest_timeout = 2026-01-01"),
        "error: `request_timeout` in [server] must be a duration such as \"90s\", \"15m\", \
         \"1h\" or \"30d\", not a date\n  --> hob.toml:2:19\n  \
         fix: write `request_timeout = \"30s\"`, which is the default, or another from 1s to 1h"
    );
    assert_eq!(
        errors("[plugins]\nenabled = [\"oauth\", 3]"),
        "error: `enabled` in [plugins] must be an array of strings, not of an integer\n\
         \x20 --> hob.toml:2:21\n\
         \x20 fix: write it as `enabled = [\"…\", \"…\"]`"
    );
    assert_eq!(
        errors("log = 1"),
        "error: `log` must be a section, not a value\n\
         \x20 --> hob.toml:1:7\n\
         \x20 fix: write [log] on a line of its own"
    );
}

#[test]
fn out_of_range() {
    assert_eq!(
        errors("[database]\nconnections = 0"),
        "error: `connections` in [database] must be between 1 and 1000, not 0\n\
         \x20 --> hob.toml:2:15\n\
         \x20 fix: write `connections = 8`, which is the default, or another from 1 to 1000"
    );
    assert_eq!(
        errors("[server]\nrequest_timeout = \"2h\""),
        "error: `request_timeout` in [server] must be between 1s and 1h, not 2h\n\
         \x20 --> hob.toml:2:19\n\
         \x20 fix: write `request_timeout = \"30s\"`, which is the default, or another from 1s to 1h"
    );
    assert_eq!(
        errors("[media]\nmax_bytes = 0xffff_ffff_ffff_ffff_f"),
        "error: `max_bytes` in [media] must be an integer, not one of more than 64 bits\n\
         \x20 --> hob.toml:2:13\n\
         \x20 fix: write `max_bytes = 52428800`, which is the default, or another from 1 to \
         1099511627776"
    );
}

#[test]
fn invalid_values() {
    assert_eq!(
        errors("[log]\nlevel = \"loud\""),
        "error: `level` in [log] must be one of \"info\", \"error\", \"warn\", \"debug\", \
         \"trace\", not \"loud\"\n  --> hob.toml:2:9\n  fix: write `level = \"info\"`, which \
         is the default, or another of them"
    );
    assert_eq!(
        errors("[server]\nbind = \"8080\""),
        "error: `bind` in [server] must be an IP address with a port\n\
         \x20 --> hob.toml:2:8\n\
         \x20 fix: write it as \"127.0.0.1:8080\", or \"[::1]:8080\""
    );
    assert_eq!(
        errors("[plugins]\nenabled = [\"a\", \"b\", \"a\"]"),
        "error: plugin a is enabled twice\n\
         \x20 --> hob.toml:2:22\n\
         \x20 --> hob.toml:2:12\n\
         \x20 fix: remove one of them"
    );
}

#[test]
fn a_database_url_is_never_repeated() {
    let refused = errors("[database]\nurl = \"postgres://hob:secret@host:port/db\"");
    assert_eq!(
        refused,
        "error: `url` in [database] is no address of a PostgreSQL database\n\
         \x20 --> hob.toml:2:7\n\
         \x20 fix: write it as \"postgres://user:password@host/database\""
    );
    let accepted = parse(&format!(
        "{SITE}[database]\nurl = \"postgres://hob:secret@host/db\""
    ))
    .unwrap();
    assert_eq!(
        accepted.database.url,
        DatabaseUrl::Postgres("postgres://hob:secret@host/db".into())
    );
    assert!(!format!("{:?}", accepted.database).contains("secret"));
}

#[test]
fn a_configuration_never_shows_the_password_when_it_is_debugged() {
    let config = parse(&format!(
        "{SITE}[database]\nurl = \"postgres://hob:secret@host/db\""
    ))
    .unwrap();
    assert!(!format!("{config:?}").contains("secret"));
}

#[test]
fn a_syntax_error_has_its_place() {
    let refused = parse("[site]\nurl = \n").unwrap_err().to_string();
    assert!(
        refused.starts_with("error: this is not valid TOML: "),
        "{refused}"
    );
    assert!(
        refused.contains("\n  --> hob.toml:2:7\n  fix: "),
        "{refused}"
    );
    let twice = parse("[site]\nurl = \"a\"\nurl = \"b\"\n")
        .unwrap_err()
        .to_string();
    assert!(twice.contains("\n  --> hob.toml:3:1\n  fix: "), "{twice}");
}

#[test]
fn all_errors_are_reported_at_once_from_top_to_bottom() {
    assert_eq!(
        parse("[log]\nlevl = 1\n[site]\nname = 2\nurl = 3\n")
            .unwrap_err()
            .to_string(),
        "error: unknown key `levl` in [log]; did you mean `level`?\n\
         \x20 --> hob.toml:2:1\n\
         error: `name` in [site] must be a string, not an integer\n\
         \x20 --> hob.toml:4:8\n\
         \x20 fix: write `name = \"Hob\"`, which is the default\n\
         error: `url` in [site] must be a string, not an integer\n\
         \x20 --> hob.toml:5:7\n\
         \x20 fix: write it as `url = \"…\"`"
    );
}

#[test]
fn a_missing_address_is_asked_for() {
    assert_eq!(
        parse("[site]\nname = \"Hob\"").unwrap_err().to_string(),
        "error: `url` in [site] is missing\n\
         \x20 --> hob.toml:1:2\n\
         \x20 fix: add the address at which people reach the site, e.g. \
         url = \"https://example.org\""
    );
    assert_eq!(
        parse("").unwrap_err().iter().next().unwrap().places(),
        [Path::new("hob.toml").into()]
    );
}

#[test]
fn a_missing_file_names_the_command() {
    assert_eq!(
        Config::load(Path::new("/nowhere/hob.toml"))
            .unwrap_err()
            .to_string(),
        "error: there is no configuration file here\n\
         \x20 --> /nowhere/hob.toml\n\
         \x20 fix: write one with `hob init`, or name another with `--config <file>`"
    );
}

#[test]
fn plain_http_off_loopback() {
    assert_eq!(
        parse("[site]\nurl = \"http://example.org\"")
            .unwrap_err()
            .to_string(),
        "error: `url` in [site] is plain http and not on this machine, so passwords and tokens \
         would cross the network in the clear\n\
         \x20 --> hob.toml:2:7\n\
         \x20 fix: put a proxy that ends TLS in front and write https here, or, on a network that \
         you trust, set `allow_plain_http = true` in [server]"
    );
    assert_eq!(
        parse("[site]\nurl = \"https://example.org\"\n[server]\nbind = \"0.0.0.0:80\"")
            .unwrap_err()
            .to_string(),
        "error: `bind` in [server] can be reached from other machines, and Hob itself speaks \
         plain http\n\
         \x20 --> hob.toml:4:8\n\
         \x20 fix: bind to 127.0.0.1, or, if only a proxy that ends TLS can reach it, set \
         `behind_tls_proxy = true` in [server]"
    );
    assert_eq!(
        parse("[site]\nurl = \"http://localhost\"\n[server]\nbehind_tls_proxy = true")
            .unwrap_err()
            .to_string(),
        "error: `url` in [site] begins with http, and `behind_tls_proxy` in [server] says that a \
         proxy ends TLS\n\
         \x20 --> hob.toml:2:7\n\
         \x20 fix: write the address that the proxy answers, which begins with https"
    );
    for accepted in [
        "[site]\nurl = \"https://example.org\"",
        "[site]\nurl = \"http://localhost:8080\"",
        "[site]\nurl = \"http://hob.localhost\"",
        "[site]\nurl = \"http://[::1]:8080\"\n[server]\nbind = \"[::1]:8080\"",
        "[site]\nurl = \"https://example.org\"\n[server]\nbind = \"0.0.0.0:80\"\nbehind_tls_proxy = true",
        "[site]\nurl = \"http://10.0.0.7\"\n[server]\nbind = \"10.0.0.7:80\"\nallow_plain_http = true",
    ] {
        if let Err(errors) = parse(accepted) {
            panic!("{accepted}\n{errors}");
        }
    }
    for refused in [
        "http://127.0.0.1.example.org",
        "http://localhost.example.org",
    ] {
        assert!(parse(&format!("[site]\nurl = \"{refused}\"")).is_err());
    }
}

#[test]
fn a_site_stands_at_the_root_of_its_host_or_below_a_path() {
    for refused in [
        "https://example.org/hob//photos",
        "https://example.org/hob//",
        "https://example.org//",
        "https://example.org/a%20b",
        "https://example.org/{hob}",
        "https://example.org/hob;a",
        "https://example.org/höb",
        "https://example.org/.well-known",
        "https://example.org/hob/.hidden",
        "https://example.org/hob?a",
        "https://example.org/?a",
        "https://example.org/#a",
        "https://me@example.org",
        "ftp://example.org",
        "example.org",
        "https://",
    ] {
        assert!(
            parse(&format!("[site]\nurl = \"{refused}\"")).is_err(),
            "{refused}"
        );
    }
    for (written, url, base) in [
        ("https://Example.org:443/", "https://example.org", ""),
        ("https://example.org/hob", "https://example.org/hob", "/hob"),
        (
            "https://example.org/hob/",
            "https://example.org/hob",
            "/hob",
        ),
        (
            "https://example.org:8443/our_photos/v1.2-~x",
            "https://example.org:8443/our_photos/v1.2-~x",
            "/our_photos/v1.2-~x",
        ),
    ] {
        let config = parse(&format!("[site]\nurl = \"{written}\"")).unwrap();
        let address = crate::site::Address::new(&config.site.url);
        assert_eq!((address.url(), address.base()), (url, base), "{written}");
    }
}

#[test]
fn a_plugin_gets_its_values_with_the_defaults_and_durations_in_seconds() {
    let config = parse(&format!(
        "{SITE}[plugin.oauth]\naccess_ttl = \"15m\"\nprefix = \"/auth\""
    ))
    .unwrap();
    let section = config.plugin_section(&oauth()).unwrap();
    assert_eq!(section.prefix, "/auth");
    assert_eq!(
        json!(section.values),
        json!({ "access_ttl": 900, "origins": [], "pkce": "optional" })
    );
    let section = parse(SITE).unwrap().plugin_section(&oauth()).unwrap();
    assert_eq!((section.prefix.as_str(), section.host), ("/oauth", None));
    assert_eq!(section.values, oauth().default_config());
}

#[test]
fn a_plugins_section_is_strict_too() {
    assert_eq!(
        section_errors("[plugin.oauth]\nacces_ttl = \"1h\""),
        "error: unknown key `acces_ttl` in [plugin.oauth]; did you mean `access_ttl`?\n\
         \x20 --> hob.toml:2:1"
    );
    assert_eq!(
        section_errors("[plugin.oauth]\naccess_ttl = 3600\npkce = \"never\"\norigins = \"x\""),
        "error: `access_ttl` in [plugin.oauth] must be a duration such as \"90s\", \"15m\", \
         \"1h\" or \"30d\", not an integer\n\
         \x20 --> hob.toml:2:14\n\
         \x20 fix: write `access_ttl = \"1h\"`, which is the default, or another from 1m to 1d\n\
         error: `pkce` in [plugin.oauth] must be one of \"required\", \"optional\", not \"never\"\n\
         \x20 --> hob.toml:3:8\n\
         \x20 fix: write `pkce = \"optional\"`, which is the default, or another of them\n\
         error: `origins` in [plugin.oauth] must be an array of strings, not a string\n\
         \x20 --> hob.toml:4:11\n\
         \x20 fix: write it as `origins = [\"…\", \"…\"]`"
    );
    assert_eq!(
        section_errors("plugin.oauth.access_ttl = \"2d\""),
        "error: `access_ttl` in [plugin.oauth] must be between 1m and 1d, not 2d\n\
         \x20 --> hob.toml:1:27\n\
         \x20 fix: write `access_ttl = \"1h\"`, which is the default, or another from 1m to 1d"
    );
    assert_eq!(
        section_errors("[plugin.oauth]\nprefix = \"auth/\""),
        "error: `prefix` in [plugin.oauth] must begin with / and not end in it\n\
         \x20 --> hob.toml:2:10\n\
         \x20 fix: write it as \"/oauth\""
    );
}

#[test]
fn a_plugin_s_host_is_a_name_with_a_port_or_without() {
    for (site, written, host) in [
        ("https://a.example", "b.example", "b.example"),
        ("https://a.example", "B.Example:443", "b.example"),
        ("https://a.example/hob", "b.example:8443", "b.example:8443"),
        ("https://a.example", "a.example:8443", "a.example:8443"),
        ("http://localhost:8080", "b.localhost:80", "b.localhost"),
        ("http://localhost:8080", "[::1]:9000", "[::1]:9000"),
    ] {
        let text = format!("[site]\nurl = {site:?}\n[plugin.oauth]\nhost = {written:?}");
        let section = parse(&text).unwrap().plugin_section(&oauth()).unwrap();
        assert_eq!(section.host.as_deref(), Some(host), "{written}");
    }
    let text = "[site]\nurl = \"https://a.example\"\n[plugin.oauth]\nhost = \"a.example\"";
    let errors = parse(text).unwrap().plugin_section(&oauth()).unwrap_err();
    assert_eq!(
        errors.to_string(),
        "error: `host` in [plugin.oauth] is the site's own host\n\
         \x20 --> hob.toml:4:8\n\
         \x20 fix: leave it out: the plugin stands there without it"
    );
}

#[test]
fn plugin_holds_only_sections() {
    assert_eq!(
        errors("[plugin]\nprefix = \"/x\""),
        "error: unknown key `prefix` in [plugin]\n\
         \x20 --> hob.toml:2:1\n\
         \x20 fix: a plugin's keys stand in its own section, [plugin.<id>]"
    );
    assert_eq!(
        errors("plugin = 1"),
        "error: `plugin` must be a section for each plugin, not a value\n\
         \x20 --> hob.toml:1:10\n\
         \x20 fix: write [plugin.<id>] on a line of its own"
    );
}

#[test]
fn duration_values_are_typed() {
    let config = parse(&format!("{SITE}[server]\nrequest_timeout = \"1m 30s\"")).unwrap();
    assert_eq!(config.server.request_timeout, Duration::from_secs(90));
}

fn signin() -> Manifest {
    Manifest::parse(
        r#"
        id = "signin"
        title = "Test"
        [section.provider]
        help = "h"
        [section.provider.config.client_id]
        type = "string"
        required = true
        help = "What the provider calls this site."
        [section.provider.config.timeout]
        type = "duration"
        default = "5s"
        help = "h"
        "#,
    )
    .expect("a test's manifest is valid")
}

#[test]
fn sections_under_names_of_the_operator_s_own() {
    let read = |text: &str| {
        let config = parse(&format!("{text}\n{SITE}")).expect("the core's sections are valid");
        config.plugin_section(&signin())
    };
    let none = read("").unwrap();
    assert_eq!(none.values, *json!({"provider": {}}).as_object().unwrap());
    assert_eq!(none.values, signin().default_config());
    let two = read(
        "[plugin.signin.provider.one]\nclient_id = \"a\"\n\
         [plugin.signin.provider.two]\nclient_id = \"b\"\ntimeout = \"1m\"",
    );
    assert_eq!(
        two.unwrap().values["provider"],
        json!({"one": {"client_id": "a", "timeout": 5}, "two": {"client_id": "b", "timeout": 60}})
    );
    for (text, problem) in [
        (
            "[plugin.signin.provider.one]\ntimeout = \"1m\"",
            "error: `client_id` in [plugin.signin.provider.one] is missing\n  --> hob.toml:1:25\n\
             \x20 fix: write it there. What the provider calls this site.",
        ),
        (
            "[plugin.signin.provider.one]\nclient_id = \"a\"\nclient_ID = \"a\"",
            "error: unknown key `client_ID` in [plugin.signin.provider.one]; did you mean \
             `client_id`?\n  --> hob.toml:3:1",
        ),
        (
            "[plugin.signin.provider.one]\nclient_id = 1",
            "error: `client_id` in [plugin.signin.provider.one] must be a string, not an \
             integer\n  --> hob.toml:2:13\n  fix: write it as `client_id = \"…\"`",
        ),
        (
            "[plugin.signin.provider.One]\nclient_id = \"a\"",
            "error: [plugin.signin.provider.One] has a name that can't stand in an address\n\
             \x20 --> hob.toml:1:25\n  fix: use a-z, 0-9 and _, beginning with a letter",
        ),
        (
            "[plugin.signin]\nprovider = \"a\"",
            "error: `plugin.signin.provider` must hold sections, and is a string\n\
             \x20 --> hob.toml:2:12\n  fix: write [plugin.signin.provider.<name>] on a line of \
             its own",
        ),
        (
            "[plugin.signin.provider]\nclient_id = \"a\"",
            "error: `client_id` in [plugin.signin.provider] must be a section\n\
             \x20 --> hob.toml:2:1\n  fix: write [plugin.signin.provider.<name>] on a line of \
             its own",
        ),
    ] {
        assert_eq!(read(text).unwrap_err().to_string(), problem);
    }
}

#[test]
fn a_folder_is_told_from_a_file_that_can_t_be_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let refused = Config::load(folder.path()).unwrap_err().to_string();
    assert!(refused.contains("this is a folder"), "{refused}");
    let inside = folder.path().join("hob.toml");
    let fix = format!("fix: name the file in it: `--config {}`", inside.display());
    assert!(refused.contains(&fix), "{refused}");
    std::fs::write(&inside, Config::default_toml(&[])).expect("it is written");
    assert!(Config::load(&inside).is_ok());
}
