//! Request bodies: buffered within a limit, or multipart with its files
//! spooled to disk.

use std::net::IpAddr;

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use multer::{Constraints, Multipart, SizeLimit};
use tempfile::{NamedTempFile, TempPath};
use tokio::io::AsyncWriteExt;

use super::{
    page::Failure,
    patience::{BodyError, Patience, Patient},
    uploads::{Place, Uploads},
};
use crate::words::Phrase;

/// Bytes of one text field of a multipart form.
const LARGEST_TEXT: u64 = 64 * 1024;
/// Parts of one multipart form.
const MOST_PARTS: usize = 64;

/// A multipart form, with its files on the disk.
pub struct SpooledForm {
    pub parts: Vec<SpooledPart>,
    /// To be kept for as long as the files are.
    pub place: Place,
}

/// One part of a multipart form.
pub struct SpooledPart {
    pub name: String,
    pub content: SpooledContent,
}

pub enum SpooledContent {
    Text(String),
    File(SpooledFile),
}

/// A file on its way in. The temporary file goes when this is dropped.
pub struct SpooledFile {
    pub file_name: String,
    pub path: TempPath,
    pub size: u64,
}

/// Whether the body says that it is a form.
#[must_use]
pub fn is_form(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| {
            let essence = value.split(';').next().unwrap_or_default().trim();
            essence.eq_ignore_ascii_case("application/x-www-form-urlencoded")
        })
}

/// The whole body, if it is within the limit and its sender does not try the
/// patience.
///
/// # Errors
/// [`Failure::TooLarge`], [`Failure::TooSlow`], or the sender broke off.
pub async fn buffered(body: Body, limit: u64, patience: Patience) -> Result<Bytes, Failure> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    match Limited::new(Patient::new(body, patience), limit)
        .collect()
        .await
    {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Failure::TooLarge(
            Phrase::new("failure-body-size").with("most", limit),
        )),
        Err(error) => Err(too_slow(&*error)
            .unwrap_or_else(|| Failure::BadRequest(Phrase::new("failure-body-broken")))),
    }
}

/// What is allowed of a multipart form.
pub struct FormTerms<'a> {
    pub uploads: &'a Uploads,
    pub peer: IpAddr,
    /// The largest file, in bytes.
    pub limit: u64,
    /// How long the sender is waited for.
    pub patience: Patience,
}

/// All parts of a multipart form; files lie in temporary files.
///
/// # Errors
/// No multipart form, too large, too many parts, too slow, it broke off, or too
/// many others are under way.
pub async fn multipart(
    headers: &HeaderMap,
    body: Body,
    terms: FormTerms<'_>,
) -> Result<SpooledForm, Failure> {
    let limit = terms.limit;
    let boundary = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| multer::parse_boundary(value).ok())
        .ok_or_else(|| Failure::UnsupportedMediaType(Phrase::new("failure-form-multipart")))?;
    let place = terms
        .uploads
        .enter(terms.peer)
        .ok_or_else(|| Failure::Unavailable(Phrase::new("failure-uploads-full")))?;
    let body = Patient::new(body, terms.patience).into_data_stream();
    let constraints =
        Constraints::new().size_limit(SizeLimit::new().whole_stream(limit.saturating_add(1 << 20)));
    let mut form = Multipart::with_constraints(body, boundary, constraints);
    let mut parts = Vec::new();
    while let Some(field) = form.next_field().await.map_err(|error| broken(&error))? {
        if parts.len() == MOST_PARTS {
            return Err(Failure::BadRequest(
                Phrase::new("failure-form-parts").with("most", MOST_PARTS),
            ));
        }
        let name = field.name().unwrap_or_default().to_owned();
        let content = match field.file_name().map(ToOwned::to_owned) {
            Some(file_name) => SpooledContent::File(spool(field, file_name, limit).await?),
            None => SpooledContent::Text(text(field).await?),
        };
        parts.push(SpooledPart { name, content });
    }
    Ok(SpooledForm { parts, place })
}

async fn text(mut field: multer::Field<'_>) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|error| broken(&error))? {
        if bytes.len() as u64 + chunk.len() as u64 > LARGEST_TEXT {
            return Err(Failure::TooLarge(
                Phrase::new("failure-field-size").with("most", LARGEST_TEXT),
            ));
        }
        bytes.extend_from_slice(&chunk);
    }
    String::from_utf8(bytes)
        .ok()
        .filter(|text| !text.contains('\0'))
        .ok_or_else(|| Failure::BadRequest(Phrase::new("failure-field-text")))
}

async fn spool(
    mut field: multer::Field<'_>,
    file_name: String,
    limit: u64,
) -> Result<SpooledFile, Failure> {
    let disk = |error: std::io::Error| Failure::internal(format!("spooling an upload: {error}"));
    let (file, path) = NamedTempFile::with_prefix("hob-upload-")
        .map_err(disk)?
        .into_parts();
    let mut file = tokio::fs::File::from_std(file);
    let mut size = 0_u64;
    while let Some(chunk) = field.chunk().await.map_err(|error| broken(&error))? {
        size += chunk.len() as u64;
        if size > limit {
            return Err(Failure::TooLarge(
                Phrase::new("failure-file-size").with("most", limit),
            ));
        }
        file.write_all(&chunk).await.map_err(disk)?;
    }
    file.flush().await.map_err(disk)?;
    Ok(SpooledFile {
        file_name,
        path,
        size,
    })
}

fn broken(error: &multer::Error) -> Failure {
    let too_slow = match error {
        multer::Error::StreamSizeExceeded { .. } | multer::Error::FieldSizeExceeded { .. } => {
            return Failure::TooLarge(Phrase::new("failure-form-size"));
        }
        multer::Error::StreamReadFailed(error) => too_slow(&**error),
        _ => None,
    };
    too_slow.unwrap_or_else(|| {
        Failure::BadRequest(Phrase::new("failure-form").with("problem", error.to_string()))
    })
}

/// If it was the sender who took too long.
fn too_slow(error: &(dyn std::error::Error + 'static)) -> Option<Failure> {
    let hint = match error.downcast_ref()? {
        BodyError::Silent => "failure-silent-hint",
        BodyError::Slow => "failure-too-slow-hint",
        BodyError::Broken(_) => return None,
    };
    Some(Failure::TooSlow(Phrase::new(hint)))
}
