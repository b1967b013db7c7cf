//! A throw-away PostgreSQL cluster, started once for each test process, with a
//! fresh database for each test.
//!
//! `HOB_TEST_POSTGRES=postgres://…` names a running server to use instead; its
//! user has to be allowed to create databases. Where neither is to be had, a
//! test skips itself, or fails under `CI=true`.
//!
//! Tables are made once for all tests that want the same, in a database
//! `hob_template_…` of which theirs are copies. It stays on the server.

use std::{
    env, fs, io,
    os::unix::{
        fs::{PermissionsExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    str::FromStr,
    sync::{
        LazyLock, OnceLock,
        atomic::{AtomicU32, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use crate::db::DatabaseUrl;

/// A fresh database, made when its address is first asked for, and dropped at
/// the end.
pub struct FreshDatabase {
    server: &'static Server,
    name: String,
    made: OnceLock<()>,
}

/// A fresh database, or tells on standard error why the test is skipped.
///
/// # Panics
/// Under `CI=true` where there is no PostgreSQL, and where one does not work.
#[must_use]
pub fn fresh_database() -> Option<FreshDatabase> {
    static NUMBER: AtomicU32 = AtomicU32::new(1);
    let server = match &*SERVER {
        Ok(server) => server,
        Err(Missing(reason)) => {
            assert!(
                env::var("CI").as_deref() != Ok("true"),
                "no PostgreSQL for the tests: {reason}"
            );
            eprintln!("skipped on PostgreSQL: {reason}");
            return None;
        }
    };
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let name = format!("hob_test_{}_{number}", std::process::id());
    Some(FreshDatabase {
        server,
        name,
        made: OnceLock::new(),
    })
}

impl FreshDatabase {
    /// Its address, as hob.toml has it; the database is there, and empty if
    /// nobody filled it.
    #[must_use]
    pub fn url(&self) -> String {
        self.make("template0");
        self.address()
    }

    /// Its address, whether or not it is made.
    pub(super) fn address(&self) -> String {
        self.server.address(&self.name)
    }

    /// Makes it as a copy of what `fill` makes of an empty database, which is
    /// asked for once for each `kind` and server. Nothing if it is made
    /// already.
    ///
    /// # Errors
    /// Those of `fill`.
    pub(super) fn make_filled<E>(
        &self,
        kind: &str,
        fill: impl FnOnce(&str) -> Result<(), E>,
    ) -> Result<(), E> {
        if self.made.get().is_none() {
            let template = format!("hob_template_{kind}");
            self.server.make_template(&template, fill)?;
            self.make(&template);
        }
        Ok(())
    }

    fn make(&self, template: &str) {
        self.made.get_or_init(|| {
            let name = &self.name;
            self.server
                .run(&format!("CREATE DATABASE {name} TEMPLATE {template}"));
        });
    }

    /// Its address, parsed.
    ///
    /// # Panics
    /// If `HOB_TEST_POSTGRES` is no address.
    #[must_use]
    pub fn database_url(&self) -> DatabaseUrl {
        self.url().parse().expect("HOB_TEST_POSTGRES is an address")
    }

    /// Ends all connections to it, as a restart of the server would.
    pub fn break_connections(&self) {
        self.server.break_connections(&self.name);
    }
}

impl Drop for FreshDatabase {
    fn drop(&mut self) {
        if !thread::panicking() {
            self.server.run(&format!(
                "DROP DATABASE IF EXISTS {} WITH (FORCE)",
                self.name
            ));
        }
    }
}

/// Why there is no server.
struct Missing(String);

struct Server {
    url: String,
    /// Open as long as this process lives: at its end the watchdog stops the
    /// server and removes its folder.
    _lifeline: Option<ChildStdin>,
}

static SERVER: LazyLock<Result<Server, Missing>> = LazyLock::new(|| {
    if let Ok(url) = env::var("HOB_TEST_POSTGRES") {
        return Ok(Server {
            url,
            _lifeline: None,
        });
    }
    let binaries = find_binaries().ok_or_else(|| {
        Missing(
            "its server is not installed (on Debian: apt install postgresql), and \
             HOB_TEST_POSTGRES names none"
                .to_owned(),
        )
    })?;
    Ok(start(&binaries).expect("a throw-away PostgreSQL cluster starts"))
});

impl Server {
    fn address(&self, database: &str) -> String {
        let (base, options) = match self.url.split_once('?') {
            Some((base, options)) => (base, format!("?{options}")),
            None => (&*self.url, String::new()),
        };
        let scheme = base.find("://").map_or(0, |at| at + 3);
        let end = base[scheme..]
            .find('/')
            .map_or(base.len(), |at| scheme + at);
        format!("{}/{database}{options}", &base[..end])
    }

    fn run(&self, sql: &str) {
        let sql = sql.to_owned();
        self.ask(move |client| {
            client
                .batch_execute(&sql)
                .expect("the test's PostgreSQL obeys");
        });
    }

    fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&mut postgres::Client) -> T + Send + 'static,
    ) -> T {
        let url = self.url.clone();
        // The client must not be started from within an async runtime.
        thread::spawn(move || {
            let mut client = postgres::Config::from_str(&url)
                .expect("an address")
                .connect(postgres::NoTls)
                .expect("the test's PostgreSQL answers");
            question(&mut client)
        })
        .join()
        .expect("the test's PostgreSQL obeys")
    }

    fn break_connections(&self, database: &str) {
        self.run(&format!(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity \
             WHERE datname = '{database}'"
        ));
    }

    /// Makes a database that others can be copies of, unless it is there. Of
    /// several processes one does so, and the others wait.
    fn make_template<E>(
        &self,
        name: &str,
        fill: impl FnOnce(&str) -> Result<(), E>,
    ) -> Result<(), E> {
        if self.has(name) {
            return Ok(());
        }
        let (done, until_done) = mpsc::channel::<()>();
        let (locked, is_locked) = mpsc::channel();
        let url = self.url.clone();
        let holder = thread::spawn(move || {
            let config = postgres::Config::from_str(&url).expect("an address");
            let mut client = config.connect(postgres::NoTls).expect("it answers");
            let lock = format!("SELECT pg_advisory_lock({TEMPLATES})");
            client.batch_execute(&lock).expect("it obeys");
            locked.send(()).expect("somebody waits for it");
            // The sender is dropped, on whichever way out.
            until_done.recv().ok();
        });
        is_locked.recv().expect("the lock is there for the asking");
        let made = if self.has(name) {
            Ok(())
        } else {
            // Under another name until it is complete.
            const UNFINISHED: &str = "hob_unfinished";
            self.run(&format!(
                "DROP DATABASE IF EXISTS {UNFINISHED} WITH (FORCE)"
            ));
            self.run(&format!("CREATE DATABASE {UNFINISHED} TEMPLATE template0"));
            fill(&self.address(UNFINISHED)).map(|()| {
                self.break_connections(UNFINISHED);
                self.run(&format!("ALTER DATABASE {UNFINISHED} RENAME TO {name}"));
            })
        };
        drop(done);
        holder.join().expect("holding a lock does not panic");
        made
    }

    fn has(&self, database: &str) -> bool {
        let find = format!("SELECT 1 FROM pg_database WHERE datname = '{database}'");
        self.ask(move |client| !client.query(&find, &[]).expect("it obeys").is_empty())
    }
}

/// The advisory lock of whoever makes a template.
const TEMPLATES: i64 = 0x686f_625f_7465_6d70;

/// The folder of `initdb` and `postgres`: on the path, or where Debian puts
/// them, the newest first.
fn find_binaries() -> Option<PathBuf> {
    let is_complete =
        |folder: &PathBuf| folder.join("initdb").exists() && folder.join("postgres").exists();
    let path = env::var_os("PATH").unwrap_or_default();
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .collect();
    versions.sort_unstable_by(|a, b| b.cmp(a));
    env::split_paths(&path)
        .chain(versions.into_iter().map(|(_, folder)| folder))
        .find(is_complete)
}

/// PostgreSQL refuses to run as root: then an unprivileged user runs it.
fn unprivileged_user() -> Option<(u32, u32)> {
    let id = |arguments: &[&str]| -> Option<u32> {
        let output = Command::new("id").args(arguments).output().ok()?;
        String::from_utf8(output.stdout).ok()?.trim().parse().ok()
    };
    if id(&["-u"]) != Some(0) {
        return None;
    }
    ["postgres", "nobody"]
        .iter()
        .find_map(|user| Some((id(&["-u", user])?, id(&["-g", user])?)))
}

fn start(binaries: &Path) -> io::Result<Server> {
    let folder = tempfile::Builder::new()
        .prefix("hob-pg-")
        .permissions(fs::Permissions::from_mode(0o755))
        .tempdir()?
        .keep();
    let user = unprivileged_user();
    if let Some((user, group)) = user {
        chown(&folder, Some(user), Some(group))?;
    }
    let command = |program: &str| {
        let mut command = Command::new(binaries.join(program));
        command.current_dir(&folder).stdin(Stdio::null());
        if let Some((user, group)) = user {
            command.uid(user).gid(group);
        }
        command
    };
    let made = command("initdb")
        .args([
            "--no-sync",
            "--auth=trust",
            "--username=hob",
            "--encoding=UTF8",
        ])
        .args(["--locale=C.UTF-8", "--pgdata=data"])
        .output()?;
    if !made.status.success() {
        return Err(io::Error::other(format!(
            "initdb failed: {}",
            String::from_utf8_lossy(&made.stderr)
        )));
    }
    let log = fs::File::create(folder.join("log"))?;
    let server = command("postgres")
        .args(["-D", "data", "-c", "listen_addresses="])
        .arg("-c")
        .arg(format!("unix_socket_directories={}", folder.display()))
        .args(["-c", "fsync=off", "-c", "max_connections=300"])
        // It would now and then count the few rows of a test, and choose other
        // plans for it.
        .args(["-c", "autovacuum=off"])
        .stdout(log.try_clone()?)
        .stderr(log)
        .process_group(0)
        .spawn()?;
    let lifeline = watch(&server, &folder)?;
    let host = folder.to_string_lossy().replace('/', "%2F");
    let server = Server {
        url: format!("postgres://hob@{host}/postgres"),
        _lifeline: Some(lifeline),
    };
    wait_until_it_answers(&server.url, &folder)?;
    Ok(server)
}

/// Starts a process that outlives this one by a moment, however this one ends.
fn watch(server: &Child, folder: &Path) -> io::Result<ChildStdin> {
    let mut watchdog = Command::new("sh")
        .arg("-c")
        .arg("read -r _; kill -QUIT \"$1\"; sleep 1; rm -rf \"$2\"")
        .args(["watchdog", &server.id().to_string()])
        .arg(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()?;
    watchdog
        .stdin
        .take()
        .ok_or_else(|| io::Error::other("the watchdog has no standard input"))
}

fn wait_until_it_answers(url: &str, folder: &Path) -> io::Result<()> {
    let patience = Instant::now() + Duration::from_secs(60);
    let config = postgres::Config::from_str(url).map_err(io::Error::other)?;
    loop {
        let config = config.clone();
        let answers = thread::spawn(move || config.connect(postgres::NoTls).map(drop))
            .join()
            .expect("connecting does not panic");
        match answers {
            Ok(()) => return Ok(()),
            Err(error) if Instant::now() > patience => {
                let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
                return Err(io::Error::other(format!(
                    "PostgreSQL does not answer: {error}; its log: {log}"
                )));
            }
            Err(_) => thread::sleep(Duration::from_millis(20)),
        }
    }
}
