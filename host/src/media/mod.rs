//! Photographs: what is accepted, what is made of it, and where it is kept.
//!
//! The order is always the same. [`admission::admit`] takes the bytes of an
//! upload, whoever sent them and however, and answers with the original as it
//! may be stored; [`rendition::render`] makes the smaller sizes of it, later
//! and in the background; [`store::MediaStore`] keeps the files. These know
//! neither members nor visibility nor the database. [`library::MediaLibrary`]
//! joins them with the rows: it is the one way in, for the site's forms and
//! for plugins. What a plugin keeps itself, such as a logo, is made by
//! [`recode::recode`] of what came. Nothing here knows HTTP.
//!
//! Decoding and encoding take processor time and memory. Callers run them in
//! `tokio::task::spawn_blocking` and bound how many run at once;
//! [`limits::Limits`] says what one of them may need.

pub mod admission;
pub mod error;
pub mod format;
pub mod interface;
pub mod library;
pub mod limits;
pub mod metadata;
mod pictures;
pub mod recode;
pub mod rendition;
pub mod rows;
pub mod store;
pub mod words;
mod worker;

#[cfg(test)]
mod fixtures;

pub use admission::{Admitted, Inspected, Privacy, admit, inspect};
pub use error::MediaError;
pub use format::Format;
pub use library::MediaLibrary;
pub use limits::Limits;
pub use pictures::pictures_interface;
pub use rendition::{Rendition, Renditions, render};
pub use store::{FileKey, Folder, MediaStore, Size, StoreError, StoredFile};
