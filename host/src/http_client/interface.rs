//! `hob.http_client` 1: plugins ask other sites.

use std::{sync::Arc, time::Duration};

use hob_plugin_sdk::abi::{
    FfiFutureExt, RawContext, RawPair,
    http_client::{
        HttpClientV1, OutboundFuture, RawOutboundError, RawOutboundRequest, RawOutboundResponse,
    },
};

use super::{Answer, HttpClient, OutboundError, OutboundRequest};

/// The table of functions over a client, which lives as long as the process.
#[must_use]
pub fn http_client_interface(client: Arc<HttpClient>) -> &'static HttpClientV1 {
    Box::leak(Box::new(HttpClientV1 {
        context: Arc::into_raw(client).cast(),
        send,
    }))
}

extern "C" fn send(context: RawContext, request: RawOutboundRequest) -> OutboundFuture {
    // SAFETY: `http_client_interface` made the context from an `Arc` that is
    // never released.
    let client = unsafe { &*context.cast::<HttpClient>() };
    async move {
        let answered = async { client.send(parse(request)?).await }.await;
        answered.map(raw).map_err(RawOutboundError::from).into()
    }
    .into_ffi()
}

fn parse(raw: RawOutboundRequest) -> Result<OutboundRequest, OutboundError> {
    let mut request = OutboundRequest::new(&raw.method, &raw.url)?;
    for RawPair { name, value } in &raw.headers {
        request = request.with_header(name, value)?;
    }
    let bound = |bound: u64| Some(bound).filter(|bound| *bound != 0);
    Ok(request
        .with_body(raw.body.into())
        .following(raw.redirects)
        .within(bound(raw.timeout_millis).map(Duration::from_millis))
        .at_most(bound(raw.most_bytes)))
}

fn raw(answer: Answer) -> RawOutboundResponse {
    let text = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        let value = std::str::from_utf8(value.as_bytes()).ok()?;
        Some(RawPair {
            name: name.as_str().into(),
            value: value.into(),
        })
    };
    RawOutboundResponse {
        headers: answer.headers.iter().filter_map(text).collect(),
        url: String::from(answer.url).into(),
        status: answer.status.as_u16(),
        body: answer.body.into(),
    }
}
