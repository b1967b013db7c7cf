//! Typed events, delivered inside the transaction that they tell of.

use abi_stable::StableAbi;

/// An event. Its payload crosses to other plugins as it lies in memory, so the
/// type is `#[repr(C)]` and derives `StableAbi`; subscribers whose idea of it
/// differs are refused at start.
pub trait Event: StableAbi + Send + Sync + Sized + 'static {
    /// The dotted name, in the past tense: `hob.member.disabled`.
    const NAME: &'static str;
    /// Another layout is another version.
    const VERSION: u32 = 1;
}

macro_rules! member_event {
    ($(#[$doc:meta])* $name:ident, $event:literal) => {
        $(#[$doc])*
        #[repr(C)]
        #[derive(StableAbi, Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name {
            pub member_id: i64,
        }

        impl Event for $name {
            const NAME: &'static str = $event;
        }
    };
}

member_event!(
    /// An administrator disabled a member: nothing in the member's name may
    /// work any longer.
    MemberDisabled,
    "hob.member.disabled"
);
member_event!(
    /// A member's password was changed, by the member or by the operator.
    MemberPasswordChanged,
    "hob.member.password_changed"
);
member_event!(
    /// A member is being deleted; rows that refer to the member go with it.
    MemberDeleted,
    "hob.member.deleted"
);
