//! What is said on a page where what was typed or sent is not right.
//!
//! The errors themselves speak English, for programs and the command line; a
//! test sees that a page says the same.

use crate::{
    media::{MediaError, library::PublishError},
    members::{MemberError, Password, PasswordError},
    words::Phrase,
};

impl From<&PasswordError> for Phrase {
    fn from(error: &PasswordError) -> Self {
        match error {
            PasswordError::Short => {
                Self::new("problem-password-short").with("least", Password::SHORTEST)
            }
            PasswordError::Long => {
                Self::new("problem-password-long").with("most", Password::LONGEST)
            }
            PasswordError::IsUsername => Self::new("problem-password-username"),
        }
    }
}

impl From<&MemberError> for Phrase {
    fn from(error: &MemberError) -> Self {
        match error {
            MemberError::BadUsername(typed) => {
                Self::new("problem-username").with("typed", typed.clone())
            }
            MemberError::BadEmail(typed) => Self::new("problem-email").with("typed", typed.clone()),
            MemberError::UsernameTaken(typed) => {
                Self::new("problem-username-taken").with("typed", typed.clone())
            }
            MemberError::EmailTaken => Self::new("problem-email-taken"),
            MemberError::RefusedByPlugin(reason) => {
                // The sentence around it ends with a full stop of its own.
                let reason = reason.trim_end().trim_end_matches('.');
                Self::new("problem-refused-by-plugin").with("reason", reason.to_owned())
            }
            MemberError::Unknown(_) => Self::new("failure-not-found"),
            MemberError::PluginFailed(_) | MemberError::Database(_) => {
                Self::new("failure-internal")
            }
        }
    }
}

impl From<&PublishError> for Phrase {
    fn from(error: &PublishError) -> Self {
        match error {
            PublishError::NotAnUploader => Self::new("problem-not-an-uploader"),
            PublishError::NotTheOwner => Self::new("problem-not-the-owner"),
            PublishError::NotFound => Self::new("failure-not-found"),
            PublishError::Invalid { message, .. } => message.clone(),
            PublishError::File(error) => error.into(),
            PublishError::Store(_) | PublishError::Spool(_) | PublishError::Database(_) => {
                Self::new("failure-internal")
            }
        }
    }
}

/// What a decoder says of a damaged file stays as it is: it is for whoever
/// knows formats.
impl From<&MediaError> for Phrase {
    fn from(error: &MediaError) -> Self {
        match error {
            MediaError::Empty => Self::new("problem-file-empty"),
            MediaError::NotAccepted { looks_like } => {
                Self::new("problem-file-kind").with("kind", looks_like.map_or("unknown", kind))
            }
            MediaError::TooManyBytes { bytes, limit } => Self::new("problem-file-bytes")
                .with("bytes", *bytes)
                .with("limit", *limit),
            MediaError::TooManyPixels {
                width,
                height,
                limit,
            } => Self::new("problem-file-pixels")
                .with("width", *width)
                .with("height", *height)
                .with("limit", *limit),
            MediaError::TooMuchMemory { format } => {
                Self::new("problem-file-memory").with("format", format.to_string())
            }
            MediaError::Truncated { format, expected } => Self::new("problem-file-cut")
                .with("format", format.to_string())
                .with("expected", *expected),
            MediaError::Damaged { format, reason } => Self::new("problem-file-damaged")
                .with("format", format.to_string())
                .with("reason", reason.clone()),
            MediaError::Rendering { reason } => {
                Self::new("problem-file-rendering").with("reason", reason.clone())
            }
        }
    }
}

/// The name under which the message chooses what the file looks like.
fn kind(looks_like: &str) -> &'static str {
    match looks_like {
        "a PDF document" => "pdf",
        "a ZIP archive or an office document" => "zip",
        "a BMP picture" => "bmp",
        "a TIFF picture or a camera's raw file" => "tiff",
        "a Photoshop document" => "photoshop",
        "a JPEG XL picture" => "jxl",
        "a JPEG 2000 picture" => "jp2",
        "an AVIF picture" => "avif",
        "a HEIC picture" => "heic",
        "a HEIF picture" => "heif",
        "a film" => "film",
        "a program" => "program",
        "an SVG drawing" => "svg",
        "a web page" => "page",
        _ => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::format::{Format, known_kinds};

    #[test]
    fn a_page_says_of_a_file_what_a_program_is_told() {
        let format = Format::Png;
        let mut errors = vec![
            MediaError::Empty,
            MediaError::NotAccepted { looks_like: None },
            MediaError::TooManyBytes {
                bytes: 12_345,
                limit: 1_000,
            },
            MediaError::TooManyPixels {
                width: 5_000,
                height: 4_000,
                limit: 1_000_000,
            },
            MediaError::TooMuchMemory { format },
            MediaError::Truncated {
                format,
                expected: "its IEND chunk",
            },
            MediaError::Damaged {
                format,
                reason: "it has two heads".to_owned(),
            },
            MediaError::Rendering {
                reason: "no room".to_owned(),
            },
        ];
        errors.extend(known_kinds().map(|kind| MediaError::NotAccepted {
            looks_like: Some(kind),
        }));
        for error in errors {
            assert_eq!(Phrase::from(&error).to_string(), error.to_string());
        }
    }

    #[test]
    fn a_page_says_of_an_account_what_a_command_says() {
        let typed = || "x y".to_owned();
        for error in [
            MemberError::BadUsername(typed()),
            MemberError::BadEmail(typed()),
            MemberError::UsernameTaken(typed()),
            MemberError::EmailTaken,
            MemberError::RefusedByPlugin("not today".to_owned()),
        ] {
            assert_eq!(Phrase::from(&error).to_string(), format!("{error}."));
        }
        for error in [
            PasswordError::Short,
            PasswordError::Long,
            PasswordError::IsUsername,
        ] {
            let sentence = format!("Choose another: {error}.");
            assert_eq!(Phrase::from(&error).to_string(), sentence);
        }
        for error in [PublishError::NotAnUploader, PublishError::NotTheOwner] {
            assert_eq!(Phrase::from(&error).to_string(), error.to_string());
        }
    }
}
