//! From a request to whoever answers it: a plugin, at once, or the site's own
//! router.
//!
//! All paths of a host stand in one tree, so that the more precise one wins
//! whoever it belongs to. This knows no path; `routes` fills it.
//!
//! A `Host` header only chooses among the hosts that the operator named: any
//! other gets the site's own tree. No address that goes out is made of it.

use std::{
    collections::{BTreeMap, BTreeSet},
    future::{Future, ready},
    net::IpAddr,
    pin::Pin,
    sync::Arc,
};

use axum::{
    Router,
    extract::Request,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, Method, header};
use percent_encoding::percent_decode_str;
use tower::ServiceExt;

use super::{
    App,
    bridge::{Asked, PluginRoute},
    cors, envelope,
    page::Failure,
};

/// What stands at one path.
#[derive(Default)]
pub struct Endpoint {
    /// Whether the site's own router has something there.
    pub site: bool,
    pub plugins: Vec<(Method, Arc<PluginRoute>)>,
}

/// All below a path, as far as no other area begins there.
pub struct Area {
    /// With the site's own path; without a slash at its end.
    pub prefix: String,
    /// Who asks there is a program; none where people do.
    pub programs: Option<ProgramArea>,
}

/// All below a plugin's prefix, where none of its routes has a page.
pub struct ProgramArea {
    /// Of its routes, the one that words what is not found.
    route: Arc<PluginRoute>,
    /// What pages of other sites may use there, if they may use anything.
    open_methods: Option<String>,
}

type Answer<'a> = Pin<Box<dyn Future<Output = Response> + Send + 'a>>;

/// All URLs of a running site. Cheap to clone.
#[derive(Clone)]
pub struct Dispatch {
    inner: Arc<Trees>,
}

struct Trees {
    own: Tree,
    /// Of the hosts that plugins have for themselves.
    hosts: Vec<Tree>,
}

/// All URLs of one host.
pub struct Tree {
    app: App,
    paths: matchit::Router<Endpoint>,
    areas: Vec<Area>,
    site: Router,
}

impl Dispatch {
    /// What answers at the site's own address, and at others.
    #[must_use]
    pub fn new(own: Tree, hosts: Vec<Tree>) -> Self {
        Self {
            inner: Arc::new(Trees { own, hosts }),
        }
    }

    /// Answers a request that came from this address.
    pub fn answer(&self, request: Request, peer: IpAddr) -> impl Future<Output = Response> + Send {
        let tree = self.inner.of(&request);
        let answer = |request, asked| tree.answer(request, asked);
        envelope::around(&tree.app, request, peer, answer)
    }
}

impl Trees {
    /// Where the request's own address has a host, that counts and not the
    /// header (RFC 9112, section 3.2.2).
    fn of(&self, request: &Request) -> &Tree {
        if self.hosts.is_empty() {
            return &self.own;
        }
        let asked = match request.uri().authority() {
            Some(authority) => Some(authority.as_str()),
            None => request
                .headers()
                .get(header::HOST)
                .and_then(|value| value.to_str().ok()),
        };
        let named = asked.and_then(|asked| {
            self.hosts
                .iter()
                .find(|tree| tree.app.site().address.is_host(asked))
        });
        named.unwrap_or(&self.own)
    }
}

impl Tree {
    /// # Panics
    /// A path is malformed, or two that mean the same are written differently.
    /// The manifests and claims of plugins have been checked before.
    #[must_use]
    pub fn new(
        app: App,
        endpoints: BTreeMap<String, Endpoint>,
        areas: Vec<Area>,
        site: Router,
    ) -> Self {
        let mut paths = matchit::Router::new();
        for (path, endpoint) in endpoints {
            paths
                .insert(path, endpoint)
                .expect("the paths of manifests have been checked");
        }
        Self {
            app,
            paths,
            areas,
            site,
        }
    }

    /// What its pages are made with.
    #[must_use]
    pub fn app(&self) -> &App {
        &self.app
    }

