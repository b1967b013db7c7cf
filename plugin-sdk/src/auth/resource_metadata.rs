//! The service `hob.auth.resource_metadata`: what a resource says of the
//! credentials that a verifier takes (RFC 9728, section 2).

use std::sync::Arc;

use abi_stable::std_types::RVec;
use serde_json::{Map, Value};

use super::verdict::{pairs_in, pairs_out};
use crate::{
    Host, Service,
    abi::{InterfaceError, RawContext, RawPairs, resource_metadata::ResourceMetadataV1},
    panic::guard_or,
};

/// A plugin that judges tokens, and knows what resources should say of them.
pub trait ResourceMetadata: Send + Sync + 'static {
    /// Members of the document of each resource that these tokens open, such
    /// as `bearer_methods_supported`. What a resource says of itself is not
    /// for them: who and where it is, and its scopes.
    fn members(&self) -> Map<String, Value>;
}

/// The function table of a plugin's word, for [`crate::Declaration::offer`].
#[must_use]
pub fn resource_metadata<M: ResourceMetadata>(source: Arc<M>) -> &'static ResourceMetadataV1 {
    // Plugins are never unloaded, so the table and its source live for ever.
    let context: RawContext = Arc::into_raw(source).cast();
    Box::leak(Box::new(ResourceMetadataV1 {
        context,
        members: members::<M>,
    }))
}

extern "C" fn members<M: ResourceMetadata>(context: RawContext) -> RawPairs {
    guard_or(RVec::new(), || {
        // SAFETY: `resource_metadata::<M>` made the context from an `Arc<M>`
        // whose count it never gives back, so the source lives for ever.
        let source = unsafe { &*context.cast::<M>() };
        let named = source.members().into_iter();
        pairs_out(
            named
                .map(|(name, value)| (name, value.to_string()))
                .collect(),
        )
    })
}

/// What all verifiers of the site have to say, as one.
pub(super) struct ResourceMetadataSources {
    services: Vec<Service<ResourceMetadataV1>>,
}

impl ResourceMetadataSources {
    pub(super) fn of(host: &Host) -> Result<Self, InterfaceError> {
        Ok(Self {
            services: host.services()?,
        })
    }

    pub(super) fn members(&self) -> Map<String, Value> {
        let mut all = Map::new();
        for service in &self.services {
            for (name, json) in pairs_in((service.table.members)(service.table.context)) {
                match serde_json::from_str(&json) {
                    Ok(value) => join(&mut all, name, value),
                    Err(error) => tracing::error!(
                        provider = service.provider,
                        name,
                        %error,
                        "a member of the resource's metadata is no JSON; it is left out"
                    ),
                }
            }
        }
        all
    }
}

/// Lists that several name are one list, each word once; of all else the first
/// counts.
fn join(all: &mut Map<String, Value>, name: String, value: Value) {
    match (all.get_mut(&name), value) {
        (None, value) => {
            all.insert(name, value);
        }
        (Some(Value::Array(known)), Value::Array(more)) => {
            for word in more {
                if !known.contains(&word) {
                    known.push(word);
                }
            }
        }
        (Some(_), _) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_several_say_is_joined() {
        let mut all = Map::new();
        for (name, value) in [
            ("algs", json!(["a", "b"])),
            ("bound", json!(true)),
            ("algs", json!(["b", "c"])),
            ("bound", json!(false)),
            ("algs", json!("d")),
        ] {
            join(&mut all, name.to_owned(), value);
        }
        assert_eq!(
            Value::Object(all),
            json!({"algs": ["a", "b", "c"], "bound": true})
        );
    }
}
