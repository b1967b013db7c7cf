//! `hob.members` 1: the people of the site, as plugins reach them.

use std::sync::Arc;

use abi_stable::std_types::{ROption, RResult, RString};
use hob_plugin_sdk::{
    abi::{
        FfiFuture, FfiFutureExt, RawContext, RawError,
        members::{MembersV1, RawProfile, RawUsernameVerdict},
    },
    db::{Db, Memo},
};

use super::{Member, Password, PasswordHasher, Registration, Username};
use crate::site::Address;

struct Directory {
    db: Db,
    passwords: PasswordHasher,
    address: Address,
    registration: Registration,
    /// By their ids.
    known: Memo<i64, Option<Arc<Member>>>,
}

/// The table of functions over the members, for the life of the process.
#[must_use]
pub fn members_interface(
    db: Db,
    passwords: PasswordHasher,
    address: Address,
    registration: Registration,
) -> &'static MembersV1 {
    let directory: &'static Directory = Box::leak(Box::new(Directory {
        db,
        passwords,
        address,
        registration,
        known: Memo::with_capacity(4096),
    }));
    Box::leak(Box::new(MembersV1 {
        context: std::ptr::from_ref(directory).cast(),
        find,
        find_by_username,
        check_password,
        registration_is_open,
        check_username,
    }))
}

fn directory(context: RawContext) -> &'static Directory {
    // SAFETY: `members_interface` made the context from a leaked `Directory`.
    unsafe { &*context.cast::<Directory>() }
}

extern "C" fn find(
    context: RawContext,
    id: i64,
) -> FfiFuture<RResult<ROption<RawProfile>, RawError>> {
    let directory = directory(context);
    async move {
        let found = directory
            .db
            .read_memoized(&directory.known, id, |connection, id| {
                Ok(Member::find(connection, *id)?.map(Arc::new))
            })
            .await;
        answer(directory, found.as_ref().map(Option::as_deref))
    }
    .into_ffi()
}

extern "C" fn find_by_username(
    context: RawContext,
    username: RString,
) -> FfiFuture<RResult<ROption<RawProfile>, RawError>> {
    let directory = directory(context);
    async move {
        let Ok(name) = Username::parse(&username) else {
            return RResult::ROk(ROption::RNone);
        };
        let found = directory
            .db
            .read(move |connection| Member::find_by_username(connection, name.as_str()))
            .await;
        answer(directory, found.as_ref().map(Option::as_ref))
    }
    .into_ffi()
}

extern "C" fn check_password(
    context: RawContext,
    username: RString,
    password: RString,
) -> FfiFuture<RResult<ROption<RawProfile>, RawError>> {
    let directory = directory(context);
    async move {
        let password = Password::presented(&password);
        let found =
            super::check_password(&directory.db, &directory.passwords, &username, password).await;
        answer(directory, found.as_ref().map(Option::as_ref))
    }
    .into_ffi()
}

extern "C" fn registration_is_open(context: RawContext) -> bool {
    directory(context).registration == Registration::Open
}

extern "C" fn check_username(
    context: RawContext,
    username: RString,
) -> FfiFuture<RResult<RawUsernameVerdict, RawError>> {
    let directory = directory(context);
    async move {
        let Ok(name) = Username::parse(&username) else {
            return RResult::ROk(RawUsernameVerdict::Malformed);
        };
        let found = directory
            .db
            .read(move |connection| Member::find_by_username(connection, name.as_str()))
            .await;
        match found {
            Ok(None) => RResult::ROk(RawUsernameVerdict::Free),
            Ok(Some(_)) => RResult::ROk(RawUsernameVerdict::Taken),
            Err(error) => RResult::RErr(failed(&error)),
        }
    }
    .into_ffi()
}

fn answer(
    directory: &Directory,
    found: Result<Option<&Member>, &diesel::result::Error>,
) -> RResult<ROption<RawProfile>, RawError> {
    match found {
        Ok(member) => RResult::ROk(member.map(|member| profile(directory, member)).into()),
        Err(error) => RResult::RErr(failed(error)),
    }
}

fn failed(error: &diesel::result::Error) -> RawError {
    RawError {
        kind: RawError::KIND_FAILED,
        message: format!("looking a member up: {error}").into(),
    }
}

fn profile(directory: &Directory, member: &Member) -> RawProfile {
    RawProfile {
        id: member.id,
        profile_url: [directory.address.url(), "/u/", &member.username]
            .concat()
            .into(),
        disabled: member.is_disabled(),
        username: member.username.as_str().into(),
        display_name: member.display_name.as_str().into(),
        email: member.email.as_str().into(),
        email_verified: member.email_verified,
        administrator: member.administrator,
        has_password: member.has_password(),
        uploader: member.uploader,
        created_at: member.created_at.as_micros(),
        language: member.language.as_str().into(),
    }
}
