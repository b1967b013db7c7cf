//! Typed events: what tells other plugins of what is done, inside the
//! transaction that does it or after its commit.

use std::{fmt, marker::PhantomData};

use abi_stable::{
    StableAbi,
    std_types::{RResult, RString},
    type_layout::TypeLayout,
};

use crate::{
    AuditNoted,
    abi::{
        RawError,
        event::{RawEvent, RawPayload, RawRaised},
    },
    db::{Connection, DbError},
    panic::{guard, guard_or},
};

/// An event. Its payload crosses to other plugins as it lies in memory, so the
/// type is `#[repr(C)]` and derives `StableAbi`; subscribers whose idea of it
/// differs keep the site from starting. [`crate::event!`] makes such types.
pub trait Event: StableAbi + Clone + Send + Sync + Sized + 'static {
    /// The dotted name, in the past tense: `hob.member.disabled`.
    const NAME: &'static str;
    /// Another layout is another version.
    const VERSION: u32 = 1;
    /// A subscriber's error ends what the event tells of. Otherwise only the
    /// subscriber's own work is rolled back, and the error is logged.
    const MAY_REFUSE: bool = false;
}

/// An event as a list in the docs has it.
#[derive(Debug, Clone, Copy)]
pub struct EventDescription {
    /// The Rust type.
    pub kind: &'static str,
    pub name: &'static str,
    pub version: u32,
    pub may_refuse: bool,
    /// What happened, as the type's documentation says it.
    pub about: &'static str,
    pub fields: &'static [FieldDescription],
    /// As it crosses.
    pub layout: &'static TypeLayout,
}

/// A field of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldDescription {
    pub name: &'static str,
    /// The Rust type.
    pub kind: &'static str,
    pub about: &'static str,
}

