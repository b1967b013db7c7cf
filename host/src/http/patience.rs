//! A body that may not keep everybody waiting: one whose sender falls silent,
//! or sends too little for too long, ends in an error.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use tokio::time::{Instant, Sleep};

/// How long the sender of a body is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// How long nothing may come. Also what there is to begin with for all
    /// waiting together.
    pub silence: Duration,
    /// In bytes per second: each second of waiting beyond that takes so many
    /// that have come. So a place is held for as long as its largest body
    /// takes at this rate, and no longer.
    pub least_rate: u64,
}

impl Patience {
    /// How long nothing may come now, after so many bytes and so much waiting;
    /// and what it is called if that was too long.
    fn left(self, received: u64, waited: Duration) -> (Duration, BodyError) {
        let earned = received.saturating_mul(1000) / self.least_rate.max(1);
        let earned = Duration::from_millis(earned);
        let left = (self.silence + earned).saturating_sub(waited);
        if left < self.silence {
            (left, BodyError::Slow)
        } else {
            (self.silence, BodyError::Silent)
        }
    }
}

pin_project_lite::pin_project! {
    /// A body and the patience with its sender.
    ///
    /// What counts is the time in which there was nothing to read: a site that
    /// is slow itself takes none of its sender's.
    pub struct Patient {
        #[pin]
        body: Body,
        patience: Patience,
        received: u64,
        waited: Duration,
        // Set only while nothing has come: most bodies are there at once, and
        // cost no timer.
        waiting: Option<Waiting>,
    }
}

struct Waiting {
    since: Instant,
    end: Pin<Box<Sleep>>,
    error: BodyError,
}

/// Why a body ended before its end.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    #[error("the sender fell silent")]
    Silent,
    #[error("the sender was too slow")]
    Slow,
    #[error(transparent)]
    Broken(axum::Error),
}

impl Patient {
    pub fn new(body: Body, patience: Patience) -> Self {
        Self {
            body,
            patience,
            received: 0,
            waited: Duration::ZERO,
            waiting: None,
        }
    }
}

impl HttpBody for Patient {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = self.project();
        if let Poll::Ready(frame) = this.body.poll_frame(context) {
            if let Some(waiting) = this.waiting.take() {
                *this.waited += waiting.since.elapsed();
            }
            if let Some(Ok(frame)) = &frame
                && let Some(data) = frame.data_ref()
            {
                *this.received += data.len() as u64;
            }
            return Poll::Ready(frame.map(|frame| frame.map_err(BodyError::Broken)));
        }
        let waiting = this.waiting.get_or_insert_with(|| {
            let (left, error) = this.patience.left(*this.received, *this.waited);
            let since = Instant::now();
            let end = Box::pin(tokio::time::sleep_until(since + left));
            Waiting { since, end, error }
        });
        ready!(waiting.end.as_mut().poll(context));
        let error = std::mem::replace(&mut waiting.error, BodyError::Silent);
        Poll::Ready(Some(Err(error)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use std::{convert::Infallible, pin::pin, task::Waker};

    use futures_util::stream;
    use http_body_util::BodyExt;
    use tokio::sync::mpsc;

    use super::*;

    /// Far more than a test takes.
    const LONG: Duration = Duration::from_secs(3600);
    const AS_SLOW_AS_IT_LIKES: u64 = 1;

    /// A body whose chunks come when the test sends them.
    fn sent(silence: Duration, least_rate: u64) -> (mpsc::Sender<&'static str>, Patient) {
        let (sender, chunks) = mpsc::channel(1);
        let chunks = stream::unfold(chunks, async |mut chunks| {
            let chunk = chunks.recv().await?;
            Some((Ok::<_, Infallible>(chunk), chunks))
        });
        let patience = Patience {
            silence,
            least_rate,
        };
        (sender, Patient::new(Body::from_stream(chunks), patience))
    }

    #[tokio::test]
    async fn a_silent_sender_is_not_waited_for() {
        let (sender, body) = sent(Duration::from_millis(10), AS_SLOW_AS_IT_LIKES);
        sender.send("chunk").await.unwrap();
        let collected = body.collect().await;
        assert!(matches!(collected, Err(BodyError::Silent)), "{collected:?}");
    }

    #[tokio::test]
    async fn each_chunk_begins_the_time_anew_and_what_is_there_needs_none() {
        let (sender, body) = sent(LONG, AS_SLOW_AS_IT_LIKES);
        let mut body = pin!(body);
        let mut context = Context::from_waker(Waker::noop());
        for _ in 0..3 {
            sender.send("chunk").await.unwrap();
            assert!(body.as_mut().poll_frame(&mut context).is_ready());
            assert!(body.waiting.is_none());
            assert!(body.as_mut().poll_frame(&mut context).is_pending());
            assert!(body.waiting.is_some());
        }
        drop(sender);
        let end = body.as_mut().poll_frame(&mut context);
        assert!(matches!(end, Poll::Ready(None)), "{end:?}");
    }

    /// Sends a byte again and again, never silent for long.
    async fn drip(sender: mpsc::Sender<&'static str>, times: u32) {
        let mut tick = tokio::time::interval(Duration::from_millis(5));
        for _ in 0..times {
            tick.tick().await;
            if sender.send("x").await.is_err() {
                break;
            }
        }
    }

    #[tokio::test]
    async fn who_drips_is_not_waited_for() {
        let (sender, body) = sent(Duration::from_millis(100), 1_000_000);
        let (collected, ()) = tokio::join!(body.collect(), drip(sender, 1000));
        assert!(matches!(collected, Err(BodyError::Slow)), "{collected:?}");
    }

    /// `[server]` as it is by default, over an hour of a link that is gone for
    /// half of each minute.
    #[test]
    fn an_honest_sender_on_a_bad_link_never_runs_out() {
        let patience = Patience {
            silence: Duration::from_secs(30),
            least_rate: 1024,
        };
        let (mut received, mut waited) = (0, Duration::ZERO);
        for _ in 0..60 {
            // 3 KiB in each of thirty seconds, a GPRS link at its worst.
            for _ in 0..30 {
                received += 3 * 1024;
                waited += Duration::from_secs(1);
                let (left, error) = patience.left(received, waited);
                assert_eq!(left, patience.silence);
                assert!(matches!(error, BodyError::Silent));
            }
            waited += Duration::from_secs(29);
            assert!(patience.left(received, waited).0 >= Duration::from_secs(1));
        }
    }

    #[test]
    fn a_body_takes_no_longer_than_at_the_least_rate() {
        let patience = Patience {
            silence: Duration::from_secs(30),
            least_rate: 1024,
        };
        let seconds = Duration::from_secs;
        // A byte each 29 seconds.
        assert_eq!(patience.left(0, seconds(0)).0, seconds(30));
        let (left, error) = patience.left(1, seconds(29));
        assert!(left < seconds(2), "{left:?}");
        assert!(matches!(error, BodyError::Slow));
        assert_eq!(patience.left(2, seconds(58)).0, Duration::ZERO);
        // Exactly at the rate, which is what was there to begin with.
        assert_eq!(patience.left(10 * 1024, seconds(10)).0, seconds(30));
        assert_eq!(patience.left(10 * 1024, seconds(40)).0, Duration::ZERO);
    }
}
