//! A plugin whose manifest stands beside its code starts, learns its own
//! manifest, and is refused where manifest and functions differ.

use std::{
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use hob_plugin_sdk::{
    InlinePlugin, StaticPlugin,
    abi::{
        FfiFuture, Interface, PluginHandle, RawContext, RawError, RawInterface,
        abi_stable::std_types::{ROption, RResult, RSlice, RStr, RString, RVec},
        host::{HostHandle, RawService},
        http::{PluginHttpV1, RawBody, RawRequest, RawResponseBody, Span},
        site::{RawScope, RawSite, RawTokenRoute, SiteV1},
        words::{RawCatalog, RawWordArgument, WordsV1},
    },
    prelude::*,
};

extern "C" fn describe(_: RawContext) -> RawSite {
    RawSite {
        name: "Test".into(),
        url: "https://example.org".into(),
        prefix: "/scoped".into(),
        own_url: "https://example.org".into(),
        all_urls: RVec::from(vec!["https://example.org".into()]),
    }
}

extern "C" fn now(_: RawContext) -> i64 {
    0
}

extern "C" fn sleep(_: RawContext, _: u64) -> FfiFuture<()> {
    FfiFuture::new(async {})
}

extern "C" fn scopes(_: RawContext, _: RStr<'_>) -> RVec<RawScope> {
    RVec::new()
}

extern "C" fn token_routes(_: RawContext) -> RVec<RawTokenRoute> {
    RVec::new()
}

static SITE: SiteV1 = SiteV1 {
    context: std::ptr::null(),
    describe,
    now,
    sleep,
    scopes,
    token_routes,
};

extern "C" fn catalog(context: RawContext, _: RStr<'_>) -> RawCatalog {
    RawCatalog(context)
}

extern "C" fn text(_: RawCatalog, _: RStr<'_>) -> ROption<RStr<'static>> {
    ROption::RNone
}

extern "C" fn format<'a>(
    _: RawCatalog,
    _: RStr<'a>,
    _: RSlice<'a, RawWordArgument<'a>>,
) -> ROption<RString> {
    ROption::RNone
}

extern "C" fn day(_: RawCatalog, _: i64) -> RString {
    RString::new()
}

/// Of a plugin that has no words.
static WORDS: WordsV1 = WordsV1 {
    context: std::ptr::null(),
    catalog,
    text,
    format,
    day,
};

extern "C" fn interface(_: RawContext, id: RStr<'_>, version: u32) -> ROption<RawInterface> {
    match (id.as_str(), version) {
        (SiteV1::ID, SiteV1::VERSION) => ROption::RSome(RawInterface::new(&SITE)),
        (WordsV1::ID, WordsV1::VERSION) => ROption::RSome(RawInterface::new(&WORDS)),
        _ => ROption::RNone,
    }
}

extern "C" fn services(_: RawContext, _: RStr<'_>, _: u32) -> RVec<RawService> {
    RVec::new()
}

/// A host that offers nothing but the site.
fn start<P: InlinePlugin>() -> Result<PluginHandle, RawError> {
    let plugin = StaticPlugin::inline::<P>().unwrap();
    let handle = HostHandle {
        context: std::ptr::null(),
        plugin_id: "scoped".into(),
        config: "{}".into(),
        interface,
        services,
    };
    (plugin.init)(handle).into_result()
}

fn get(plugin: &PluginHandle, route: u32) -> Result<Vec<u8>, RawError> {
    let http = (plugin.interface)(plugin.context, PluginHttpV1::ID.into(), 1)
        .into_option()
        .unwrap()
        .checked::<PluginHttpV1>()
        .unwrap();
    let request = RawRequest {
        text: RVec::new(),
        method: Span::default(),
        path: Span::default(),
        query: Span::default(),
        peer: Span::default(),
        request_id: Span::default(),
        csrf: Span::default(),
        language: Span::default(),
        visit: Span::default(),
        headers: RVec::new(),
        parameters: RVec::new(),
        member: ROption::RNone,
        body: RawBody::None,
    };
    let mut answer = pin!((http.handle)(http.context, route, request));
    let Poll::Ready(answer) = answer
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
    else {
        panic!("these handlers await nothing");
    };
    match answer {
        RResult::ROk(answer) => match answer.body {
            RawResponseBody::Bytes(bytes) => Ok(bytes.into()),
            _ => panic!("these handlers answer with bytes"),
        },
        RResult::RErr(error) => Err(error),
    }
}

struct Scoped;

impl Plugin for Scoped {
    type Config = NoConfig;

    /// In another order than the manifest's.
    fn declare(declaration: &mut Declaration<Self>) {
        declaration
            .handle("GET /second", own_scopes)
            .handle("GET /first", own_scopes);
    }

    fn start(host: Host, _: NoConfig) -> Result<Self, PluginError> {
        assert_eq!(host.manifest().title, "Knows its scopes");
        Ok(Self)
    }
}

async fn own_scopes(_: Arc<Scoped>, request: Request) -> Response {
    assert_eq!(request.wanted_scope(), request.route().scopes.join(" "));
    Response::text(200, request.wanted_scope())
}

impl InlinePlugin for Scoped {
    const MANIFEST: &'static str = r#"
        id = "scoped"
        title = "Knows its scopes"
        [[route]]
        route = "GET /first"
        authentication = "token"
        scopes = ["one"]
        [[route]]
        route = "GET /second"
        authentication = "token"
        scopes = ["two", "three"]
    "#;
}

#[test]
fn a_handler_knows_the_scopes_of_its_own_route() {
    let plugin = start::<Scoped>().unwrap();
    assert_eq!(get(&plugin, 0).unwrap(), b"two three");
    assert_eq!(get(&plugin, 1).unwrap(), b"one");
    let error = get(&plugin, 2).unwrap_err();
    assert_eq!(error.message.as_str(), "there is no route of number 2");
}

struct Forgetful;

impl Plugin for Forgetful {
    type Config = NoConfig;

    fn declare(_: &mut Declaration<Self>) {}

    fn start(_: Host, _: NoConfig) -> Result<Self, PluginError> {
        panic!("a plugin that does not fit its manifest is not started");
    }
}

impl InlinePlugin for Forgetful {
    const MANIFEST: &'static str =
        "id = \"forgetful\"\ntitle = \"Forgets\"\n[[route]]\nroute = \"GET /a\"\n";
}

#[test]
fn a_route_without_a_function_keeps_the_plugin_from_starting() {
    let Err(error) = start::<Forgetful>() else {
        panic!("expected a refusal");
    };
    assert_eq!(
        error.message.as_str(),
        "plugin.toml declares the route `GET /a`, and no function is bound to it; fix: bind one \
         by `declaration.handle` in `declare`, or remove it from plugin.toml"
    );
}

struct Malformed;

impl Plugin for Malformed {
    type Config = NoConfig;

    fn declare(_: &mut Declaration<Self>) {}

    fn start(_: Host, _: NoConfig) -> Result<Self, PluginError> {
        Ok(Self)
    }
}

impl InlinePlugin for Malformed {
    const MANIFEST: &'static str = "id = \"Malformed\"\ntitle = \"\"\n";
}

#[test]
fn a_wrong_inline_manifest_is_an_error_with_its_field() {
    let error = StaticPlugin::inline::<Malformed>().err().unwrap();
    assert!(error.to_string().starts_with("`id`"), "{error}");
}