    /// In a box, since a future is moved each time that another wraps it; one
    /// for each kind of route, so that it is no larger than it has to be.
    fn answer(&self, request: Request, asked: Asked) -> Answer<'_> {
        let Ok(found) = self.paths.at(request.uri().path()) else {
            if let Some(area) = self.program_area(request.uri().path()) {
                return Box::pin(ready(area.refuse(request.method())));
            }
            return Box::pin(self.answer_by_site(request, asked));
        };
        let endpoint = found.value;
        if let Some(route) = endpoint.route(request.method()) {
            let parameters = found.params.iter().map(|(_, value)| {
                let decoded = percent_decode_str(value).decode_utf8();
                decoded.map(std::borrow::Cow::into_owned)
            });
            // One that is no text names nothing.
            let parameters: Option<Vec<_>> = parameters.map(Result::ok).collect();
            return Box::pin(route.answer(&self.app, request, asked, parameters));
        }
        if endpoint.site {
            return Box::pin(self.answer_by_site(request, asked));
        }
        if request.method() == Method::OPTIONS
            && let Some(methods) = endpoint.open_methods()
        {
            return Box::pin(ready(cors::preflight(&methods)));
        }
        Box::pin(ready(endpoint.refuse_method()))
    }

    /// Where nothing stands at this path: the innermost area counts, and what
    /// people may have come to before what is for programs alone.
    fn program_area(&self, path: &str) -> Option<&ProgramArea> {
        let around = self.areas.iter().filter(|area| area.holds(path));
        let innermost = around.max_by_key(|area| (area.prefix.len(), area.programs.is_none()));
        innermost?.programs.as_ref()
    }

    async fn answer_by_site(&self, mut request: Request, asked: Asked) -> Response {
        request.extensions_mut().insert(asked.peer);
        match self.site.clone().oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }
}

impl Area {
    fn holds(&self, path: &str) -> bool {
        let below = path.strip_prefix(&self.prefix);
        below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

impl ProgramArea {
    /// Of a plugin that has these routes below its prefix; none where people
    /// read pages too.
    #[must_use]
    pub fn new(routes: &[(Method, Arc<PluginRoute>)]) -> Option<Self> {
        let (_, first) = routes.first()?;
        let mut authentications = routes.iter().map(|(_, route)| &route.route.authentication);
        if authentications.any(|authentication| authentication.is_by_session()) {
            return None;
        }
        let open = routes.iter().filter(|(_, route)| route.route.cors);
        let open: BTreeSet<&str> = open.map(|(method, _)| method.as_str()).collect();
        let open: Vec<&str> = open.into_iter().collect();
        Some(Self {
            route: Arc::clone(first),
            open_methods: (!open.is_empty()).then(|| open.join(", ")),
        })
    }

    /// 404, as the routes here word what goes wrong; to a page of another site
    /// too, which else would see no more than that the network failed.
    fn refuse(&self, method: &Method) -> Response {
        let Some(methods) = &self.open_methods else {
            return self.route.refuse(Failure::NotFound);
        };
        if method == Method::OPTIONS {
            return cors::preflight(methods);
        }
        let mut response = self.route.refuse(Failure::NotFound);
        cors::allow(response.headers_mut());
        response
    }
}

impl Endpoint {
    /// HEAD is answered as GET; the server leaves the body out (RFC 9110,
    /// section 9.3.2).
    fn route(&self, method: &Method) -> Option<&PluginRoute> {
        let of = |wanted: &Method| {
            self.plugins
                .iter()
                .find(|(method, _)| method == wanted)
                .map(|(_, route)| &**route)
        };
        of(method).or_else(|| (method == Method::HEAD).then(|| of(&Method::GET))?)
    }

    /// The methods that pages of other sites may use, if there are any.
    fn open_methods(&self) -> Option<String> {
        let open: Vec<&str> = self
            .plugins
            .iter()
            .filter(|(_, route)| route.route.cors)
            .map(|(method, _)| method.as_str())
            .collect();
        (!open.is_empty()).then(|| open.join(", "))
    }

    /// 405, with what may be asked (RFC 9110, section 15.5.6), worded as the
    /// routes here word what goes wrong.
    fn refuse_method(&self) -> Response {
        let mut response = match self.plugins.first() {
            Some((_, route)) => route.refuse(Failure::WrongMethod),
            None => Failure::WrongMethod.into_response(),
        };
        let mut methods: Vec<&str> = self.plugins.iter().map(|(own, _)| own.as_str()).collect();
        if methods.contains(&"GET") {
            methods.push("HEAD");
        }
        if let Ok(methods) = HeaderValue::from_str(&methods.join(",")) {
            response.headers_mut().insert(header::ALLOW, methods);
        }
        if self.plugins.iter().any(|(_, route)| route.route.cors) {
            cors::allow(response.headers_mut());
        }
        response
    }
}
