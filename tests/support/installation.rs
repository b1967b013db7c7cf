//! A site in a folder of its own, set up with the commands that an operator
//! types.

use std::{
    fs::{self, File},
    io::Write,
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use hob::testing::postgres::{FreshDatabase, fresh_database};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use super::{Visitor, programs};

/// How long anything may take that usually takes a moment.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// What a site stores its rows in.
pub enum Database {
    Sqlite,
    Postgres(FreshDatabase),
}

/// Runs a journey on SQLite and then on PostgreSQL, where that is installed.
pub fn each_database(journey: impl Fn(Database)) {
    databases().for_each(journey);
}

/// As [`each_database`], for a journey that waits for a browser.
pub async fn on_each_database(journey: impl AsyncFn(Database)) {
    for database in databases() {
        journey(database).await;
    }
}

/// SQLite, and then PostgreSQL, where that is installed.
fn databases() -> impl Iterator<Item = Database> {
    let postgres = std::iter::once_with(fresh_database).flatten();
    std::iter::once(Database::Sqlite).chain(postgres.map(|fresh| {
        eprintln!("on PostgreSQL:");
        Database::Postgres(fresh)
    }))
}

/// A folder with a configuration, plugins and data.
pub struct Installation {
    folder: TempDir,
    address: SocketAddr,
    /// The path below which the site stands; empty at the root of its host.
    base: String,
    _database: Database,
}

/// What a command did.
#[derive(Debug)]
pub struct Outcome {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Installation {
    /// A site on SQLite with these plugins, its tables up to date.
    pub fn new(plugins: &[&str]) -> Self {
        Self::on(Database::Sqlite, plugins)
    }

    /// A site with these plugins, its tables up to date.
    pub fn on(database: Database, plugins: &[&str]) -> Self {
        let site = Self::fresh(database, plugins);
        site.hob(&["plugins", "lock"]).succeeds();
        site.hob(&["dbupdate"]).succeeds();
        site
    }

    /// As `hob init` leaves it, with the plugins' files copied: neither locked
    /// nor with tables.
    pub fn fresh(database: Database, plugins: &[&str]) -> Self {
        Self::fresh_from(&programs::folder(), database, plugins)
    }

    /// The same with the plugins' files of another folder.
    pub fn fresh_from(libraries: &Path, database: Database, plugins: &[&str]) -> Self {
        let folder = TempDir::with_prefix("hob-e2e-").expect("a temporary folder can be made");
        fs::create_dir(folder.path().join("plugins")).unwrap();
        let site = Self {
            folder,
            address: free_address(),
            base: String::new(),
            _database: database,
        };
        let mut arguments = vec!["init"];
        for plugin in plugins {
            site.install_from(libraries, plugin);
            arguments.extend(["--enable", plugin]);
        }
        site.hob(&arguments).succeeds();
        site.edit_configuration("127.0.0.1:8080", &site.address.to_string());
        if let Database::Postgres(fresh) = &site._database {
            site.edit_configuration("sqlite:data/hob.db", &fresh.url());
        }
        site
    }

    /// Puts the site below a path of its host.
    pub fn below(mut self, path: &str) -> Self {
        let at_the_root = self.url();
        self.base = path.to_owned();
        self.edit_configuration(&at_the_root, &self.url());
        self
    }

    /// Copies a plugin's library into the site's folder.
    fn install_from(&self, libraries: &Path, plugin: &str) {
        let name = programs::library(plugin);
        let file = programs::built(libraries, &name);
        fs::copy(&file, self.path("plugins").join(name)).unwrap();
    }

    /// A path in the site's folder.
    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Where it is served, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}{}", self.address, self.base)
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn configuration(&self) -> String {
        fs::read_to_string(self.path("hob.toml")).unwrap()
    }

    /// Replaces a piece of hob.toml, which has to be there.
    pub fn edit_configuration(&self, from: &str, to: &str) {
        let text = self.configuration();
        assert!(text.contains(from), "hob.toml has no {from}:\n{text}");
        fs::write(self.path("hob.toml"), text.replace(from, to)).unwrap();
    }

    /// Adds a section at the end of hob.toml.
    pub fn add_to_configuration(&self, section: &str) {
        let text = self.configuration();
        fs::write(self.path("hob.toml"), format!("{text}\n{section}")).unwrap();
    }

    /// A command of the program, to be run in the site's folder.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(programs::hob());
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_remove("RUST_LOG");
        command
    }

    /// Runs a command.
    pub fn hob(&self, arguments: &[&str]) -> Outcome {
        self.hob_reading(arguments, "")
    }

    /// Runs a command with this standard input.
    pub fn hob_reading(&self, arguments: &[&str], input: &str) -> Outcome {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("hob can be started");
        let mut stdin = child.stdin.take().expect("it is piped");
        // A command that reads nothing may have ended already.
        let _ = stdin.write_all(input.as_bytes());
        drop(stdin);
        let output = child.wait_with_output().expect("hob ends");
        Outcome {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("hob writes UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("hob writes UTF-8"),
        }
    }

    /// Adds a member who may publish.
    pub fn add_member(&self, username: &str, password: &str) {
        self.add_user(username, password, &[]);
    }

    pub fn add_administrator(&self, username: &str, password: &str) {
        self.add_user(username, password, &["--admin"]);
    }

    fn add_user(&self, username: &str, password: &str, more: &[&str]) {
        let email = format!("{username}@example.org");
        let add = ["user", "add", username, "--email", &email];
        let arguments = [&add, more, &["--password-stdin"]].concat();
        self.hob_reading(&arguments, &format!("{password}\n"))
            .succeeds();
    }

    /// Serves the site until the answer is dropped.
    pub fn serve(&self) -> Site<'_> {
        Site::start(self, self.command(&["serve"]))
    }
}

