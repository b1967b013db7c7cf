//! The configuration that `hob init` writes.

const BEFORE: &str = r##"# The configuration of a Hob site. Unknown keys are errors.
# Relative paths count from the folder of this file.

[site]
name = "Hob"
# The address at which people reach the site. With a path, as in
# "https://example.org/hob", all of it stands below that.
url = "http://127.0.0.1:8080"
# What visitors read who ask for no language that there is: "en", "de" or "fr".
language = "en"
# Whether plugins such as `signin` may make accounts for whomever they vouch for:
# "closed" or "open".
registration = "closed"

[server]
# Hob speaks plain http. For the world, put a proxy that ends TLS in front and
# write its https address into site.url.
bind = "127.0.0.1:8080"
# Say so if only such a proxy can reach an address in `bind` that is not of
# this machine alone, as in a container.
behind_tls_proxy = false
# Let passwords and tokens cross a network that you trust in the clear.
allow_plain_http = false
# A request to a plugin that takes longer is answered with 503.
request_timeout = "30s"
# A client that sends nothing for so long in the middle of a form or a file is
# no longer waited for.
body_timeout = "30s"
# Nor is one that goes on sending, but fewer bytes than this for each second
# that it takes longer. A phone on the worst of links is faster.
min_body_rate = 1024
# How many files may be on their way in at a time, half of them from one
# address. They lie in the system's folder for temporary files.
uploads_at_once = 32
# How long requests in flight may take to finish when Hob is stopped.
shutdown_timeout = "30s"
# The largest body of a request that is no upload, in bytes (1 MiB).
max_body_bytes = 1_048_576

[database]
# "sqlite:" with a file, or "postgres://user:password@host/database".
url = "sqlite:data/hob.db"
# How many connections to PostgreSQL are held open.
connections = 8

[media]
store = "file:data/media"
# The largest file that may be uploaded, in bytes (50 MiB).
max_bytes = 52_428_800
# The largest picture that may be uploaded: width times height.
max_pixels = 64_000_000

[http_client]
# Requests to other sites, which plugins send. Only public addresses are asked,
# and only over https; name here what else may be, such as "192.168.1.7" or
# "10.0.0.0/8".
allow = []
# A file with certificates (PEM) of whom to trust beside those whom the system
# trusts:
# ca_file = "intranet.pem"
# For a connection to stand, and for the whole answer.
connect_timeout = "5s"
timeout = "10s"
# The largest answer, in bytes (16 MiB).
max_bytes = 16_777_216
max_redirects = 3

[log]
# "text" or "json".
format = "text"
# "error", "warn", "info", "debug" or "trace".
level = "info"

[audit]
# How long it is kept who did what, when and from where.
keep = "365d"

[secrets]
# The keys under which plugins seal secrets that they have to keep in the clear,
# outside the database. Without this line they lie beside this file and have its
# name. Keep a copy apart from the database's backups.
# key_file = "hob.keys"

[plugins]
# Each .so file in this folder is a plugin. `hob plugins list` names them.
dir = "plugins"
enabled = ["##;

const AFTER: &str = r##"]

# A plugin's own settings, which `hob plugins info <plugin>` explains, and
# `prefix` and `host`, which move its routes, stand in a section of its name:
# [plugin.<plugin>]
# prefix = "/somewhere"
# host = "plugin.example.org"
"##;

pub(super) fn text(enabled: &[&str]) -> String {
    let ids: Vec<_> = enabled.iter().map(|id| format!("{id:?}")).collect();
    [BEFORE, &ids.join(", "), AFTER].concat()
}
