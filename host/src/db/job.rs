//! A job on its way from a caller to a database thread and its answer back.

use std::{sync::mpsc, time::Duration};

use hob_plugin_sdk::abi::db::{RawConnection, RawJob, RawJobOutcome, RawVerdict};
use rustix::time::{ClockId, clock_gettime};
use tokio::sync::{
    mpsc::{Sender, error::TrySendError},
    oneshot,
};
use tokio_util::task::task_tracker::TaskTrackerToken;

use super::error::unavailable;
use crate::{
    request_id::RequestId,
    watchdog::{Watchdog, Watched},
};

/// A [`RawJob`] that is freed exactly once, whether or not it ran.
pub(crate) struct OwnedJob {
    job: Option<RawJob>,
    watch: Option<Watch>,
    /// For which it was asked, so that the lines it logs on another thread say
    /// so too.
    request: Option<RequestId>,
}

/// Whose code a job is, for the thread that watches over plugins.
#[derive(Clone, Copy)]
pub(crate) struct Watch {
    pub(crate) watchdog: &'static Watchdog,
    pub(crate) watched: Watched,
}

impl OwnedJob {
    /// A job of the host, or of whoever is watched. To be called on the thread
    /// of whoever asks.
    pub(crate) fn new(job: RawJob, watch: Option<Watch>) -> Self {
        Self {
            job: Some(job),
            watch,
            request: RequestId::current(),
        }
    }

    /// Runs it. A second call would do nothing and ask for a rollback.
    pub(crate) fn run(&mut self, connection: &mut RawConnection) -> RawVerdict {
        let Some(job) = self.job.take() else {
            return RawVerdict::Panicked;
        };
        let _inside = self.watch.map(|watch| watch.watchdog.enter(watch.watched));
        let job = FreeAtEnd(job);
        RequestId::during(self.request, || {
            // SAFETY: `run` is called once, with the data that it came with,
            // and before `free`.
            unsafe { (job.0.run)(job.0.data, connection) }
        })
    }
}

impl Drop for OwnedJob {
    fn drop(&mut self) {
        if let Some(job) = self.job.take() {
            drop(FreeAtEnd(job));
        }
    }
}

struct FreeAtEnd(RawJob);

impl Drop for FreeAtEnd {
    fn drop(&mut self) {
        // SAFETY: this owns the job, so it is freed here and nowhere else.
        unsafe { (self.0.free)(self.0.data) }
    }
}

/// What a job may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Read,
    Write,
    /// A write whose answer does not wait for the disk.
    Unsynced,
    /// The host's own upkeep: a write that has all the time it needs, and
    /// waits for others that do the same.
    Upkeep,
}

/// A job in a queue, with whoever waits for it.
pub(crate) struct Queued {
    pub(crate) job: OwnedJob,
    pub(crate) kind: Kind,
    pub(crate) answer: Answer,
}

/// Where an outcome goes. It is no error if nobody waits any more.
pub(crate) struct Answer {
    to: Asker,
    /// Until it is given, the job is one of those that are under way.
    _under_way: TaskTrackerToken,
}

/// Who waits for an outcome.
pub(crate) enum Asker {
    Future(oneshot::Sender<RawJobOutcome>),
    Thread(mpsc::Sender<RawJobOutcome>),
}

impl Answer {
    pub(crate) fn new(to: Asker, under_way: TaskTrackerToken) -> Self {
        Self {
            to,
            _under_way: under_way,
        }
    }

    pub(crate) fn send(self, outcome: RawJobOutcome) {
        match self.to {
            Asker::Future(sender) => drop(sender.send(outcome)),
            Asker::Thread(sender) => drop(sender.send(outcome)),
        }
    }
}

/// The outcome of a job that a database thread let fall.
pub(crate) fn abandoned() -> RawJobOutcome {
    RawJobOutcome::Failed(unavailable(
        "the database was shut down before the job's turn came",
    ))
}

/// Until when a job may run; `None` for as long as it likes.
pub(crate) type Deadline = Option<CoarseInstant>;

/// A moment on a clock that is looked at for each statement: exact to a few
/// milliseconds, and read in as many nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct CoarseInstant {
    microseconds: u64,
}

impl CoarseInstant {
    pub(crate) fn now() -> Self {
        let time = clock_gettime(ClockId::MonotonicCoarse);
        let since = Duration::try_from(time).expect("this clock begins at zero");
        Self {
            microseconds: since.as_micros() as u64,
        }
    }

    /// So long from now.
    pub(crate) fn after(duration: Duration) -> Self {
        let microseconds = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        Self {
            microseconds: Self::now().microseconds.saturating_add(microseconds),
        }
    }

    /// Since the clock began.
    pub(crate) fn as_micros(self) -> u64 {
        self.microseconds
    }
}

/// Puts a job into a queue, or answers at once that it can't be taken.
pub(crate) fn hand_over(queue: &Sender<Queued>, queued: Queued) {
    match queue.try_send(queued) {
        Ok(()) => {}
        Err(TrySendError::Full(queued)) => {
            queued.answer.send(RawJobOutcome::Failed(unavailable(
                "too many jobs wait for the database",
            )));
        }
        Err(TrySendError::Closed(queued)) => queued.answer.send(abandoned()),
    }
}

#[cfg(test)]
mod tests {
    use crate::{request_id::RequestId, testing::on_each_database};

    /// The request for which a read and a write say that they run.
    async fn seen(site: &crate::testing::TestHost) -> [Option<RequestId>; 2] {
        let db = site.db();
        let read = db.read(|_| Ok::<_, diesel::result::Error>(RequestId::current()));
        let read = read.await.expect("it reads");
        let write = db.write(|_| Ok::<_, diesel::result::Error>(RequestId::current()));
        [read, write.await.expect("it writes")]
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_job_knows_for_which_request_it_runs() {
        on_each_database(async |builder| {
            let site = builder.start().await;
            let (one, other) = (RequestId::fresh(), RequestId::fresh());
            assert_eq!(one.name(seen(&site)).await, [Some(one); 2]);
            assert_eq!(other.name(seen(&site)).await, [Some(other); 2]);
            // Nobody is left behind on the database's threads.
            assert_eq!(seen(&site).await, [None; 2]);
        })
        .await;
    }
}
