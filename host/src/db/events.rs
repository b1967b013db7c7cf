//! What the database knows of events: that somebody is handed each with the
//! connection of its transaction, and again once that is committed.

use hob_plugin_sdk::abi::{
    RawError,
    db::RawConnection,
    event::{RawEvent, RawPayload},
};

use crate::request_id::RequestId;

/// Whoever knows the subscribers.
pub trait DeliverEvents: Send + Sync {
    /// Delivers an event to those who hear of it inside its transaction. The
    /// answer is a copy for those who hear of it afterwards, if there are any.
    ///
    /// # Errors
    /// The event is refused, and what it tells of has to be rolled back.
    fn deliver(
        &self,
        event: &RawEvent<'_>,
        lender: &dyn Lender,
    ) -> Result<Option<OwnedEvent>, RawError>;

    /// Takes events whose transaction has been committed. On a thread of the
    /// database: must not wait.
    fn committed(&self, events: Vec<OwnedEvent>);
}

/// See [`super::Database::set_event_sink`].
pub type EventSink = Box<dyn DeliverEvents>;

/// Lends a subscriber the connection of the transaction.
pub trait Lender {
    /// Calls `deliver` with a connection in which savepoints count from 1.
    /// Where `guarded`, the subscriber's error, its panic or a statement of its
    /// that fails rolls back what it did, and the transaction goes on.
    /// Otherwise the transaction has failed then.
    ///
    /// # Errors
    /// The subscriber's, or that it failed in one of those ways.
    fn lend(
        &self,
        guarded: bool,
        deliver: &mut dyn FnMut(&mut RawConnection) -> Result<(), RawError>,
    ) -> Result<(), RawError>;
}

/// An event that outlives the transaction that raised it.
pub struct OwnedEvent {
    pub name: String,
    pub version: u32,
    /// The request in which it was raised.
    pub request: Option<RequestId>,
    payload: RawPayload,
}

impl OwnedEvent {
    /// Copies an event. `event.payload` has to be what its layout says, as it
    /// is wherever the SDK made it.
    ///
    /// # Errors
    /// Its type panicked over it.
    pub fn copy(event: &RawEvent<'_>) -> Result<Self, RawError> {
        // SAFETY: the function came with the payload, for its type.
        let payload = unsafe { (event.copy)(event.payload) }.into_result()?;
        Ok(Self {
            name: event.name.as_str().to_owned(),
            version: event.version,
            request: RequestId::current(),
            payload,
        })
    }

    /// The payload, valid for as long as this.
    #[must_use]
    pub fn payload(&self) -> *const () {
        self.payload.data
    }
}

impl Drop for OwnedEvent {
    fn drop(&mut self) {
        // SAFETY: this owns the payload, so it is freed here and nowhere else.
        unsafe { (self.payload.free)(self.payload.data) }
    }
}

impl std::fmt::Debug for OwnedEvent {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "OwnedEvent({} v{})", self.name, self.version)
    }
}