/// Makes a type of event with its description, from which a list in the docs
/// can be made that can't lie. The crate has to depend on `abi_stable` too.
///
/// ```ignore
/// event! {
///     /// An album was emptied.
///     pub struct AlbumEmptied: "org.example.album.emptied" 1 {
///         /// Whose album it is.
///         member_id: i64,
///     }
/// }
/// ```
///
/// `1 may refuse` lets subscribers refuse. `DESCRIPTION` is a constant of the
/// type.
#[macro_export]
macro_rules! event {
    ($(
        $(#[doc = $about:literal])+
        pub struct $kind:ident: $name:literal $version:literal $(may $refuse:ident)? {
            $($(#[doc = $field_about:literal])+ $field:ident: $field_kind:ty,)*
        }
    )+) => {$(
        $(#[doc = $about])+
        #[repr(C)]
        #[derive(::abi_stable::StableAbi, Clone, Debug, PartialEq, Eq)]
        pub struct $kind {
            $($(#[doc = $field_about])+ pub $field: $field_kind,)*
        }

        impl $crate::Event for $kind {
            const NAME: &'static str = $name;
            const VERSION: u32 = $version;
            const MAY_REFUSE: bool = $crate::event!(@may $($refuse)?);
        }

        impl $kind {
            /// What the docs say of it.
            pub const DESCRIPTION: $crate::EventDescription = $crate::EventDescription {
                kind: stringify!($kind),
                name: $name,
                version: $version,
                may_refuse: <Self as $crate::Event>::MAY_REFUSE,
                about: concat!($($about),+),
                fields: &[$($crate::FieldDescription {
                    name: stringify!($field),
                    kind: stringify!($field_kind),
                    about: concat!($($field_about),+),
                },)*],
                layout: <Self as ::abi_stable::StableAbi>::LAYOUT,
            };
        }
    )+};
    (@may) => { false };
    (@may refuse) => { true };
}

event! {
    /// The operator disabled a member: nothing in the member's name may
    /// work any longer.
    pub struct MemberDisabled: "hob.member.disabled" 1 may refuse {
        /// The member.
        member_id: i64,
    }

    /// A member's password was changed, by the member or by the operator.
    pub struct MemberPasswordChanged: "hob.member.password_changed" 1 may refuse {
        /// The member.
        member_id: i64,
    }

    /// Somebody who had no account has made one, and a plugin vouches for it. The operator's own commands are not told of.
    pub struct MemberRegistered: "hob.member.registered" 1 may refuse {
        /// The new member.
        member_id: i64,
        /// How the member signs in, and is called.
        username: RString,
        /// The id of the plugin that vouches.
        plugin: RString,
        /// By what that plugin knows the newcomer again.
        reference: RString,
    }

    /// A member is signed in, in one browser.
    pub struct SessionBegun: "hob.session.begun" 1 may refuse {
        /// The session.
        session_id: i64,
        /// The member.
        member_id: i64,
        /// The id of the plugin that vouches; empty for the site's own password.
        plugin: RString,
        /// By what that plugin knows the sign-in again.
        reference: RString,
    }

    /// A session is over: signed out, replaced, or too long unused.
    pub struct SessionEnded: "hob.session.ended" 1 {
        /// The session.
        session_id: i64,
        /// The member.
        member_id: i64,
    }

    /// A member is being deleted; rows that refer to the member go with it.
    /// This version of Hob has no way to delete a member and does not raise
    /// it.
    pub struct MemberDeleted: "hob.member.deleted" 1 may refuse {
        /// The member.
        member_id: i64,
    }
}

/// What the core raises.
pub const CORE_EVENTS: &[EventDescription] = &[
    MemberDisabled::DESCRIPTION,
    MemberPasswordChanged::DESCRIPTION,
    MemberRegistered::DESCRIPTION,
    SessionBegun::DESCRIPTION,
    SessionEnded::DESCRIPTION,
    MemberDeleted::DESCRIPTION,
    AuditNoted::DESCRIPTION,
];

/// What the core raises, as it crosses. For the host.
#[doc(hidden)]
#[must_use]
pub fn raised_by_core() -> Vec<RawRaised> {
    vec![
        raised::<MemberDisabled>(),
        raised::<MemberPasswordChanged>(),
        raised::<MemberRegistered>(),
        raised::<SessionBegun>(),
        raised::<SessionEnded>(),
        raised::<MemberDeleted>(),
        raised::<AuditNoted>(),
    ]
}

pub(crate) fn raised<E: Event>() -> RawRaised {
    RawRaised {
        name: E::NAME.into(),
        version: E::VERSION,
        layout: E::LAYOUT,
        may_refuse: E::MAY_REFUSE,
    }
}

/// An event as it crosses.
pub(crate) fn raw<E: Event>(event: &E) -> RawEvent<'_> {
    RawEvent {
        name: E::NAME.into(),
        version: E::VERSION,
        payload: std::ptr::from_ref(event).cast(),
        layout: E::LAYOUT,
        copy: copy::<E>,
    }
}

/// # Safety
/// `payload` points to an `E`.
unsafe extern "C" fn copy<E: Event>(payload: *const ()) -> RResult<RawPayload, RawError> {
    guard(|| {
        // SAFETY: the caller's promise.
        let event = unsafe { &*payload.cast::<E>() };
        Ok(RawPayload {
            data: Box::into_raw(Box::new(event.clone())).cast(),
            free: free::<E>,
        })
    })
}

/// # Safety
/// `data` is of [`copy`] for the same `E`, and this is the only call with it.
unsafe extern "C" fn free<E: Event>(data: *mut ()) {
    // SAFETY: the caller's promise.
    let event = unsafe { Box::from_raw(data.cast::<E>()) };
    guard_or((), || drop(event));
}

/// One type of event, and whether anybody listens to it: for events that are
/// raised often. Made once, at start, by [`crate::Host::channel`].
pub struct Channel<E> {
    is_heard: bool,
    event: PhantomData<fn() -> E>,
}

impl<E: Event> Channel<E> {
    pub(crate) fn new(is_heard: bool) -> Self {
        Self {
            is_heard,
            event: PhantomData,
        }
    }

    /// Whether some enabled plugin subscribes to it, inside or after.
    #[must_use]
    pub fn is_heard(self) -> bool {
        self.is_heard
    }

    /// As [`Connection::raise`], for what `event` makes. Where nobody listens
    /// it is not called, and this is one comparison.
    ///
    /// # Errors
    /// As [`Connection::raise`].
    pub fn raise(
        self,
        connection: &mut Connection,
        event: impl FnOnce() -> E,
    ) -> Result<(), DbError> {
        if self.is_heard {
            connection.raise(&event())
        } else {
            Ok(())
        }
    }
}

impl<E> Clone for Channel<E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E> Copy for Channel<E> {}

impl<E: Event> fmt::Debug for Channel<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Channel({}, {})", E::NAME, self.is_heard)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_says_what_the_type_is() {
        let description = MemberDisabled::DESCRIPTION;
        assert_eq!(description.kind, "MemberDisabled");
        assert_eq!(
            (description.name, description.version),
            (MemberDisabled::NAME, MemberDisabled::VERSION)
        );
        assert!(description.may_refuse && description.about.contains("disabled a member"));
        assert_eq!(description.fields[0].name, "member_id");
        assert_eq!(description.fields[0].kind, "i64");
    }

    #[test]
    fn a_copy_outlives_what_it_was_made_of() {
        let copied = {
            let event = MemberDisabled { member_id: 7 };
            let raw = raw(&event);
            // SAFETY: the payload is the event.
            unsafe { (raw.copy)(raw.payload) }.into_result().unwrap()
        };
        // SAFETY: the copy is of this type, and freed once.
        unsafe {
            assert_eq!((*copied.data.cast::<MemberDisabled>()).member_id, 7);
            (copied.free)(copied.data);
        }
    }
}
