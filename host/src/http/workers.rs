//! The threads that serve connections: one for each core, each with a runtime
//! of its own.
//!
//! A connection stays on the thread that it was given to, so that its requests
//! never wait for another core and find in its caches what they left there.
//! What takes a thread for long belongs on the blocking threads, as ever: here
//! it would hold up all connections of that thread.

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use hyper_util::server::graceful::GracefulShutdown;
use tokio::{
    net::TcpStream,
    sync::{mpsc, oneshot},
};

use super::{Dispatch, connection};

/// All of them.
pub struct Workers {
    workers: Vec<Worker>,
}

struct Worker {
    /// How many connections it serves.
    load: Arc<AtomicUsize>,
    queue: mpsc::UnboundedSender<Taken>,
    /// Answers once it has ended: whether all requests were finished.
    ended: oneshot::Receiver<bool>,
}

/// A connection on its way to its thread.
struct Taken {
    stream: std::net::TcpStream,
    peer: SocketAddr,
    counted: Counted,
}

/// Counts towards the load of a thread while it lives.
struct Counted(Arc<AtomicUsize>);

impl Counted {
    fn new(load: &Arc<AtomicUsize>) -> Self {
        load.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(load))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Workers {
    /// Starts as many threads as there are cores. Once the server stops, each
    /// gives its requests in flight up to `grace` to finish.
    ///
    /// # Errors
    /// A thread or its runtime can't be made.
    pub fn start(dispatch: &Dispatch, grace: Duration) -> io::Result<Self> {
        let count = thread::available_parallelism()?.get();
        let start = |number| Worker::start(number, dispatch.clone(), grace);
        Ok(Self {
            workers: (0..count).map(start).collect::<io::Result<_>>()?,
        })
    }

    /// Gives a connection to the thread that has the fewest.
    pub fn serve(&self, stream: TcpStream, peer: SocketAddr) {
        let least = |worker: &&Worker| worker.load.load(Ordering::Relaxed);
        let Some(worker) = self.workers.iter().min_by_key(least) else {
            return;
        };
        match stream.into_std() {
            // A thread that has ended lets the connection fall, as a server
            // that stops does.
            Ok(stream) => drop(worker.queue.send(Taken {
                stream,
                peer,
                counted: Counted::new(&worker.load),
            })),
            Err(error) => tracing::error!(%error, "a connection can't change its thread"),
        }
    }

    /// Takes nothing new, and waits until all have ended. Whether all requests
    /// were finished.
    pub async fn stop(self) -> bool {
        let mut all = true;
        let ended: Vec<_> = self
            .workers
            .into_iter()
            .map(|worker| worker.ended)
            .collect();
        for ended in ended {
            all &= ended.await.unwrap_or(false);
        }
        all
    }
}

impl Worker {
    fn start(number: usize, dispatch: Dispatch, grace: Duration) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let (queue, taken) = mpsc::unbounded_channel();
        let (end, ended) = oneshot::channel();
        thread::Builder::new()
            .name(format!("hob-http-{number}"))
            .spawn(move || {
                let finished = runtime.block_on(work(taken, dispatch, grace));
                // Nobody waits where the server itself was broken off.
                let _ = end.send(finished);
                // What is broken off may be in the middle of something.
                runtime.shutdown_background();
            })?;
        let load = Arc::default();
        Ok(Self { load, queue, ended })
    }
}

/// What a thread does, until nothing can come any longer. Whether all requests
/// were finished then.
async fn work(
    mut queue: mpsc::UnboundedReceiver<Taken>,
    dispatch: Dispatch,
    grace: Duration,
) -> bool {
    let connections = GracefulShutdown::new();
    while let Some(taken) = queue.recv().await {
        match TcpStream::from_std(taken.stream) {
            Ok(stream) => {
                let served = connection::serve(stream, taken.peer, dispatch.clone(), &connections);
                tokio::spawn(async move {
                    served.await;
                    drop(taken.counted);
                });
            }
            Err(error) => tracing::error!(%error, "a connection can't be served"),
        }
    }
    tokio::time::timeout(grace, connections.shutdown())
        .await
        .is_ok()
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn a_connection_goes_to_the_thread_that_has_the_fewest() {
        let (workers, mut queues): (Vec<_>, Vec<_>) = (0..3)
            .map(|_| {
                let (queue, taken) = mpsc::unbounded_channel();
                let worker = Worker {
                    load: Arc::default(),
                    queue,
                    ended: oneshot::channel().1,
                };
                (worker, taken)
            })
            .unzip();
        let workers = Workers { workers };
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("it is bound");
        let connect = async || {
            let client = TcpStream::connect(address).await.expect("it listens");
            let (stream, peer) = listener.accept().await.expect("somebody knocked");
            workers.serve(stream, peer);
            client
        };
        let mut clients = Vec::new();
        for _ in 0..3 {
            clients.push(connect().await);
        }
        let mut taken: Vec<_> = queues
            .iter_mut()
            .map(|queue| queue.try_recv().expect("each thread has one"))
            .collect();

        // One ends, and the next takes its place; the one after that finds all
        // alike.
        drop(taken.remove(1));
        clients.push(connect().await);
        assert!(queues[0].try_recv().is_err() && queues[2].try_recv().is_err());
        let _next = queues[1].try_recv().expect("the thread with none");
        clients.push(connect().await);
        let loads = workers.workers.iter().map(|worker| {
            let load = &worker.load;
            load.load(Ordering::Relaxed)
        });
        let mut loads: Vec<_> = loads.collect();
        loads.sort_unstable();
        assert_eq!(loads, [1, 1, 2]);
    }
}
