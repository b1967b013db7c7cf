//! Requests a second, and the ratios between them.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, ensure};

use crate::{
    Paths,
    report::{Bound, Report, median},
    seeds,
    site::{Process, REDIRECT_URI, Site},
};

/// How long and how often.
#[derive(Clone, Copy)]
pub struct Settings {
    pub seconds: usize,
    pub rounds: usize,
}

const THREADS: usize = 2;
const CONNECTIONS: usize = 32;

/// What one run of wrk measured.
#[derive(Clone, Copy)]
struct Run {
    per_second: f64,
    /// Of the server's time on the cores, for each of them.
    cpu_micros: f64,
}

/// One run of each in one round.
struct Round {
    bare: Run,
    native: Run,
    plugin: Run,
    me_small: Run,
    me_large: Run,
    dance: Run,
    refresh: Run,
    client_credentials: Run,
    introspect_small: Run,
    introspect_large: Run,
    /// A page of the host, one request after the other.
    page: Run,
    /// The consent page in the same way.
    consent: Run,
}

/// Measures round after round and writes the ratios into the report.
pub fn measure(
    paths: &Paths,
    small: &Site,
    large: &Site,
    settings: Settings,
    report: &mut Report,
) -> anyhow::Result<()> {
    let mut rounds = Vec::new();
    for number in 1..=settings.rounds {
        eprintln!("round {number} of {}", settings.rounds);
        rounds.push(measure_round(paths, small, large, settings)?);
    }
    write(&rounds, report);
    Ok(())
}

fn measure_round(
    paths: &Paths,
    small: &Site,
    large: &Site,
    settings: Settings,
) -> anyhow::Result<Round> {
    let bare = {
        let (process, address) = serve_bare(&paths.bench)?;
        let wrk = Wrk::new(paths, settings, "plain.lua", address, "/");
        wrk.run(&process, &[])?
    };
    let (native, plugin, me_small, dance, refresh, client_credentials, introspect_small, pages) = {
        let serving = small.serve()?;
        let process = &serving.process;
        let basic = basic(small);
        let session_file = small.file("sessions").display().to_string();
        let refresh_file = small.file("refresh_tokens").display().to_string();
        let redirect_uri = REDIRECT_URI.replace(':', "%3A").replace('/', "%2F");
        let wrk = |script, path| Wrk::new(paths, settings, script, small.address, path);
        let native = wrk("plain.lua", "/healthz").run(process, &[])?;
        let plugin = wrk("plain.lua", "/bench/static").run(process, &[])?;
        let me = wrk("me.lua", "/").run(process, &[&tokens_of(small)])?;
        let dance = wrk("dance.lua", "/").run(
            process,
            &[
                &session_file,
                &small.client.client_id,
                &redirect_uri,
                &basic,
            ],
        )?;
        seeds::sow_refresh_tokens(small)?;
        let refresh = wrk("refresh.lua", "/").run(process, &[&refresh_file, &basic])?;
        let own = wrk("client_credentials.lua", "/").run(process, &[&basic])?;
        check_introspection(small, &basic)?;
        let introspect = wrk("introspect.lua", "/").run(process, &[&tokens_of(small), &basic])?;
        let consent_path = format!(
            "/oauth/authorize?response_type=code&client_id={}&redirect_uri={redirect_uri}\
             &scope=profile&state=af0ifjsldkj&prompt=consent&code_challenge_method=S256\
             &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
            small.client.client_id
        );
        let page = |path: &str, expected: &str| {
            Wrk::one_by_one(paths, settings, "page.lua", small.address, path)
                .run(process, &[&session_file, expected])
        };
        let pages = (
            page("/upload", "multipart/form-data")?,
            page(&consent_path, "name=\"decision\"")?,
        );
        (native, plugin, me, dance, refresh, own, introspect, pages)
    };
    let (me_large, introspect_large) = {
        let serving = large.serve()?;
        let process = &serving.process;
        let wrk = |script| Wrk::new(paths, settings, script, large.address, "/");
        let me = wrk("me.lua").run(process, &[&tokens_of(large)])?;
        let arguments = [&*tokens_of(large), &*basic(large)];
        (me, wrk("introspect.lua").run(process, &arguments)?)
    };
    Ok(Round {
        bare,
        native,
        plugin,
        me_small,
        me_large,
        dance,
        refresh,
        client_credentials,
        introspect_small,
        introspect_large,
        page: pages.0,
        consent: pages.1,
    })
}

/// A token that is unknown is answered with 200 too, so that wrk would not
/// notice.
fn check_introspection(site: &Site, basic: &str) -> anyhow::Result<()> {
    let tokens = fs::read_to_string(tokens_of(site))?;
    let token = tokens.lines().next().context("there is no token")?;
    let mut stream = TcpStream::connect(site.address)?;
    write!(
        stream,
        "POST /oauth/introspect HTTP/1.1\r\nHost: {}\r\nAuthorization: Basic {basic}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\ntoken={token}",
        site.address,
        "token=".len() + token.len(),
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    ensure!(answer.contains("\"active\":true"), "{answer}");
    Ok(())
}

fn tokens_of(site: &Site) -> String {
    site.file("access_tokens").display().to_string()
}

/// RFC 6749, section 2.3.1. Neither part has a letter that a form encodes.
fn basic(site: &Site) -> String {
    let text = format!("{}:{}", site.client.client_id, site.client.client_secret);
    base64(text.as_bytes())
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let word = chunk
            .iter()
            .fold(0_u32, |word, byte| word << 8 | u32::from(*byte));
        let word = word << (8 * (3 - chunk.len()));
        for place in 0..4 {
            match place <= chunk.len() {
                true => text.push(char::from(
                    ALPHABET[(word >> (18 - 6 * place) & 63) as usize],
                )),
                false => text.push('='),
            }
        }
    }
    text
}

