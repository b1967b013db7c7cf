//! A request to a plugin's route, and back: sessions and forgery are settled
//! here, bodies read, time kept.

use std::{future::Future, pin::Pin, task::Poll, time::Duration};

use abi_stable::std_types::{RBox, ROption};
use axum::{
    body::Body,
    extract::Request,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use hob_plugin_manifest::{Authentication, Body as BodyKind, Route};
use hob_plugin_sdk::{
    abi::{
        RawError,
        http::{PluginHttpV1, RawBody, RawPage, RawResponse, RawResponseBody, RawSessionChange},
    },
    http::Fields,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header, request::Parts};

use super::{
    App, bodies,
    bodies::FormTerms,
    cors,
    envelope::Peer,
    form,
    page::{self, Explained, Failure, Frame},
    raw_request::{Spooled, raw_parts, raw_request, text_part},
    same_site::sent_from_here,
    stored_file,
    views::PluginPage,
    visit::Visit,
    visitor::Visitor,
};
use crate::{
    request_id::RequestId,
    watchdog::Watched,
    words::{Language, Phrase},
};

/// The largest answer that a plugin may give, in bytes.
const LARGEST_ANSWER: usize = 64 * 1024 * 1024;

/// For how many headers there is room beside the plugin's own. With the usual
/// two that fills the smaller of the map's sizes.
const ADDED_HEADERS: usize = 4;

/// One route of one plugin.
pub struct PluginRoute {
    pub plugin: String,
    /// Its answers may sign members in.
    pub signs_in: bool,
    pub table: &'static PluginHttpV1,
    /// Its number in the plugin's own list.
    pub index: u32,
    pub route: Route,
    /// What its path's parameters are called, in order.
    pub parameters: Vec<String>,
    pub watched: Watched,
}

/// Something was not ready in time.
struct Late;

/// Waits for something, but no longer than this. Most is ready at once, and
/// needs no timer.
async fn within<F: Future>(limit: Duration, future: F) -> Result<F::Output, Late> {
    let mut future = std::pin::pin!(future);
    // No `match`, which would keep room for its output during the wait.
    if let Poll::Ready(output) = futures_util::poll!(future.as_mut()) {
        return Ok(output);
    }
    Box::pin(tokio::time::timeout(limit, future))
        .await
        .map_err(|_| Late)
}

/// What surrounds every request, whoever answers it.
#[derive(Clone, Copy)]
pub struct Asked {
    pub id: RequestId,
    pub peer: Peer,
}

impl PluginRoute {
    /// Answers a request, with the values of the path's parameters; without
    /// them there is nothing at this path. Never fails: what goes wrong is an
    /// answer too.
    ///
    /// No `async fn`, whose future would hold the request and its parts.
    pub fn answer<'a>(
        &'a self,
        app: &'a App,
        request: Request,
        asked: Asked,
        parameters: Option<Vec<String>>,
    ) -> impl Future<Output = Response> + Send + 'a {
        let (parts, body) = request.into_parts();
        async move {
            let answered = match parameters {
                Some(parameters) => self.try_answer(app, &parts, body, asked, parameters).await,
                None => Err(Failure::NotFound),
            };
            let mut response = answered.unwrap_or_else(|failure| self.refuse(failure));
            if self.route.cors {
                cors::allow(response.headers_mut());
            }
            if self.route.authentication == Authentication::Administrator {
                response
                    .headers_mut()
                    .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            }
            response
        }
    }

    async fn try_answer(
        &self,
        app: &App,
        parts: &Parts,
        body: Body,
        asked: Asked,
        parameters: Vec<String>,
    ) -> Result<Response, Failure> {
        self.check_origin(app, parts)?;
        let (body, spooled) = match self.route.body {
            BodyKind::None => (RawBody::None, None),
            // In a box, since most routes take none.
            BodyKind::Buffered | BodyKind::Multipart => {
                Box::pin(self.body(app, parts, asked.peer, body)).await?
            }
        };
        // Only now: whoever sends slowly may be signed out by the end.
        let (visitor, language) = self.visitor(app, parts).await?;
        if let Some(visitor) = visitor.as_deref()
            && self.needs_csrf(&parts.method)
        {
            self.check_csrf(parts, visitor, &body)?;
        }
        let visit = self
            .route
            .visit
            .then(|| Visit::of(&parts.headers, &app.site().address));
        let raw = {
            let names = self.parameters.iter().map(String::as_str);
            let parameters = names.zip(parameters.iter().map(String::as_str));
            let visitor = (visitor.as_deref(), language);
            let visit = visit.as_ref().map(|visit| visit.name_for(&self.plugin));
            raw_request(parts, asked, parameters, visitor, visit, body)
        };
        drop(parameters);
        let watchdog = app.watchdog();
        let mut call = {
            let _inside = watchdog.enter(self.watched);
            (self.table.handle)(self.table.context, self.index, raw)
        };
        let call = std::future::poll_fn(|context| {
            let _inside = watchdog.enter(self.watched);
            Pin::new(&mut call).poll(context)
        });
        let answer = within(app.site().limits.time, call).await;
        // Spooled files live until the plugin has answered.
        drop(spooled);
        match answer {
            Ok(answer) => {
                let raw = answer.into_result().map_err(|error| self.failed(&error))?;
                if visit.is_none() && raw.is_whole() {
                    return self.response(app, parts, (visitor.as_deref(), language), raw, None);
                }
                // In a box, since most answers ask for no more.
                let shown = (visitor, language);
                Box::pin(self.completed(app, parts, asked, shown, visit, raw)).await
            }
            Err(Late) => {
                tracing::error!(
                    plugin = self.plugin,
                    route = self.route.route,
                    "a plugin did not answer in time"
                );
                Err(Failure::Unavailable(Phrase::new("failure-plugin-slow")))
            }
        }
    }

    /// The member behind the session, on routes that want to know. On any
    /// other the cookie is not even looked at. In boxes, since most routes
    /// don't: their futures need not have room for it.
    ///
    /// With the language that the visitor reads; none on any other route, since
    /// whoever calls there reads no page.
    async fn visitor(
        &self,
        app: &App,
        parts: &Parts,
    ) -> Result<(Option<Box<Visitor>>, Option<Language>), Failure> {
        let authentication = self.route.authentication;
        if !authentication.is_by_session() {
            return Ok((None, None));
        }
        let visitor = Box::pin(Visitor::of(app, &parts.headers)).await?;
        match (authentication, &visitor) {
            (Authentication::Member | Authentication::Administrator, None) => {
                return Err(Failure::sign_in(app, &parts.method, &parts.uri));
            }
            (Authentication::Administrator, Some(visitor)) if !visitor.is_administrator() => {
                return Err(Failure::NotFound);
            }
            _ => {}
        }
        let language = match &visitor {
            Some(visitor) => visitor.language,
            None => Language::of(app.site(), None, &parts.headers),
        };
        Ok((visitor.map(Box::new), Some(language)))
    }

    /// What the plugin answered, with the file that it names and what it does
    /// to the browser's session.
    async fn completed(
        &self,
        app: &App,
        parts: &Parts,
        asked: Asked,
        (visitor, language): (Option<Box<Visitor>>, Option<Language>),
        visit: Option<Visit>,
        mut raw: RawResponse,
    ) -> Result<Response, Failure> {
        let session = std::mem::take(&mut raw.session);
        let stored = match &raw.body {
            RawResponseBody::Media { media_id, size } => {
                let (method, headers) = (&parts.method, &parts.headers);
                Some(stored_file::serve_to_plugin(app, *media_id, size, method, headers).await?)
            }
            _ => None,
        };
        let shown = (visitor.as_deref(), language);
        let mut response = self.response(app, parts, shown, raw, stored)?;
        if let Some(visit) = visit {
            let cookie = visit.cookie(&app.site().address);
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        match session {
            RawSessionChange::Stays => {}
            RawSessionChange::Begins(sign_in) => {
                let sign_in = RBox::into_inner(sign_in);
                let cookies = self.sign_in(app, parts, asked, visitor, sign_in).await?;
                cookies.set(&mut response);
            }
            RawSessionChange::Ends => {
                let cookie = self.sign_out(app, visitor).await?;
                response.headers_mut().append(header::SET_COOKIE, cookie);
            }
        }
        Ok(response)
    }

    /// A token's place is the header; a signature may stand in the query.
    fn wants_credentials_first(&self, parts: &Parts) -> bool {
        self.route.authentication == Authentication::Token
            && !self.route.public
            && !parts.headers.contains_key(header::AUTHORIZATION)
            && parts.uri.query().is_none()
    }

    fn needs_csrf(&self, method: &Method) -> bool {
        self.route.authentication.is_by_session() && !matches!(*method, Method::GET | Method::HEAD)
    }

    fn check_origin(&self, app: &App, parts: &Parts) -> Result<(), Failure> {
        if self.needs_csrf(&parts.method)
            && !sent_from_here(&parts.headers, app.site().address.origin())
        {
            return Err(form::forged());
        }
        Ok(())
    }

    /// Refuses a form without the session's own token.
    fn check_csrf(&self, parts: &Parts, visitor: &Visitor, body: &RawBody) -> Result<(), Failure> {
        match body {
            RawBody::None => form::check_csrf(visitor, None),
            RawBody::Bytes(_) if !bodies::is_form(&parts.headers) => Err(form::forged()),
            RawBody::Bytes(bytes) => form::check_csrf(visitor, Fields::parse(bytes)?.first("csrf")),
            RawBody::Multipart(parts) => form::check_csrf(visitor, text_part(parts, "csrf")),
        }
    }

    async fn body(
        &self,
        app: &App,
        parts: &Parts,
        Peer(peer): Peer,
        body: Body,
    ) -> Result<(RawBody, Option<Spooled>), Failure> {
        let limits = app.site().limits;
        match self.route.body {
            BodyKind::None => Ok((RawBody::None, None)),
            BodyKind::Buffered => {
                let limit = self.route.limit.unwrap_or(limits.body);
                let bytes = bodies::buffered(body, limit, limits.patience).await?;
                Ok((RawBody::Bytes(Vec::from(bytes).into()), None))
            }
            // Nothing is spooled for somebody who shows no credentials; the
            // plugin will say what it wants.
            BodyKind::Multipart if self.wants_credentials_first(parts) => Ok((RawBody::None, None)),
            BodyKind::Multipart => {
                // Nor for somebody who may not come here.
                self.visitor(app, parts).await?;
                let terms = FormTerms {
                    uploads: &app.site().uploads,
                    peer,
                    limit: self.route.limit.unwrap_or(limits.upload),
                    patience: limits.patience,
                };
                let spooled = bodies::multipart(&parts.headers, body, terms).await?;
                let (body, spooled) = raw_parts(spooled);
                Ok((body, Some(spooled)))
            }
        }
    }

    /// What the plugin answered, with the file that it named, if it did.
    fn response(
        &self,
        app: &App,
        parts: &Parts,
        visitor: (Option<&Visitor>, Option<Language>),
        raw: RawResponse,
        stored: Option<Response>,
    ) -> Result<Response, Failure> {
        let status = StatusCode::from_u16(raw.status)
            .map_err(|_| self.wrong(&format!("answered with the status {}", raw.status)))?;
        let room = raw.headers.len() + ADDED_HEADERS;
        let mut response = match raw.body {
            RawResponseBody::Empty => status.into_response(),
            RawResponseBody::Bytes(bytes) if bytes.len() > LARGEST_ANSWER => {
                return Err(self.wrong(&format!("answered with {} bytes", bytes.len())));
            }
            RawResponseBody::Bytes(bytes) => {
                let mut response = Response::new(Body::from(Bytes::from_owner(bytes)));
                *response.headers_mut() = HeaderMap::with_capacity(room);
                *response.status_mut() = status;
                response
            }
            RawResponseBody::Page(page) => self.page(app, parts, visitor, status, page)?,
            RawResponseBody::Media { .. } => {
                stored.ok_or_else(|| self.wrong("answered with a file that was not read"))?
            }
        };
        // The values share the text that the plugin wrote them into.
        let text = Bytes::from_owner(raw.text);
        for pair in &raw.headers {
            let name = HeaderName::from_bytes(pair.name.of(&text));
            let value = text.slice_ref(pair.value.of(&text));
            let (Ok(name), Ok(value)) = (name, HeaderValue::from_maybe_shared(value)) else {
                let name = String::from_utf8_lossy(pair.name.of(&text));
                return Err(self.wrong(&format!(
                    "answered with the header {name:?}, which is no valid HTTP"
                )));
            };
            if name == header::CONTENT_SECURITY_POLICY || name == header::CACHE_CONTROL {
                response.headers_mut().insert(name, value);
            } else {
                response.headers_mut().append(name, value);
            }
        }
        Ok(response)
    }

    fn page(
        &self,
        app: &App,
        parts: &Parts,
        (visitor, language): (Option<&Visitor>, Option<Language>),
        status: StatusCode,
        raw: RawPage,
    ) -> Result<Response, Failure> {
        let here = parts
            .uri
            .path_and_query()
            .map_or("/", |whole| whole.as_str());
        let language = language.unwrap_or_else(|| Language::of(app.site(), None, &parts.headers));
        // A page that answered a form is not asked for again: it may show what
        // is shown only once.
        let again = (parts.method == Method::GET).then(|| here.to_owned());
        let frame = Frame::new(app, visitor, language, here).back_to(again);
        let own = app.plugins().find(&self.plugin);
        let own = own.map(|plugin| plugin.language(language));
        let page = PluginPage {
            foreign: own.filter(|own| *own != language.as_str()),
            layout: frame.layout(),
            title: &raw.title,
            html: &raw.html,
        };
        let mut response = page::html(status, &page)?;
        if let ROption::RSome(policy) = raw.content_security_policy {
            let policy = HeaderValue::from_str(&policy)
                .map_err(|_| self.wrong("answered with a policy that is no valid HTTP"))?;
            response
                .headers_mut()
                .insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        Ok(response)
    }

    fn failed(&self, error: &RawError) -> Failure {
        if error.kind == RawError::KIND_STOPPED {
            return Failure::Unavailable(Phrase::new("failure-plugin-stopped"));
        }
        self.wrong(&error.message)
    }

    pub(super) fn wrong(&self, what: &str) -> Failure {
        Failure::internal(format!(
            "plugin {}, route {}: {what}",
            self.plugin, self.route.route
        ))
    }

    /// What a program reads where a page would be no use to it.
    pub fn refuse(&self, failure: Failure) -> Response {
        let mut response = failure.into_response();
        let code = match response.status() {
            StatusCode::INTERNAL_SERVER_ERROR => "server_error",
            StatusCode::SERVICE_UNAVAILABLE => "temporarily_unavailable",
            StatusCode::NOT_FOUND => "not_found",
            StatusCode::FORBIDDEN => "forbidden",
            StatusCode::REQUEST_TIMEOUT => "too_slow",
            StatusCode::PAYLOAD_TOO_LARGE => "too_large",
            StatusCode::UNSUPPORTED_MEDIA_TYPE => "unsupported_media_type",
            _ => "invalid_request",
        };
        let json = |explanation: &str| match self.route.authentication {
            Authentication::Session | Authentication::Member | Authentication::Administrator => {
                None
            }
            // As OAuth has it (RFC 6749, section 5.2).
            Authentication::Own => Some(serde_json::json!({
                "error": code, "error_description": explanation,
            })),
            Authentication::Token => Some(serde_json::json!({
                "error": {"code": code, "message": explanation},
            })),
        };
        let body = response
            .extensions()
            .get::<Explained>()
            .and_then(|explained| json(&explained.explanation.to_string()));
        if let Some(body) = body {
            response.extensions_mut().remove::<Explained>();
            *response.body_mut() = Body::from(body.to_string());
            let headers = response.headers_mut();
            for (name, value) in [
                (header::CONTENT_TYPE, "application/json"),
                (header::CACHE_CONTROL, "no-store"),
            ] {
                headers.insert(name, HeaderValue::from_static(value));
            }
        }
        response
    }
}
