//! Ends a connection whose client lets the site wait: for a request's line and
//! headers, for the next request, or for room to write more of an answer.
//!
//! One timer for each connection, which is looked at when it has run out and
//! not set anew by each request; what happens in between only leaves a mark.
//! How long a handler takes and how slowly a body comes is not for it to judge.

use std::{
    io::{self, IoSlice},
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use smallvec::SmallVec;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, sleep_until},
};

/// Up to how many bytes an answer's headers and body are written as one piece,
/// which costs the system less than two.
const SMALL: usize = 1024;

/// What is known of one connection.
pub struct Pace {
    began: Instant,
    /// When it moved last, in microseconds since it began.
    moved: AtomicU64,
    /// Whether a request is being answered, so that nobody waits for the
    /// client.
    answering: AtomicBool,
}

/// A request is being answered for as long as this lives.
pub struct Answering<'a>(&'a Pace);

impl Drop for Answering<'_> {
    fn drop(&mut self) {
        self.0.move_on();
        self.0.answering.store(false, Ordering::Relaxed);
    }
}

impl Pace {
    pub fn begin() -> Arc<Self> {
        Arc::new(Self {
            began: Instant::now(),
            moved: AtomicU64::new(0),
            answering: AtomicBool::new(false),
        })
    }

    /// From now on a request is being answered.
    pub fn answering(&self) -> Answering<'_> {
        self.answering.store(true, Ordering::Relaxed);
        Answering(self)
    }

    fn move_on(&self) {
        let since = self.began.elapsed().as_micros();
        let since = u64::try_from(since).unwrap_or(u64::MAX);
        self.moved.store(since, Ordering::Relaxed);
    }

    /// When the client will have kept the site waiting for so long. None while
    /// it is the client who waits.
    fn due(&self, patience: Duration) -> Option<Instant> {
        let moved = Duration::from_micros(self.moved.load(Ordering::Relaxed));
        let answering = self.answering.load(Ordering::Relaxed);
        (!answering).then(|| self.began + moved + patience)
    }

    /// Drives a connection until it ends, or until its client has kept it
    /// waiting for so long: then there is no answer.
    pub async fn keep<F: Future>(&self, patience: Duration, connection: F) -> Option<F::Output> {
        let mut connection = pin!(connection);
        let mut timer = pin!(sleep_until(self.began + patience));
        std::future::poll_fn(|context| {
            if let Poll::Ready(ended) = connection.as_mut().poll(context) {
                return Poll::Ready(Some(ended));
            }
            loop {
                ready!(timer.as_mut().poll(context));
                let now = Instant::now();
                let due = self.due(patience).unwrap_or(now + patience);
                if due <= now {
                    return Poll::Ready(None);
                }
                timer.as_mut().reset(due);
            }
        })
        .await
    }
}

pin_project_lite::pin_project! {
    /// A stream that leaves a mark each time that something is written.
    pub struct Paced<S> {
        #[pin]
        stream: S,
        pace: Arc<Pace>,
    }
}

impl<S> Paced<S> {
    pub fn new(stream: S, pace: Arc<Pace>) -> Self {
        Self { stream, pace }
    }
}

impl<S: AsyncRead> AsyncRead for Paced<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.project().stream.poll_read(context, buffer)
    }
}

impl<S: AsyncWrite> AsyncWrite for Paced<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.project();
        let written = ready!(this.stream.poll_write(context, bytes));
        this.pace.move_on();
        Poll::Ready(written)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.project();
        let size: usize = slices.iter().map(|slice| slice.len()).sum();
        let written = if size <= SMALL {
            let mut together = SmallVec::<[u8; SMALL]>::new();
            for slice in slices {
                together.extend_from_slice(slice);
            }
            this.stream.poll_write(context, &together)
        } else {
            this.stream.poll_write_vectored(context, slices)
        };
        let written = ready!(written);
        this.pace.move_on();
        Poll::Ready(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.project().stream.poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.project().stream.poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncWriteExt, duplex},
        time::sleep,
    };

    use super::*;

    const SHORT: Duration = Duration::from_millis(20);

    #[tokio::test]
    async fn who_sends_nothing_is_not_waited_for() {
        let pace = Pace::begin();
        let began = Instant::now();
        let ended = pace.keep(SHORT, std::future::pending::<()>()).await;
        assert_eq!(ended, None);
        assert!(began.elapsed() >= SHORT);
    }

    #[tokio::test]
    async fn who_waits_for_an_answer_may_wait_longer() {
        let pace = Pace::begin();
        let slow = async {
            let _answering = pace.answering();
            sleep(5 * SHORT).await;
        };
        assert_eq!(pace.keep(SHORT, slow).await, Some(()));
        // From its end on the client is waited for again.
        let due = pace.due(SHORT).expect("nothing is being answered");
        assert!(due >= pace.began + 6 * SHORT);
        let idle = pace.keep(SHORT, std::future::pending::<()>());
        assert_eq!(idle.await, None);
    }

    #[tokio::test]
    async fn who_reads_on_is_given_more_time_and_who_stops_is_not() {
        let pace = Pace::begin();
        let (own, theirs) = duplex(10);
        let mut own = Paced::new(own, Arc::clone(&pace));
        sleep(SHORT).await;
        own.write_all(&[0; 10]).await.expect("there is room");
        let due = pace.due(SHORT).expect("nothing is being answered");
        assert!(due >= pace.began + 2 * SHORT);
        // There is no room left, and nobody makes any.
        let stuck = pace.keep(SHORT, own.write_all(&[0; 10]));
        assert!(stuck.await.is_none());
        drop(theirs);
    }

    /// Counts in how many pieces something comes.
    #[derive(Default)]
    struct Pieces(Vec<usize>);

    impl AsyncWrite for Pieces {
        fn poll_write(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
            bytes: &[u8],
        ) -> Poll<io::Result<usize>> {
            self.0.push(1);
            Poll::Ready(Ok(bytes.len()))
        }

        fn poll_write_vectored(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
            slices: &[IoSlice<'_>],
        ) -> Poll<io::Result<usize>> {
            self.0.push(slices.len());
            Poll::Ready(Ok(slices.iter().map(|slice| slice.len()).sum()))
        }

        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    #[tokio::test]
    async fn what_is_small_is_written_in_one_piece() {
        let mut stream = Paced::new(Pieces::default(), Pace::begin());
        for (size, pieces) in [(SMALL, 1), (SMALL + 1, 2)] {
            let (head, body) = (vec![b'h'; 10], vec![b'b'; size - 10]);
            let slices = [IoSlice::new(&head), IoSlice::new(&body)];
            let written = stream.write_vectored(&slices).await.unwrap();
            assert_eq!(written, size);
            assert_eq!(stream.stream.0.pop(), Some(pieces));
        }
    }
}
