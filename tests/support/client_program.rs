//! A client in another language, driven through its standard input and output;
//! `tests/clients/README.md` has the dialogue.

use std::{
    io::{BufRead, BufReader, Lines, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

/// An application that does what it is told.
pub trait Client {
    /// Does one thing and says how it went.
    fn told(&mut self, line: &str) -> String;
}

/// A running client program. Dropping it ends it, and asserts that it had
/// nothing to complain of.
pub struct ClientProgram {
    child: Child,
    // `None` as soon as it is closed.
    stdin: Option<ChildStdin>,
    lines: Lines<BufReader<ChildStdout>>,
}

impl ClientProgram {
    pub fn start(mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}: run `make e2e`"));
        Self {
            stdin: child.stdin.take(),
            lines: BufReader::new(child.stdout.take().expect("it is piped")).lines(),
            child,
        }
    }
}

impl Client for ClientProgram {
    #[track_caller]
    fn told(&mut self, line: &str) -> String {
        let stdin = self.stdin.as_mut().expect("it is open until the end");
        writeln!(stdin, "{line}").expect("it listens");
        match self.lines.next() {
            Some(said) => said.expect("UTF-8"),
            None => panic!("it ended when it was told {line:?}; its reason is above"),
        }
    }
}

impl Drop for ClientProgram {
    fn drop(&mut self) {
        drop(self.stdin.take());
        let status = self.child.wait().expect("what has no input ends");
        if !std::thread::panicking() {
            assert!(status.success(), "a client program ended with {status}");
        }
    }
}
