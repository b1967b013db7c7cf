//! A body that may not keep everybody waiting: one whose sender falls silent
//! ends in an error.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use tokio::time::Sleep;

pin_project_lite::pin_project! {
    /// A body and how long its sender may be silent.
    pub struct Patient {
        #[pin]
        body: Body,
        patience: Duration,
        // Set only while nothing has come: most bodies are there at once, and
        // cost no timer.
        silence: Option<Pin<Box<Sleep>>>,
    }
}

/// Why a body ended before its end.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    #[error("the sender fell silent")]
    Silent,
    #[error(transparent)]
    Broken(axum::Error),
}

impl Patient {
    pub fn new(body: Body, patience: Duration) -> Self {
        Self {
            body,
            patience,
            silence: None,
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
            *this.silence = None;
            return Poll::Ready(frame.map(|frame| frame.map_err(BodyError::Broken)));
        }
        let silence = this
            .silence
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(*this.patience)));
        ready!(silence.as_mut().poll(context));
        Poll::Ready(Some(Err(BodyError::Silent)))
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

    /// A body whose chunks come when the test sends them.
    fn sent(patience: Duration) -> (mpsc::Sender<&'static str>, Patient) {
        let (sender, chunks) = mpsc::channel(1);
        let chunks = stream::unfold(chunks, async |mut chunks| {
            let chunk = chunks.recv().await?;
            Some((Ok::<_, Infallible>(chunk), chunks))
        });
        (sender, Patient::new(Body::from_stream(chunks), patience))
    }

    #[tokio::test]
    async fn a_silent_sender_is_not_waited_for() {
        let (sender, body) = sent(Duration::from_millis(10));
        sender.send("chunk").await.unwrap();
        let collected = body.collect().await;
        assert!(matches!(collected, Err(BodyError::Silent)), "{collected:?}");
    }

    #[tokio::test]
    async fn each_chunk_begins_the_time_anew_and_what_is_there_needs_none() {
        let (sender, body) = sent(Duration::from_secs(3600));
        let mut body = pin!(body);
        let mut context = Context::from_waker(Waker::noop());
        for _ in 0..3 {
            sender.send("chunk").await.unwrap();
            assert!(body.as_mut().poll_frame(&mut context).is_ready());
            assert!(body.silence.is_none());
            assert!(body.as_mut().poll_frame(&mut context).is_pending());
            assert!(body.silence.is_some());
        }
        drop(sender);
        let end = body.as_mut().poll_frame(&mut context);
        assert!(matches!(end, Poll::Ready(None)), "{end:?}");
    }
}
