//! A request as it crosses to a plugin: its texts in one buffer, its files by
//! their paths.

use std::{fmt::Write as _, net::IpAddr};

use abi_stable::std_types::RVec;
use hob_plugin_sdk::abi::http::{
    RawBody, RawMember, RawPart, RawPartContent, RawRequest, Span, SpanPair,
};
use http::{header, request::Parts};
use tempfile::TempPath;

use super::{
    bodies::{SpooledContent, SpooledForm},
    bridge::Asked,
    uploads::Place,
    visitor::Visitor,
};
use crate::words::Language;

/// The files of a form, which go when this is dropped, and their place among
/// the uploads.
pub(super) struct Spooled {
    _files: Vec<TempPath>,
    _place: Place,
}

pub(super) fn raw_parts(form: SpooledForm) -> (RawBody, Spooled) {
    let mut files = Vec::new();
    let parts: RVec<RawPart> = form
        .parts
        .into_iter()
        .map(|part| match part.content {
            SpooledContent::Text(text) => RawPart {
                name: part.name.into(),
                file_name: "".into(),
                content: RawPartContent::Text(text.into()),
            },
            SpooledContent::File(file) => {
                let path = file.path.to_string_lossy().into_owned();
                files.push(file.path);
                RawPart {
                    name: part.name.into(),
                    file_name: file.file_name.into(),
                    content: RawPartContent::File {
                        path: path.into(),
                        size: file.size,
                    },
                }
            }
        })
        .collect();
    let spooled = Spooled {
        _files: files,
        _place: form.place,
    };
    (RawBody::Multipart(parts), spooled)
}

/// What a form's field says, if it has one of this name that is no file.
pub(super) fn text_part<'a>(parts: &'a [RawPart], name: &str) -> Option<&'a str> {
    parts.iter().find_map(|part| match &part.content {
        RawPartContent::Text(text) if part.name == *name => Some(text.as_str()),
        _ => None,
    })
}

/// Collects texts into the one buffer that crosses.
struct Text(String);

impl Text {
    fn add(&mut self, part: &str) -> Span {
        let start = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        self.0.push_str(part);
        Span {
            start,
            len: u32::try_from(part.len()).unwrap_or(0),
        }
    }

    /// As it is displayed.
    fn add_address(&mut self, address: IpAddr) -> Span {
        let start = self.0.len();
        match address {
            // The most frequent kind, without the machinery of formatting.
            IpAddr::V4(address) => {
                let mut digits = itoa::Buffer::new();
                for (place, octet) in address.octets().into_iter().enumerate() {
                    if place > 0 {
                        self.0.push('.');
                    }
                    self.0.push_str(digits.format(octet));
                }
            }
            IpAddr::V6(address) => {
                write!(self.0, "{address}").expect("writing to a string does not fail");
            }
        }
        Span {
            start: u32::try_from(start).unwrap_or(u32::MAX),
            len: u32::try_from(self.0.len() - start).unwrap_or(0),
        }
    }
}

pub(super) fn raw_request<'a>(
    parts: &Parts,
    asked: Asked,
    parameters: impl Iterator<Item = (&'a str, &'a str)>,
    (visitor, language): (Option<&Visitor>, Option<Language>),
    visit: Option<String>,
    body: RawBody,
) -> RawRequest {
    let mut text = Text(String::with_capacity(1024));
    let method = text.add(parts.method.as_str());
    let path = text.add(parts.uri.path());
    let query = text.add(parts.uri.query().unwrap_or_default());
    let peer = text.add_address(asked.peer.0);
    let request_id = text.add(asked.id.as_str());
    let csrf = text.add(visitor.map_or("", Visitor::csrf));
    let language = text.add(language.map_or("", Language::as_str));
    let visit = text.add(visit.as_deref().unwrap_or_default());
    let parameters = parameters
        .map(|(name, value)| SpanPair {
            name: text.add(name),
            value: text.add(value),
        })
        .collect();
    let mut bytes = text.0.into_bytes();
    let headers = parts
        .headers
        .iter()
        // A session's secret is the host's alone.
        .filter(|(name, _)| *name != header::COOKIE)
        .map(|(name, value)| {
            let mut add = |part: &[u8]| {
                let start = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
                bytes.extend_from_slice(part);
                Span {
                    start,
                    len: u32::try_from(part.len()).unwrap_or(0),
                }
            };
            SpanPair {
                name: add(name.as_str().as_bytes()),
                value: add(value.as_bytes()),
            }
        })
        .collect();
    RawRequest {
        text: bytes.into(),
        method,
        path,
        query,
        peer,
        request_id,
        csrf,
        language,
        visit,
        headers,
        parameters,
        member: visitor
            .map(|visitor| {
                let (member, session) = (&visitor.signed_in.member, &visitor.signed_in.session);
                RawMember {
                    id: member.id,
                    username: member.username.as_str().into(),
                    display_name: member.display_name.as_str().into(),
                    administrator: member.administrator,
                    session_id: session.id,
                    authenticated_at: session.authenticated_at.as_micros(),
                }
            })
            .into(),
        body,
    }
}