fn serve_bare(bench: &Path) -> anyhow::Result<(Process, SocketAddr)> {
    let mut child = Command::new(bench.join("bare"))
        .stdout(Stdio::piped())
        .spawn()
        .context("the bare server")?;
    let output = child.stdout.take().context("its output is piped")?;
    let process = Process(child);
    let mut line = String::new();
    BufReader::new(output).read_line(&mut line)?;
    Ok((process, line.trim().parse()?))
}

struct Wrk {
    command: Command,
    seconds: usize,
}

impl Wrk {
    fn new(
        paths: &Paths,
        settings: Settings,
        script: &str,
        address: SocketAddr,
        path: &str,
    ) -> Self {
        Self::with(THREADS, CONNECTIONS, paths, settings, script, address, path)
    }

    /// One request after the other, so that the figure is the time of each.
    fn one_by_one(
        paths: &Paths,
        settings: Settings,
        script: &str,
        address: SocketAddr,
        path: &str,
    ) -> Self {
        Self::with(1, 1, paths, settings, script, address, path)
    }

    fn with(
        threads: usize,
        connections: usize,
        paths: &Paths,
        settings: Settings,
        script: &str,
        address: SocketAddr,
        path: &str,
    ) -> Self {
        let mut command = Command::new("wrk");
        command
            .arg(format!("-t{threads}"))
            .arg(format!("-c{connections}"))
            .arg(format!("-d{}s", settings.seconds))
            .arg("-s")
            .arg(paths.scripts.join(script))
            .arg(format!("http://{address}{path}"))
            .arg("--");
        Self {
            command,
            seconds: settings.seconds,
        }
    }

    fn run(mut self, server: &Process, arguments: &[&str]) -> anyhow::Result<Run> {
        self.command.args(arguments);
        let before = server.cpu_time()?;
        let output = self.command.stderr(Stdio::inherit()).output()?;
        let spent = server.cpu_time()?.saturating_sub(before);
        let text = String::from_utf8_lossy(&output.stdout);
        let result = text
            .lines()
            .find_map(|line| line.strip_prefix("RESULT "))
            .with_context(|| format!("{:?}: {text}", self.command))?;
        let (per_second, errors) = result.split_once(' ').context("RESULT has two numbers")?;
        ensure!(errors == "0", "{:?}: errors: {text}", self.command);
        let per_second: f64 = per_second.parse()?;
        Ok(Run {
            per_second,
            cpu_micros: spent.as_secs_f64() * 1e6 / (per_second * self.seconds as f64),
        })
    }
}

fn write(rounds: &[Round], report: &mut Report) {
    let mut line = |name, what: fn(&Round) -> Run, base: fn(&Round) -> Run, least| {
        let ratio = |round: &Round| what(round).per_second / base(round).per_second;
        let middle = |figure: fn(&Run) -> f64| {
            median(rounds.iter().map(|round| figure(&what(round))).collect())
        };
        report.add(
            name,
            format!(
                "{:.0}/s, {:.1} µs of the server's CPU each",
                middle(|run| run.per_second),
                middle(|run| run.cpu_micros)
            ),
            median(rounds.iter().map(ratio).collect()),
            "",
            least,
        );
    };
    line(
        "bare hyper, static JSON",
        |round| round.bare,
        |round| round.bare,
        Bound::None,
    );
    line(
        "native route, to bare hyper",
        |round| round.native,
        |round| round.bare,
        Bound::None,
    );
    line(
        "plugin's static route, to the native route",
        |round| round.plugin,
        |round| round.native,
        Bound::AtLeast(0.90),
    );
    line(
        "`GET /api/v1/me`, 1,000 tokens, to bare hyper",
        |round| round.me_small,
        |round| round.bare,
        Bound::AtLeast(0.45),
    );
    line(
        "`GET /api/v1/me`, a random one of 1,000,000 tokens, to bare hyper",
        |round| round.me_large,
        |round| round.bare,
        Bound::AtLeast(0.30),
    );
    line(
        "code dances, to bare hyper",
        |round| round.dance,
        |round| round.bare,
        Bound::AtLeast(0.05),
    );
    line(
        "refreshes, to bare hyper",
        |round| round.refresh,
        |round| round.bare,
        Bound::AtLeast(0.06),
    );
    line(
        "client credentials, to bare hyper",
        |round| round.client_credentials,
        |round| round.bare,
        Bound::AtLeast(0.12),
    );
    line(
        "introspections, 1,000 tokens, to bare hyper",
        |round| round.introspect_small,
        |round| round.bare,
        Bound::AtLeast(0.45),
    );
    line(
        "introspections, a random one of 1,000,000 tokens, to bare hyper",
        |round| round.introspect_large,
        |round| round.bare,
        Bound::AtLeast(0.30),
    );
    let consent = |round: &Round| round.page.per_second / round.consent.per_second;
    let times = |run: fn(&Round) -> Run| {
        1e6 / median(rounds.iter().map(|round| run(round).per_second).collect())
    };
    report.add(
        "the consent page, to a static page of the host (one request after the other)",
        format!(
            "{:.0} µs to {:.0} µs",
            times(|round| round.consent),
            times(|round| round.page)
        ),
        median(rounds.iter().map(consent).collect()),
        "",
        Bound::AtMost(2.0),
    );
    let route = |round: &Round| (round.plugin.cpu_micros - round.native.cpu_micros) * 1e3;
    report.add(
        "a route across the boundary",
        "the server's CPU beyond the native route's",
        median(rounds.iter().map(route).collect()),
        " ns",
        Bound::None,
    );
}
