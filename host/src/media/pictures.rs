//! `hob.pictures` 1: plugins have pictures made that they keep themselves.
//!
//! They wait for the same turn as what members publish, so that one picture
//! is decoded at a time, whoever sent it.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
    sync::Arc,
};

use abi_stable::std_types::RResult;
use bytes::Bytes;
use hob_plugin_sdk::abi::{
    FfiFuture, FfiFutureExt, RawContext, RawError,
    pictures::{PicturesV1, RawPicture, RawPictureWish},
};

use super::{
    Limits, MediaError, Rendition,
    interface::kind_of,
    library::MediaLibrary,
    recode::{Wanted, recode},
};
use crate::words::{self, Language, Phrase};

/// The table of functions over a library, which lives as long as the process.
#[must_use]
pub fn pictures_interface(library: Arc<MediaLibrary>) -> &'static PicturesV1 {
    Box::leak(Box::new(PicturesV1 {
        context: Arc::into_raw(library).cast(),
        recode: answer,
    }))
}

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
enum PictureError {
    #[error("the picture can't be read: {0}")]
    File(#[from] io::Error),
    #[error(transparent)]
    Media(#[from] MediaError),
}

extern "C" fn answer(
    context: RawContext,
    wish: RawPictureWish,
) -> FfiFuture<RResult<RawPicture, RawError>> {
    // SAFETY: `pictures_interface` made the context from an `Arc` that is never
    // released.
    let library = unsafe { &*context.cast::<MediaLibrary>() };
    async move {
        let limits = narrowed(library.limits(), &wish);
        let wanted = Wanted {
            side: wish.side,
            most_bytes: wish.most_result_bytes,
        };
        let path = wish.path;
        let made = library
            .in_turn(move || {
                let file = read(Path::new(path.as_str()), &limits)?;
                Ok(recode(&file, &limits, &wanted)?)
            })
            .await;
        made.map(raw)
            .map_err(|error| told(&error, &wish.language))
            .into()
    }
    .into_ffi()
}

/// The operator's bounds, or the plugin's where those are narrower.
fn narrowed(own: Limits, wish: &RawPictureWish) -> Limits {
    Limits {
        max_bytes: own.max_bytes.min(wish.most_bytes),
        max_pixels: own.max_pixels.min(wish.most_pixels),
    }
}

/// The file, if it is one: of a device or a pipe there may be no end.
fn read(path: &Path, limits: &Limits) -> Result<Bytes, PictureError> {
    if !path.metadata()?.is_file() {
        return Err(io::Error::other("it is no file").into());
    }
    let file = File::open(path)?;
    limits.check_bytes(file.metadata()?.len())?;
    let mut bytes = Vec::new();
    // It may grow meanwhile; one byte too many shows that.
    file.take(limits.max_bytes.saturating_add(1))
        .read_to_end(&mut bytes)?;
    Ok(bytes.into())
}

fn raw(made: Rendition) -> RawPicture {
    RawPicture {
        bytes: Vec::from(made.bytes).into(),
        content_type: made.format.content_type().into(),
        width: made.width,
        height: made.height,
    }
}

/// In the words of whoever sent the file, where the fault is in it.
fn told(error: &PictureError, language: &str) -> RawError {
    match error {
        PictureError::File(_) => RawError {
            kind: RawError::KIND_FAILED,
            message: error.to_string().into(),
        },
        PictureError::Media(error) => {
            let language = Language::named(language).unwrap_or(Language::FALLBACK);
            RawError {
                kind: kind_of(error),
                message: Phrase::from(error).say(words::core(language)).into(),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_the_operators_bounds_and_the_plugins_the_narrower_count() {
        let narrowed_to = |own: (u64, u64), wished: (u64, u64)| {
            let (max_bytes, max_pixels) = own;
            let own = Limits {
                max_bytes,
                max_pixels,
            };
            let wish = RawPictureWish {
                path: "".into(),
                language: "".into(),
                most_bytes: wished.0,
                most_pixels: wished.1,
                side: 1,
                most_result_bytes: 1,
            };
            let narrowed = narrowed(own, &wish);
            (narrowed.max_bytes, narrowed.max_pixels)
        };
        assert_eq!(narrowed_to((10, 200), (20, 100)), (10, 100));
        assert_eq!(narrowed_to((20, 100), (10, 200)), (10, 100));
    }
}
