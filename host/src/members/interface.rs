//! `hob.members` 1: the people of the site, as plugins reach them.

use abi_stable::std_types::{ROption, RResult, RString};
use hob_plugin_sdk::{
    abi::{
        FfiFuture, FfiFutureExt, RawContext, RawError,
        members::{MembersV1, RawProfile},
    },
    db::Db,
};

use super::{Member, Password, PasswordHasher, Username};
use crate::site::Address;

struct Directory {
    db: Db,
    passwords: PasswordHasher,
    address: Address,
}

/// The table of functions over the members, for the life of the process.
#[must_use]
pub fn members_interface(
    db: Db,
    passwords: PasswordHasher,
    address: Address,
) -> &'static MembersV1 {
    let directory: &'static Directory = Box::leak(Box::new(Directory {
        db,
        passwords,
        address,
    }));
    Box::leak(Box::new(MembersV1 {
        context: std::ptr::from_ref(directory).cast(),
        find,
        find_by_username,
        check_password,
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
            .read(move |connection| Member::find(connection, id))
            .await;
        answer(directory, found)
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
        answer(directory, found)
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
        answer(directory, found)
    }
    .into_ffi()
}

fn answer(
    directory: &Directory,
    found: Result<Option<Member>, diesel::result::Error>,
) -> RResult<ROption<RawProfile>, RawError> {
    match found {
        Ok(member) => RResult::ROk(member.map(|member| profile(directory, member)).into()),
        Err(error) => RResult::RErr(RawError {
            kind: RawError::KIND_FAILED,
            message: format!("looking a member up: {error}").into(),
        }),
    }
}

fn profile(directory: &Directory, member: Member) -> RawProfile {
    RawProfile {
        id: member.id,
        profile_url: directory
            .address
            .absolute(&format!("/u/{}", member.username))
            .into(),
        disabled: member.is_disabled(),
        username: member.username.into(),
        display_name: member.display_name.into(),
        email: member.email.into(),
        email_verified: member.email_verified,
        administrator: member.administrator,
        uploader: member.uploader,
        created_at: member.created_at.as_micros(),
        language: member.language.into(),
    }
}
