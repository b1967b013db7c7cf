//! A server that answers what a test says, byte by byte if need be.

use std::{
    io,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpListener,
    task::JoinHandle,
};

use super::{Asked, Log, io_error};

/// Pieces of an answer, written one after the other.
pub(super) type Pieces = Vec<String>;

pub(super) struct Server {
    host: String,
    port: u16,
    log: Log,
    accepting: JoinHandle<()>,
}

/// A whole answer. `headers` are lines that end in `\r\n`.
pub(super) fn reply(status: u16, headers: &str, body: &str) -> Pieces {
    vec![format!(
        "HTTP/1.1 {status} Said\r\ncontent-length: {}\r\n{headers}\r\n{body}",
        body.len()
    )]
}

impl Server {
    pub(super) async fn start(
        host: &str,
        answer: impl Fn(&Asked) -> Pieces + Send + Sync + 'static,
    ) -> Self {
        Self::start_at(host, 0, answer).await
    }

    pub(super) async fn start_at(
        host: &str,
        port: u16,
        answer: impl Fn(&Asked) -> Pieces + Send + Sync + 'static,
    ) -> Self {
        Self::listen(host, port, Duration::ZERO, answer).await
    }

    /// As [`Self::start`], with a pause before each piece.
    pub(super) async fn start_slow(
        host: &str,
        pause: Duration,
        answer: impl Fn(&Asked) -> Pieces + Send + Sync + 'static,
    ) -> Self {
        Self::listen(host, 0, pause, answer).await
    }

    async fn listen(
        host: &str,
        port: u16,
        pause: Duration,
        answer: impl Fn(&Asked) -> Pieces + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind((host, port)).await.expect("a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let (log, answer) = (Log::default(), Arc::new(answer));
        let its_log = log.clone();
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (log, answer) = (its_log.clone(), answer.clone());
                tokio::spawn(async move { serve(stream, &log, &*answer, pause).await });
            }
        });
        Self {
            host: host.to_owned(),
            port,
            log,
            accepting,
        }
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}:{}{path}", self.host, self.port)
    }

    pub(super) fn requests(&self) -> Vec<Asked> {
        self.log.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Answers what comes on one connection, until it ends.
pub(super) async fn serve(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    log: &Mutex<Vec<Asked>>,
    answer: &(impl Fn(&Asked) -> Pieces + ?Sized),
    pause: Duration,
) {
    while let Ok(asked) = read(&mut stream).await {
        log.lock().unwrap().push(asked.clone());
        for piece in answer(&asked) {
            tokio::time::sleep(pause).await;
            if stream.write_all(piece.as_bytes()).await.is_err() {
                return;
            }
        }
        // A stream that encrypts keeps what is written until then.
        if stream.flush().await.is_err() {
            return;
        }
    }
}

async fn read(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Asked> {
    let mut bytes = Vec::new();
    let head_length = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
        if stream.read_buf(&mut bytes).await? == 0 {
            return Err(io_error("no more requests"));
        }
    };
    let head = String::from_utf8_lossy(&bytes[..head_length]).into_owned();
    let (line, headers) = head.split_once("\r\n").ok_or(io_error("no line"))?;
    let length = headers
        .lines()
        .find_map(|line| line.strip_prefix("content-length: ")?.parse().ok())
        .unwrap_or(0);
    while bytes.len() < head_length + length {
        if stream.read_buf(&mut bytes).await? == 0 {
            return Err(io_error("the body breaks off"));
        }
    }
    let mut words = line.split(' ').map(str::to_owned);
    let mut word = || words.next().ok_or(io_error("no request"));
    Ok(Asked {
        method: word()?,
        path: word()?,
        headers: headers.to_owned(),
        body: String::from_utf8_lossy(&bytes[head_length..]).into_owned(),
    })
}
