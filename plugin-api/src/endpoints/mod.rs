//! One file for each URL: parse, authorise, call, shape.

pub mod me;
pub mod media;
pub mod medium;
pub mod medium_file;
pub mod openapi_json;
pub mod protected_resource;
