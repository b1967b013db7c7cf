//! An answer is given when database, file and folder are on disk, not before:
//! seen in the system calls.

use std::{collections::HashMap, ffi::OsString, fs, process::Command};

use crate::support::{
    Installation, Site,
    application::{ALL_SCOPES, Application},
    photograph::{self, TURNED},
    programs,
    upload::Upload,
};

/// A system call, in the order of their ends. The descriptors in it carry the
/// names of what they belong to.
struct Trace(Vec<String>);

/// Serves a site under strace. The process itself stays the child, so signals
/// reach it.
fn serve_traced(installation: &Installation) -> Site<'_> {
    let mut command = Command::new("strace");
    let output = installation.path("trace");
    let arguments: [OsString; 8] = [
        "-D".into(),
        "-f".into(),
        "-yy".into(),
        "-s64".into(),
        "-e".into(),
        "trace=fsync,fdatasync,rename,renameat,renameat2,link,linkat,write,writev,sendto,sendmsg,\
         pwrite64"
            .into(),
        "-o".into(),
        output.into(),
    ];
    command
        .args(arguments)
        .arg(programs::hob())
        .arg("serve")
        .current_dir(installation.path(""));
    Site::start(installation, command)
}

impl Trace {
    /// Reads the trace of a site that has ended.
    fn read(installation: &Installation) -> Self {
        let text = fs::read(installation.path("trace")).expect("strace wrote it");
        let text = String::from_utf8_lossy(&text);
        let mut begun: HashMap<&str, &str> = HashMap::new();
        let mut calls = Vec::new();
        for line in text.lines() {
            let (process, call) = line.split_once(' ').expect("a process and a call");
            let call = call.trim_start();
            if let Some(call) = call.strip_suffix(" <unfinished ...>") {
                begun.insert(process, call);
                // What is sent may arrive before the call ends.
                if is_answer(call) {
                    calls.push(call.to_owned());
                }
            } else if let Some((_, end)) = call.split_once(" resumed>") {
                let call = begun.remove(process).unwrap_or_default();
                if !is_answer(call) {
                    calls.push(format!("{call}{end}"));
                }
            } else {
                calls.push(call.to_owned());
            }
        }
        Self(calls)
    }

    fn text(&self) -> String {
        self.0.join("\n")
    }

    #[track_caller]
    fn last(&self, what: &str, before: usize, is_it: impl Fn(&str) -> bool) -> usize {
        self.0[..before]
            .iter()
            .rposition(|call| is_it(call))
            .unwrap_or_else(|| panic!("no {what} before the answer:\n{}", self.text()))
    }
}

fn is_answer(call: &str) -> bool {
    let sends = ["write(", "writev(", "sendto(", "sendmsg("];
    sends.iter().any(|name| call.starts_with(name))
        && call.contains("<TCP")
        && call.contains("HTTP/1.1 ")
}

fn syncs(call: &str, what: &str) -> bool {
    (call.starts_with("fsync(") || call.starts_with("fdatasync("))
        && call.contains(what)
        && call.ends_with("= 0")
}

fn writes(call: &str, what: &str) -> bool {
    (call.starts_with("pwrite64(") || call.starts_with("write(")) && call.contains(what)
}

/// Asserts that everything written to the database's log before this answer
/// was synced before it.
#[track_caller]
fn assert_database_synced(trace: &Trace, answer: usize) -> usize {
    let wal = "hob.db-wal>";
    let written = trace.last("write to the database", answer, |call| writes(call, wal));
    let synced = trace.last("sync of the database", answer, |call| syncs(call, wal));
    assert!(written < synced, "not synced:\n{}", trace.text());
    synced
}

#[test]
fn an_upload_is_on_disk_before_it_is_acknowledged() {
    let installation = Installation::new(&[]);
    installation.add_member("alice", "a long password");
    let site = serve_traced(&installation);
    let alice = site.member("alice", "a long password");
    alice.publish(Upload::new("cat.jpg", photograph::bytes(TURNED)));
    drop(site);

    let trace = Trace::read(&installation);
    let answer = trace
        .0
        .iter()
        .rposition(|call| is_answer(call) && call.contains("HTTP/1.1 303"))
        .expect("the upload was answered");
    let database = assert_database_synced(&trace, answer);
    let renamed = trace.last("name of the file", answer, |call| {
        call.starts_with("rename") && call.contains("data/media/")
    });
    let file = trace.last("sync of the file", renamed, |call| {
        syncs(call, "data/media/") && call.contains('#')
    });
    let folder = trace.0[renamed..answer]
        .iter()
        .position(|call| syncs(call, "data/media/") && !call.contains('#'))
        .map(|at| renamed + at)
        .unwrap_or_else(|| panic!("the folder is not synced:\n{}", trace.text()));
    // The row comes last: it never names a file that a power cut took.
    assert!(
        file < renamed && renamed < folder && folder < database && database < answer,
        "{file} {renamed} {folder} {database} {answer}:\n{}",
        trace.text()
    );
}

#[test]
fn a_token_is_on_disk_before_it_is_handed_out() {
    let installation = Installation::new(&["oauth", "api"]);
    installation.add_member("alice", "a long password");
    let application = Application::register(&installation, &[]);
    let site = serve_traced(&installation);
    let alice = site.member("alice", "a long password");
    let attempt = application.attempt(ALL_SCOPES);
    let scopes: Vec<&str> = ALL_SCOPES.split(' ').collect();
    let code = application.be_allowed(&alice, &attempt, &scopes);
    application.exchange(&attempt, &code).expect(200);
    drop(site);

    let trace = Trace::read(&installation);
    let answers: Vec<usize> = (0..trace.0.len())
        .filter(|at| is_answer(&trace.0[*at]))
        .collect();
    let [.., before, issued] = answers[..] else {
        panic!("too few answers:\n{}", trace.text());
    };
    assert!(trace.0[issued].contains("HTTP/1.1 200"), "{}", trace.text());
    let synced = assert_database_synced(&trace, issued);
    assert!(before < synced, "nothing was written for the token");
}
