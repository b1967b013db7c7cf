//! `hob.media` 1: the library, as plugins reach it.

use std::{path::PathBuf, sync::Arc};

use abi_stable::std_types::{ROption, RResult, RString, RVec};
use hob_plugin_sdk::abi::{
    FfiFuture, FfiFutureExt, RawContext, RawError,
    media::{
        MediaV1, RawMedia, RawMediaChange, RawMediaFile, RawMediaPage, RawMediaQuery, RawNewMedia,
        RawViewer,
    },
};

use super::{
    MediaError,
    library::{MediaLibrary, MediumChange, NewMedium, PublishError},
    rows::{Listing, Medium},
};

/// The table of functions over a library, which lives as long as the process.
#[must_use]
pub fn media_interface(library: Arc<MediaLibrary>) -> &'static MediaV1 {
    Box::leak(Box::new(MediaV1 {
        context: Arc::into_raw(library).cast(),
        list,
        find,
        create,
        update,
        delete,
    }))
}

fn library(context: RawContext) -> &'static MediaLibrary {
    // SAFETY: `media_interface` made the context from an `Arc` that is never
    // released.
    unsafe { &*context.cast::<MediaLibrary>() }
}

extern "C" fn list(
    context: RawContext,
    query: RawMediaQuery,
) -> FfiFuture<RResult<RawMediaPage, RawError>> {
    let library = library(context);
    async move {
        let viewer = query.viewer.member_id.into_option();
        let listing = match (query.owner_id.into_option(), viewer) {
            (Some(owner), viewer) if viewer == Some(owner) => Listing::AllOf(owner),
            (Some(owner), _) => Listing::PublicOf(owner),
            (None, Some(viewer)) => Listing::VisibleTo(viewer),
            (None, None) => Listing::Public,
        };
        let cursor = Some(query.cursor.as_str()).filter(|cursor| !cursor.is_empty());
        let answer = library.list(listing, cursor, query.limit).await;
        answer
            .map(|page| RawMediaPage {
                media: page
                    .media
                    .into_iter()
                    .map(|medium| raw(library, medium))
                    .collect(),
                next: page.next.unwrap_or_default().into(),
            })
            .map_err(RawError::from)
            .into()
    }
    .into_ffi()
}

extern "C" fn find(
    context: RawContext,
    viewer: RawViewer,
    id: i64,
) -> FfiFuture<RResult<ROption<RawMedia>, RawError>> {
    let library = library(context);
    async move {
        let answer = library.find(viewer.member_id.into_option(), id).await;
        answer
            .map(|found| found.map(|medium| raw(library, medium)).into())
            .map_err(RawError::from)
            .into()
    }
    .into_ffi()
}

extern "C" fn create(
    context: RawContext,
    new: RawNewMedia,
) -> FfiFuture<RResult<RawMedia, RawError>> {
    let library = library(context);
    async move {
        let path = PathBuf::from(new.path.as_str());
        let new = NewMedium {
            owner_id: new.owner_id,
            file_name: new.file_name.into(),
            title: new.title.into(),
            description: new.description.into(),
            tags: new.tags.into_iter().map(String::from).collect(),
            visibility: new.visibility.into(),
            keep_location: false,
        };
        answer(library, library.publish(new, &path).await)
    }
    .into_ffi()
}

extern "C" fn update(
    context: RawContext,
    owner_id: i64,
    id: i64,
    change: RawMediaChange,
) -> FfiFuture<RResult<RawMedia, RawError>> {
    let library = library(context);
    async move {
        let change = MediumChange {
            title: change.title.into_option().map(String::from),
            description: change.description.into_option().map(String::from),
            tags: change
                .tags
                .into_option()
                .map(|tags| tags.into_iter().map(String::from).collect()),
            visibility: change.visibility.into_option().map(String::from),
        };
        answer(library, library.change(owner_id, id, change).await)
    }
    .into_ffi()
}

extern "C" fn delete(
    context: RawContext,
    owner_id: i64,
    id: i64,
) -> FfiFuture<RResult<(), RawError>> {
    let library = library(context);
    async move {
        let answer = library.delete(owner_id, id).await;
        answer.map_err(RawError::from).into()
    }
    .into_ffi()
}

fn answer(
    library: &MediaLibrary,
    result: Result<Medium, PublishError>,
) -> RResult<RawMedia, RawError> {
    result
        .map(|medium| raw(library, medium))
        .map_err(RawError::from)
        .into()
}

impl From<PublishError> for RawError {
    fn from(error: PublishError) -> Self {
        let kind = match &error {
            PublishError::NotAnUploader | PublishError::NotTheOwner => RawError::KIND_FORBIDDEN,
            PublishError::NotFound => RawError::KIND_NOT_FOUND,
            PublishError::File(error) => kind_of(error),
            PublishError::Invalid { .. } => RawError::KIND_INVALID,
            PublishError::Store(_) | PublishError::Spool(_) | PublishError::Database(_) => {
                RawError::KIND_FAILED
            }
        };
        Self {
            kind,
            message: error.to_string().into(),
        }
    }
}

/// What a refused file is to a plugin.
pub(super) fn kind_of(error: &MediaError) -> u32 {
    match error {
        MediaError::TooManyBytes { .. }
        | MediaError::TooManyPixels { .. }
        | MediaError::TooMuchMemory { .. } => RawError::KIND_TOO_LARGE,
        MediaError::Rendering { .. } => RawError::KIND_FAILED,
        MediaError::Empty
        | MediaError::NotAccepted { .. }
        | MediaError::Truncated { .. }
        | MediaError::Damaged { .. } => RawError::KIND_INVALID,
    }
}

fn raw(library: &MediaLibrary, medium: Medium) -> RawMedia {
    let id = medium.row.id;
    let unsigned = |length: i32| u32::try_from(length).unwrap_or(0);
    let files: RVec<RawMediaFile> = medium
        .files
        .iter()
        .map(|file| RawMediaFile {
            size: file.size.as_str().into(),
            url: library.file_url(id, &file.size).into(),
            content_type: file.content_type.as_str().into(),
            width: unsigned(file.width),
            height: unsigned(file.height),
            bytes: u64::try_from(file.bytes).unwrap_or(0),
        })
        .collect();
    RawMedia {
        id,
        title: medium.row.title.into(),
        description: medium.row.description.into(),
        tags: medium.tags.into_iter().map(RString::from).collect(),
        visibility: medium.row.visibility.into(),
        state: medium.row.state.into(),
        url: library.page_url(id).into(),
        content_type: files
            .iter()
            .find(|file| file.size.as_str() == "original")
            .map(|file| file.content_type.clone())
            .unwrap_or_default(),
        owner_id: medium.row.owner_id,
        owner_username: medium.owner_username.into(),
        created_at: medium.row.created_at.as_micros(),
        files,
    }
}