impl Outcome {
    /// Asserts that all went well and returns what it printed.
    #[track_caller]
    pub fn succeeds(self) -> String {
        assert_eq!(self.code, Some(0), "{self:?}");
        self.stdout
    }

    /// Asserts that it failed and returns what it said.
    #[track_caller]
    pub fn fails(self) -> String {
        assert_eq!(self.code, Some(1), "{self:?}");
        self.stderr
    }

    /// Asserts that it was not understood and returns what it said.
    #[track_caller]
    pub fn misunderstands(self) -> String {
        assert_eq!(self.code, Some(2), "{self:?}");
        self.stderr
    }
}

/// A site that is served. Dropped, it gets SIGTERM and has to end well.
pub struct Site<'a> {
    pub installation: &'a Installation,
    child: Option<Child>,
    log: PathBuf,
}

impl<'a> Site<'a> {
    /// Starts a command that serves the site, and waits until it is ready.
    pub fn start(installation: &'a Installation, mut command: Command) -> Self {
        let log = installation.path("serve.log");
        let file = File::options()
            .create(true)
            .append(true)
            .open(&log)
            .expect("a log can be written");
        let child = command
            .stdin(Stdio::null())
            .stdout(file.try_clone().expect("a file can be shared"))
            .stderr(file)
            .spawn()
            .expect("hob can be started");
        let mut site = Self {
            installation,
            child: Some(child),
            log,
        };
        site.wait_until_ready();
        site
    }

    fn wait_until_ready(&mut self) {
        let end = Instant::now() + PATIENCE;
        while TcpStream::connect(self.installation.address).is_err() {
            let child = self.child.as_mut().expect("it was started");
            if let Some(status) = child.try_wait().unwrap() {
                self.child = None;
                panic!("hob ended with {status}:\n{}", self.log());
            }
            assert!(Instant::now() < end, "hob listens nowhere:\n{}", self.log());
            thread::sleep(Duration::from_millis(10));
        }
        let ready = self.visitor().get("/readyz");
        assert_eq!(ready.status, 200, "{}", self.log());
    }

    /// Everything that it has logged.
    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// A client without cookies.
    pub fn visitor(&self) -> Visitor {
        Visitor::new(&self.installation.url())
    }

    /// A client that is signed in.
    pub fn member(&self, username: &str, password: &str) -> Visitor {
        let mut visitor = self.visitor();
        visitor.sign_in(username, password);
        visitor
    }

    pub fn process(&self) -> Pid {
        let child = self.child.as_ref().expect("it was started");
        Pid::from_child(child)
    }

    /// Sends SIGTERM.
    pub fn terminate(&self) {
        kill_process(self.process(), Signal::TERM).expect("a child can be signalled");
    }

    /// Waits for the end and how it was.
    pub fn ended(&mut self) -> ExitStatus {
        let end = Instant::now() + PATIENCE;
        let mut child = self.child.take().expect("it was started");
        loop {
            if let Some(status) = child.try_wait().unwrap() {
                return status;
            }
            if Instant::now() > end {
                let _ = child.kill();
                panic!("hob does not end:\n{}", self.log());
            }
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Ends it as a power cut does.
    pub fn kill(&mut self) {
        let mut child = self.child.take().expect("it was started");
        child.kill().expect("a child can be killed");
        child.wait().expect("what is killed ends");
    }
}

impl Drop for Site<'_> {
    fn drop(&mut self) {
        if self.child.is_none() {
            return;
        }
        if thread::panicking() {
            eprintln!("--- what hob logged:\n{}---", self.log());
            self.kill();
            return;
        }
        self.terminate();
        let status = self.ended();
        assert!(status.success(), "hob ended with {status}:\n{}", self.log());
    }
}

/// An address of this machine that nobody listens on.
pub fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("there is a free port")
}
