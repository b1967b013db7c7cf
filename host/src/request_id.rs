//! The name of a request, and which request this thread is working on.
//!
//! A future that answers a request carries its id; while it is polled the
//! thread knows the id, and the log adds it to every line (see `logging`).

use std::{
    cell::Cell,
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

/// Names a request in logs, on error pages and in the answer: 16 hexadecimal
/// digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RequestId([u8; 16]);

impl RequestId {
    /// A fresh one. It is no secret, so it need not come from the operating
    /// system.
    #[must_use]
    pub fn fresh() -> Self {
        let number: u64 = rand::random();
        Self(std::array::from_fn(|at| {
            b"0123456789abcdef"[(number >> (60 - 4 * at) & 15) as usize]
        }))
    }

    /// Its digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("digits are ASCII")
    }

    /// The request that this thread is working on.
    #[must_use]
    pub fn current() -> Option<Self> {
        CURRENT.get()
    }

    /// Does `work` for this request, or for none, on a thread that works for
    /// many.
    pub(crate) fn during<T>(id: Option<Self>, work: impl FnOnce() -> T) -> T {
        let _before = Before(CURRENT.replace(id));
        work()
    }

    /// Names `future` while it is polled.
    pub fn name<F>(self, future: F) -> Named<F> {
        Named { id: self, future }
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

thread_local! {
    static CURRENT: Cell<Option<RequestId>> = const { Cell::new(None) };
}

/// What was the current request before, which it is again at the end.
struct Before(Option<RequestId>);

impl Drop for Before {
    fn drop(&mut self) {
        CURRENT.set(self.0);
    }
}

pin_project_lite::pin_project! {
    /// A future whose log lines carry the request's id.
    pub struct Named<F> {
        id: RequestId,
        #[pin]
        future: F,
    }
}

impl<F: Future> Future for Named<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let _before = Before(CURRENT.replace(Some(*this.id)));
        this.future.poll(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_known_while_its_future_is_polled() {
        let (outer, inner) = (RequestId::fresh(), RequestId::fresh());
        assert_ne!(outer, inner);
        assert_eq!(outer.as_str().len(), 16);
        let mut future = std::pin::pin!(outer.name(async {
            assert_eq!(RequestId::current(), Some(outer));
            inner
                .name(async { assert_eq!(RequestId::current(), Some(inner)) })
                .await;
            RequestId::current()
        }));
        let mut context = Context::from_waker(std::task::Waker::noop());
        assert_eq!(future.as_mut().poll(&mut context), Poll::Ready(Some(outer)));
        assert_eq!(RequestId::current(), None);
    }
}
