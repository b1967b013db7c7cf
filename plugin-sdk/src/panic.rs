//! Panics stop here: none may reach an `extern "C"` frame, where it would end
//! the whole process.

use std::{
    any::Any,
    future::Future,
    mem::ManuallyDrop,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    task::{Context, Poll},
};

use abi_stable::std_types::RResult;

use crate::{
    PluginError,
    abi::{FfiFuture, FfiFutureExt, RawError},
};

/// Runs `body`; a panic becomes an error.
pub(crate) fn guard<T>(body: impl FnOnce() -> Result<T, RawError>) -> RResult<T, RawError> {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(result) => result.into(),
        Err(payload) => RResult::RErr(panicked(payload)),
    }
}

/// As [`guard`], for a function that has no error to return: a panic yields
/// `fallback`.
pub(crate) fn guard_or<T>(fallback: T, body: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|payload| {
        discard(payload);
        fallback
    })
}

/// Begins what the provider of a service does, and carries its answer over the
/// boundary: for the functions of a table that answer with a future. A panic
/// becomes an error.
pub fn answer<T, F, R>(
    begin: impl FnOnce() -> F,
    cross: impl Fn(T) -> R + Send + 'static,
) -> FfiFuture<RResult<R, RawError>>
where
    F: Future<Output = Result<T, PluginError>> + Send + 'static,
    R: Send + 'static,
{
    let begun = guard(|| {
        let cross =
            move |answer: Result<T, PluginError>| answer.map(&cross).map_err(RawError::from);
        Ok(Guarded::new(begin(), cross).into_ffi())
    });
    match begun {
        RResult::ROk(future) => future,
        RResult::RErr(error) => std::future::ready(RResult::RErr(error)).into_ffi(),
    }
}

/// The error that a panic becomes, with its message.
fn panicked(payload: Box<dyn Any + Send>) -> RawError {
    let message = payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without a message".to_owned());
    discard(payload);
    RawError {
        kind: RawError::KIND_PANICKED,
        message: format!("panicked: {message}").into(),
    }
}

/// Drops a panic's payload, whose own drop may panic again.
pub(crate) fn discard(payload: Box<dyn Any + Send>) {
    if let Err(second) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        // A payload whose payload's drop panics is leaked rather than chased.
        std::mem::forget(second);
    }
}

/// A future that turns panics of its inner future, in `poll` or in `drop`,
/// into an error.
///
/// `answer` makes of the inner future's output what crosses. An `async` block
/// around the inner future would do the same, and hold it twice.
pub(crate) struct Guarded<F, A> {
    inner: ManuallyDrop<F>,
    answer: A,
    dropped: bool,
}

impl<F, A> Guarded<F, A> {
    pub(crate) fn new(inner: F, answer: A) -> Self {
        Self {
            inner: ManuallyDrop::new(inner),
            answer,
            dropped: false,
        }
    }

    fn drop_inner(&mut self) {
        if std::mem::replace(&mut self.dropped, true) {
            return;
        }
        let inner = &mut self.inner;
        if let Err(payload) = catch_unwind(AssertUnwindSafe(|| {
            // SAFETY: `dropped` was false, so this is the only drop; the inner
            // future is not touched again.
            unsafe { ManuallyDrop::drop(inner) }
        })) {
            discard(payload);
        }
    }
}

impl<F, A, T> Future for Guarded<F, A>
where
    F: Future,
    A: FnMut(F::Output) -> Result<T, RawError>,
{
    type Output = RResult<T, RawError>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        // SAFETY: the inner future is pinned with `self` and never moved out.
        let this = unsafe { self.get_unchecked_mut() };
        if this.dropped {
            return Poll::Ready(RResult::RErr(RawError {
                kind: RawError::KIND_FAILED,
                message: "polled after its end".into(),
            }));
        }
        let result = catch_unwind(AssertUnwindSafe(|| {
            // SAFETY: as above.
            unsafe { Pin::new_unchecked(&mut *this.inner) }
                .poll(context)
                .map(&mut this.answer)
        }));
        let ended = !matches!(result, Ok(Poll::Pending));
        if ended {
            this.drop_inner();
        }
        match result {
            Ok(poll) => poll.map(RResult::from),
            Err(payload) => Poll::Ready(RResult::RErr(panicked(payload))),
        }
    }
}

impl<F, A> Drop for Guarded<F, A> {
    fn drop(&mut self) {
        self.drop_inner();
    }
}

#[cfg(test)]
mod tests {
    use std::convert::identity;

    use super::*;

    struct PanicsInDrop;

    impl Drop for PanicsInDrop {
        fn drop(&mut self) {
            panic!("in drop");
        }
    }

    fn poll_once<F: Future>(future: F) -> Poll<F::Output> {
        let waker = std::task::Waker::noop();
        std::pin::pin!(future).poll(&mut Context::from_waker(waker))
    }

    #[test]
    fn a_panic_in_poll_is_an_error_with_its_message() {
        let future = Guarded::new(
            async {
                if true {
                    panic!("at the start");
                }
                Ok(())
            },
            identity,
        );
        let Poll::Ready(RResult::RErr(error)) = poll_once(future) else {
            panic!("expected an error");
        };
        assert_eq!(error.kind, RawError::KIND_PANICKED);
        assert_eq!(error.message.as_str(), "panicked: at the start");
    }

    #[test]
    fn a_panic_in_drop_of_a_given_up_future_is_contained() {
        let future = Guarded::new(
            async {
                let _guard = PanicsInDrop;
                std::future::pending::<()>().await;
                Ok(())
            },
            identity,
        );
        assert!(poll_once(future).is_pending());
    }

    #[test]
    fn a_payload_whose_drop_panics_is_contained() {
        let result = guard(|| -> Result<(), RawError> { std::panic::panic_any(PanicsInDrop) });
        assert!(result.is_err());
    }

    #[test]
    fn a_panic_in_making_the_answer_is_an_error() {
        let future = Guarded::new(std::future::ready(5), |five| -> Result<(), RawError> {
            panic!("of {five}")
        });
        let Poll::Ready(RResult::RErr(error)) = poll_once(future) else {
            panic!("expected an error");
        };
        assert_eq!(error.message.as_str(), "panicked: of 5");
    }
}
