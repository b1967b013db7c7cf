//! A fresh installation of Hob with what `hob init` writes, and its process.

use std::{
    fs,
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, bail, ensure};
use serde::Deserialize;

use crate::{Paths, seeds};

const PLUGINS: [&str; 3] = ["oauth", "api", "bench"];
/// Where members are sent back to; nothing listens there.
pub const REDIRECT_URI: &str = "http://127.0.0.1:5000/callback";

/// An installed site, filled with members and tokens.
pub struct Site {
    hob: PathBuf,
    pub folder: PathBuf,
    pub address: SocketAddr,
    pub client: Client,
}

/// The registered application.
#[derive(Deserialize)]
pub struct Client {
    pub client_id: String,
    pub client_secret: String,
}

impl Site {
    /// Installs a site into a folder of this name, and issues `tokens`.
    pub fn install(paths: &Paths, name: &str, tokens: usize) -> anyhow::Result<Self> {
        let folder = paths.sites.join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(folder.join("plugins"))?;
        let mut site = Self {
            hob: paths.hob.join("hob"),
            folder,
            address: free_address()?,
            client: Client {
                client_id: String::new(),
                client_secret: String::new(),
            },
        };
        for plugin in PLUGINS {
            let file = format!("libhob_plugin_{plugin}.so");
            let own = paths.bench.join("libhob_bench_plugin.so");
            let source = match plugin {
                "bench" => own,
                _ => paths.hob.join(&file),
            };
            fs::copy(&source, site.folder.join("plugins").join(file))
                .with_context(|| source.display().to_string())?;
        }
        let enable = PLUGINS.iter().flat_map(|plugin| ["--enable", plugin]);
        site.run(std::iter::once("init").chain(enable))?;
        // Only the port is another, so that a site on the usual one may stay.
        let config = site.folder.join("hob.toml");
        let text = fs::read_to_string(&config)?;
        fs::write(
            &config,
            text.replace("127.0.0.1:8080", &site.address.to_string()),
        )?;
        site.run(["plugins", "lock"])?;
        site.run(["dbupdate"])?;
        let client = site.run([
            "oauth",
            "client",
            "add",
            "--name",
            "Bench",
            "--redirect-uri",
            REDIRECT_URI,
            "--scope",
            "profile",
            "--grant",
            "authorization_code",
            "--grant",
            "refresh_token",
            "--grant",
            "client_credentials",
            "--json",
        ])?;
        site.client = serde_json::from_str(&client).context("hob oauth client add --json")?;
        seeds::sow(&site, tokens)?;
        Ok(site)
    }

    /// Runs a command of the site and gives back what it printed.
    pub fn run<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> anyhow::Result<String> {
        let mut command = Command::new(&self.hob);
        command.args(arguments).current_dir(&self.folder);
        let output = command.stderr(Stdio::inherit()).output()?;
        ensure!(output.status.success(), "{command:?}: {}", output.status);
        Ok(String::from_utf8(output.stdout)?)
    }

    /// A file of the site.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Starts the server and waits for its first answer.
    pub fn serve(&self) -> anyhow::Result<Serving> {
        let log = fs::File::create(self.file("serve.log"))?;
        let started = Instant::now();
        let child = Command::new(&self.hob)
            .arg("serve")
            .current_dir(&self.folder)
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()?;
        let mut serving = Serving {
            process: Process(child),
            until_first_answer: Duration::ZERO,
        };
        while started.elapsed() < Duration::from_secs(30) {
            if first_answer(self.address).is_ok() {
                serving.until_first_answer = started.elapsed();
                return Ok(serving);
            }
            if let Some(status) = serving.process.0.try_wait()? {
                bail!(
                    "hob serve: {status}; see {}",
                    self.file("serve.log").display()
                );
            }
            std::thread::sleep(Duration::from_micros(200));
        }
        bail!(
            "hob serve does not answer; see {}",
            self.file("serve.log").display()
        )
    }
}

fn first_answer(address: SocketAddr) -> std::io::Result<()> {
    let mut stream = TcpStream::connect(address)?;
    write!(
        stream,
        "GET /healthz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = [0; 12];
    stream.read_exact(&mut answer)?;
    match &answer {
        b"HTTP/1.1 200" => Ok(()),
        _ => Err(std::io::ErrorKind::InvalidData.into()),
    }
}

fn free_address() -> std::io::Result<SocketAddr> {
    TcpListener::bind(("127.0.0.1", 0))?.local_addr()
}

/// A running server.
pub struct Serving {
    pub process: Process,
    pub until_first_answer: Duration,
}

/// A process that ends with this value.
pub struct Process(pub Child);

impl Process {
    /// The time that all its threads have spent on a core.
    pub fn cpu_time(&self) -> anyhow::Result<Duration> {
        let mut sum = 0;
        for task in fs::read_dir(self.folder().join("task"))? {
            // Time on a core, time waiting for one, turns: nanoseconds.
            let schedule = fs::read_to_string(task?.path().join("schedstat"))?;
            let on_core = schedule.split(' ').next().context("schedstat is empty")?;
            sum += on_core.parse::<u64>()?;
        }
        Ok(Duration::from_nanos(sum))
    }

    /// What it holds in memory, in MB.
    pub fn resident_megabytes(&self) -> anyhow::Result<f64> {
        let status = fs::read_to_string(self.folder().join("status"))?;
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .context("no VmRSS")?;
        let kilobytes: f64 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(kilobytes * 1024.0 / 1e6)
    }

    fn folder(&self) -> PathBuf {
        Path::new("/proc").join(self.0.id().to_string())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // SIGTERM would do, but a benchmark needs no grace.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
