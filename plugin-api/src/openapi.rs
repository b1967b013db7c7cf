//! The OpenAPI 3.1 document of the API.
//!
//! Methods, paths and scopes come from the manifest and shapes from the types
//! of [`crate::resources`], so neither can differ from what the API does. Only
//! the words about each route stand here.

use std::collections::BTreeMap;

use hob_plugin_sdk::{
    Site,
    manifest::{Authentication, Body, Manifest, Route},
};
use schemars::{
    JsonSchema, Schema, SchemaGenerator,
    generate::{Contract, SchemaSettings},
};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::{
    endpoints::media::{DEFAULT_LIMIT, MAXIMUM_LIMIT},
    error::ErrorBody,
    resources::{Me, MediaList, MediumResource, MediumUpdate, ProtectedResource, Upload},
};

/// The document.
#[derive(Serialize)]
pub struct Document {
    openapi: &'static str,
    info: Info,
    servers: Vec<Server>,
    paths: BTreeMap<String, BTreeMap<String, Operation>>,
    components: Components,
}

#[derive(Serialize)]
struct Info {
    title: String,
    version: &'static str,
    description: &'static str,
}

#[derive(Serialize)]
struct Server {
    url: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Components {
    schemas: Map<String, Value>,
    security_schemes: Value,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Operation {
    operation_id: &'static str,
    summary: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'static str,
    /// Where it does not stand under the API's own prefix.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    servers: Vec<Server>,
    parameters: Vec<Parameter>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_body: Option<Content>,
    responses: BTreeMap<String, Answer>,
    security: Vec<BTreeMap<&'static str, Vec<String>>>,
}

#[derive(Serialize)]
struct Parameter {
    name: &'static str,
    #[serde(rename = "in")]
    place: &'static str,
    required: bool,
    description: &'static str,
    schema: Value,
}

#[derive(Serialize)]
struct Content {
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    required: bool,
    content: BTreeMap<&'static str, Media>,
}

#[derive(Serialize)]
struct Media {
    schema: Schema,
}

#[derive(Serialize)]
struct Answer {
    description: &'static str,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    headers: BTreeMap<&'static str, Value>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    content: BTreeMap<&'static str, Media>,
}

/// Makes the document for a site.
pub fn document(manifest: &Manifest, site: &Site) -> Document {
    let mut schemas = Schemas::new();
    let mut paths: BTreeMap<String, BTreeMap<String, Operation>> = BTreeMap::new();
    for route in &manifest.routes {
        let Some(described) = Described::of(&route.route, &mut schemas) else {
            continue;
        };
        let operation = operation(route, described, site, &mut schemas);
        paths
            .entry(route.path().to_owned())
            .or_default()
            .insert(route.method().to_ascii_lowercase(), operation);
    }
    Document {
        openapi: "3.1.0",
        info: Info {
            title: format!("{}: {}", site.name, manifest.title),
            version: env!("CARGO_PKG_VERSION"),
            description: "What a route needs of a token stands at its security requirement. \
                          Errors of every route have one shape.",
        },
        servers: vec![Server {
            url: site.plugin_url(""),
        }],
        paths,
        components: Components {
            schemas: schemas.into_definitions(),
            security_schemes: json!({"token": {
                "type": "http",
                "scheme": "bearer",
                "description": format!(
                    "Scopes: {}.",
                    manifest
                        .scopes
                        .iter()
                        .map(|scope| format!("`{}` ({})", scope.name, scope.sentence))
                        .collect::<Vec<_>>()
                        .join("; ")
                ),
            }}),
        },
    }
}

/// What the manifest can't say of a route.
struct Described {
    operation_id: &'static str,
    summary: &'static str,
    description: &'static str,
    parameters: Vec<Parameter>,
    request: Option<(&'static str, Schema)>,
    success: (&'static str, Answer),
    /// Statuses of its errors beyond those that its line implies.
    errors: &'static [u16],
}

impl Described {
    /// The description of a route, written as in the manifest.
    fn of(route: &str, schemas: &mut Schemas) -> Option<Self> {
        let plain = |operation_id, summary, success| Self {
            operation_id,
            summary,
            description: "",
            parameters: Vec::new(),
            request: None,
            success: ("200", success),
            errors: &[],
        };
        Some(match route {
            "GET /me" => Self {
                description: "The e-mail address is there only with the scope `email`.",
                ..plain(
                    "getMe",
                    "The member whom the token speaks for",
                    schemas.answer::<Me>("The member."),
                )
            },
            "GET /media" => Self {
                description: "Newest first: the caller's own, and what everybody may see listed and is \
                              ready.",
                parameters: list_parameters(),
                errors: &[400, 404],
                ..plain(
                    "listMedia",
                    "Lists photographs",
                    schemas.answer::<MediaList>("A page.").with_header(
                        "Link",
                        "With `rel=\"next\"`: the next page, where there is one.",
                    ),
                )
            },
            "POST /media" => Self {
                request: Some(("multipart/form-data", schemas.input::<Upload>())),
                success: (
                    "201",
                    schemas
                        .answer::<MediumResource>("Stored; smaller sizes follow.")
                        .with_header("Location", "Where the photograph is in this API."),
                ),
                errors: &[400, 413, 415, 422],
                ..plain(
                    "createMedium",
                    "Publishes a photograph",
                    schemas.answer::<MediumResource>(""),
                )
            },
            "GET /media/{id}" => Self {
                parameters: vec![medium_id()],
                errors: &[404],
                ..plain(
                    "getMedium",
                    "Reads a photograph",
                    schemas.answer::<MediumResource>("The photograph."),
                )
            },
            "GET /media/{id}/files/{size}" => Self {
                description: "Takes `Range` and `If-None-Match`.",
                parameters: vec![medium_id(), file_size()],
                errors: &[404, 416],
                ..plain(
                    "getMediumFile",
                    "A file of a photograph",
                    Answer::without_body("The file."),
                )
            },
            "PATCH /media/{id}" => Self {
                description: "What is absent stays as it is. Null is no value: `\"\"` and `[]` \
                              clear.",
                parameters: vec![medium_id()],
                request: Some(("application/json", schemas.input::<MediumUpdate>())),
                errors: &[400, 404, 413, 415, 422],
                ..plain(
                    "updateMedium",
                    "Changes a photograph",
                    schemas.answer::<MediumResource>("The photograph as it is now."),
                )
            },
            "DELETE /media/{id}" => Self {
                parameters: vec![medium_id()],
                success: ("204", Answer::without_body("Deleted, with its files.")),
                errors: &[404],
                ..plain(
                    "deleteMedium",
                    "Deletes a photograph",
                    Answer::without_body(""),
                )
            },
            "GET /openapi.json" => plain(
                "getOpenApi",
                "This document",
                Answer::without_body("An OpenAPI 3.1 document."),
            ),
            "GET /.well-known/oauth-protected-resource" => Self {
                description: "Also with the path of this API behind it (RFC 9728, section 3.1).",
                ..plain(
                    "getProtectedResource",
                    "Who gives out tokens for this API",
                    schemas.answer::<ProtectedResource>("The metadata."),
                )
            },
            _ => return None,
        })
    }
}

fn operation(route: &Route, described: Described, site: &Site, schemas: &mut Schemas) -> Operation {
    let (status, success) = described.success;
    let mut responses = BTreeMap::from([(status.to_owned(), success)]);
    let implied: &[u16] = match (route.scopes.is_empty(), route.body) {
        (true, _) => &[],
        (false, Body::None) => &[401, 403, 503],
        (false, Body::Buffered | Body::Multipart) => &[401, 403, 413, 503],
    };
    for status in implied.iter().chain(described.errors) {
        responses
            .entry(status.to_string())
            .or_insert_with(|| schemas.error(*status));
    }
    responses.insert("500".to_owned(), schemas.error(500));
    let mut security = Vec::new();
    if route.authentication == Authentication::Token && !route.scopes.is_empty() {
        if route.public {
            security.push(BTreeMap::new());
        }
        security.push(BTreeMap::from([("token", route.scopes.clone())]));
    }
    Operation {
        operation_id: described.operation_id,
        summary: described.summary,
        description: described.description,
        servers: match route.root {
            true => vec![Server {
                url: site.url.clone(),
            }],
            false => Vec::new(),
        },
        parameters: described.parameters,
        request_body: described.request.map(|(media_type, schema)| Content {
            required: true,
            content: BTreeMap::from([(media_type, Media { schema })]),
        }),
        responses,
        security,
    }
}

fn medium_id() -> Parameter {
    Parameter {
        name: "id",
        place: "path",
        required: true,
        description: "The photograph's id.",
        schema: json!({"type": "integer", "format": "int64"}),
    }
}

fn file_size() -> Parameter {
    Parameter {
        name: "size",
        place: "path",
        required: true,
        description: "Which of its files.",
        schema: json!({"type": "string", "enum": ["original", "medium", "thumbnail"]}),
    }
}

fn list_parameters() -> Vec<Parameter> {
    let query = |name, description, schema| Parameter {
        name,
        place: "query",
        required: false,
        description,
        schema,
    };
    vec![
        query(
            "limit",
            "How many a page has.",
            json!({
                "type": "integer",
                "minimum": 1,
                "maximum": MAXIMUM_LIMIT,
                "default": DEFAULT_LIMIT,
            }),
        ),
        query(
            "cursor",
            "`next` of the page before.",
            json!({"type": "string"}),
        ),
        query(
            "owner",
            "Only photographs of this member: a username, or `me` for the member whom the token \
             speaks for.",
            json!({"type": "string"}),
        ),
    ]
}

impl Answer {
    fn without_body(description: &'static str) -> Self {
        Self {
            description,
            headers: BTreeMap::new(),
            content: BTreeMap::new(),
        }
    }

    fn with_header(mut self, name: &'static str, description: &'static str) -> Self {
        self.headers.insert(
            name,
            json!({"description": description, "schema": {"type": "string"}}),
        );
        self
    }
}

/// Schemas of what the API sends and of what it takes: serde may treat a type
/// differently in the two directions.
struct Schemas {
    outputs: SchemaGenerator,
    inputs: SchemaGenerator,
}

impl Schemas {
    fn new() -> Self {
        let generator = |contract: Contract| {
            SchemaSettings::draft2020_12()
                .with(|settings| {
                    settings.definitions_path = "/components/schemas".into();
                    settings.contract = contract;
                })
                .into_generator()
        };
        Self {
            outputs: generator(Contract::Serialize),
            inputs: generator(Contract::Deserialize),
        }
    }

    fn input<T: JsonSchema>(&mut self) -> Schema {
        self.inputs.subschema_for::<T>()
    }

    fn json<T: JsonSchema>(&mut self) -> BTreeMap<&'static str, Media> {
        let schema = self.outputs.subschema_for::<T>();
        BTreeMap::from([("application/json", Media { schema })])
    }

    fn answer<T: JsonSchema>(&mut self, description: &'static str) -> Answer {
        Answer {
            description,
            headers: BTreeMap::new(),
            content: self.json::<T>(),
        }
    }

    fn error(&mut self, status: u16) -> Answer {
        let answer = self.answer::<ErrorBody>(match status {
            400 => "The request is not understood.",
            401 => "There is no token, or it is not valid.",
            403 => "The token's scopes or the member's privileges don't reach so far.",
            404 => "There is no such thing, or not for this caller's eyes.",
            413 => "Larger than the site takes.",
            415 => "The body is of another media type.",
            422 => "Understood, but a value is not accepted.",
            503 => "Tokens can't be checked at the moment.",
            _ => "Something went wrong on the site's side.",
        });
        match status {
            401 | 403 => answer.with_header("WWW-Authenticate", "A challenge for each scheme."),
            503 => answer.with_header("Retry-After", "Seconds to wait."),
            _ => answer,
        }
    }

    fn into_definitions(mut self) -> Map<String, Value> {
        let mut definitions = self.outputs.take_definitions(true);
        definitions.extend(self.inputs.take_definitions(true));
        definitions
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn manifest() -> Manifest {
        Manifest::parse(include_str!("../plugin.toml")).unwrap()
    }

    fn written(prefix: &str) -> Value {
        let site = Site::new("Hob", "https://example.org", prefix);
        serde_json::to_value(document(&manifest(), &site)).unwrap()
    }

    fn operations(document: &Value) -> BTreeSet<String> {
        let paths = document["paths"].as_object().unwrap();
        paths
            .iter()
            .flat_map(|(path, methods)| {
                let methods = methods.as_object().unwrap().keys();
                methods.map(move |method| format!("{} {path}", method.to_uppercase()))
            })
            .collect()
    }

    #[test]
    fn the_manifest_s_routes_are_the_document_s_operations() {
        let routes: BTreeSet<String> = manifest()
            .routes
            .iter()
            .map(|route| route.route.clone())
            .collect();
        assert_eq!(operations(&written("/api/v1")), routes);
    }

    #[test]
    fn the_security_of_each_operation_is_its_route_s() {
        let document = written("/api/v1");
        for route in manifest().routes {
            let security =
                &document["paths"][route.path()][route.method().to_lowercase()]["security"];
            let expected = match (route.scopes.is_empty(), route.public) {
                (true, _) => json!([]),
                (false, true) => json!([{}, {"token": route.scopes}]),
                (false, false) => json!([{"token": route.scopes}]),
            };
            assert_eq!(*security, expected, "{}", route.route);
        }
    }

    #[test]
    fn the_server_follows_a_moved_prefix() {
        assert_eq!(
            written("/rest")["servers"],
            json!([{"url": "https://example.org/rest"}])
        );
    }

    #[test]
    fn every_reference_leads_somewhere() {
        fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
            match value {
                Value::Object(map) => {
                    found.extend(map.get("$ref").and_then(Value::as_str));
                    map.values().for_each(|value| references(value, found));
                }
                Value::Array(values) => values.iter().for_each(|value| references(value, found)),
                _ => {}
            }
        }
        let document = written("/api/v1");
        let mut found = Vec::new();
        references(&document, &mut found);
        assert!(found.len() > 10, "{found:?}");
        for reference in found {
            let pointer = reference.strip_prefix('#').unwrap();
            assert!(document.pointer(pointer).is_some(), "{reference}");
        }
    }

    #[test]
    fn optional_fields_are_not_required_and_have_no_null() {
        let schemas = &written("/api/v1")["components"]["schemas"];
        assert_eq!(schemas["Upload"]["required"], json!(["file"]));
        assert_eq!(schemas["MediumUpdate"].get("required"), None);
        assert_eq!(
            schemas["MediumUpdate"]["additionalProperties"],
            json!(false)
        );
        assert_eq!(
            schemas["MediumUpdate"]["properties"]["title"],
            json!({"type": "string"})
        );
        let required = schemas["Me"]["required"].as_array().unwrap();
        assert!(required.contains(&json!("username")));
        assert!(!required.contains(&json!("email")));
    }
}
