//! A browser without a window: it keeps cookies and follows nothing by
//! itself. Requests pass through the site's real router.

use std::{collections::BTreeMap, fmt, net::IpAddr};

use axum::body::Body;
use bytes::Bytes;
use cookie::Cookie;
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use serde::de::DeserializeOwned;

use crate::{http::Dispatch, secret::Secret};

/// A client of the site, with its own cookies.
pub struct Browser {
    dispatch: Dispatch,
    login: String,
    /// What it sends as `Host`; nothing, unless said.
    host: Option<HeaderValue>,
    /// What it sends as `Accept-Language`, if anything.
    accept_language: Option<String>,
    cookies: BTreeMap<String, String>,
}

/// An answer, read to its end.
#[derive(Clone)]
pub struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Browser {
    /// `login` is the path of the site's sign-in page.
    pub(super) fn new(dispatch: Dispatch, login: String) -> Self {
        Self {
            dispatch,
            login,
            host: None,
            accept_language: None,
            cookies: BTreeMap::new(),
        }
    }

    pub(super) fn at(self, host: &str) -> Self {
        let host = HeaderValue::from_str(host).expect("a test names a host");
        Self {
            host: Some(host),
            ..self
        }
    }

    /// The same, asking for pages in a language from now on.
    #[must_use]
    pub fn reading(mut self, accept_language: &str) -> Self {
        self.accept_language = Some(accept_language.to_owned());
        self
    }

    /// GET, as a browser asks for a page.
    pub async fn get(&mut self, path: &str) -> Reply {
        self.send(
            Request::get(path)
                .header(header::ACCEPT, "text/html")
                .body(Body::empty())
                .expect("a test asks for a valid path"),
        )
        .await
    }

    /// GET with an `Authorization` header.
    pub async fn get_with(&mut self, path: &str, authorization: &str) -> Reply {
        self.send(
            Request::get(path)
                .header(header::AUTHORIZATION, authorization)
                .body(Body::empty())
                .expect("a test asks for a valid path"),
        )
        .await
    }

    /// POST of a form, exactly these fields.
    pub async fn post_form(&mut self, path: &str, fields: &[(&str, &str)]) -> Reply {
        self.post_form_with(path, fields, &[]).await
    }

    /// POST of a form with further headers.
    pub async fn post_form_with(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> Reply {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let mut request =
            Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(
            request
                .body(body.into())
                .expect("a test sends a valid request"),
        )
        .await
    }

    /// POST of a form of the signed-in session: its CSRF token is added.
    pub async fn submit(&mut self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let csrf = self.csrf();
        let mut fields = fields.to_vec();
        fields.push(("csrf", &csrf));
        self.post_form(path, &fields).await
    }

    /// POST of a multipart form with one file.
    pub async fn post_multipart(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
        file: (&str, &[u8]),
        headers: &[(&str, &str)],
    ) -> Reply {
        const BOUNDARY: &str = "a-boundary-that-no-photograph-contains";
        let mut body = Vec::new();
        for (name, value) in fields {
            body.extend_from_slice(
                format!(
                    "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n\
                     {value}\r\n"
                )
                .as_bytes(),
            );
        }
        let (file_name, content) = file;
        body.extend_from_slice(
            format!(
                "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; \
                 filename=\"{file_name}\"\r\nContent-Type: application/octet-stream\r\n\r\n"
            )
            .as_bytes(),
        );
        body.extend_from_slice(content);
        body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
        let mut request = Request::post(path).header(
            header::CONTENT_TYPE,
            format!("multipart/form-data; boundary={BOUNDARY}"),
        );
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(
            request
                .body(body.into())
                .expect("a test sends a valid request"),
        )
        .await
    }

    /// Any request, with the cookies that were kept.
    ///
    /// # Panics
    /// The body of the answer breaks off.
    pub async fn send(&mut self, mut request: Request<Body>) -> Reply {
        if let Some(host) = &self.host {
            request.headers_mut().insert(header::HOST, host.clone());
        }
        if !self.cookies.is_empty() {
            let cookies: Vec<String> = self
                .cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            request.headers_mut().insert(
                header::COOKIE,
                cookies.join("; ").parse().expect("kept cookies are valid"),
            );
        }
        if let Some(accept_language) = &self.accept_language {
            request.headers_mut().insert(
                header::ACCEPT_LANGUAGE,
                accept_language.parse().expect("a test asks for a language"),
            );
        }
        let response = self
            .dispatch
            .answer(request, IpAddr::from([127, 0, 0, 1]))
            .await;
        let (parts, body) = response.into_parts();
        for value in parts.headers.get_all(header::SET_COOKIE) {
            let cookie = Cookie::parse(value.to_str().expect("cookies are text"))
                .expect("the site sets valid cookies");
            let gone = cookie.max_age().is_some_and(|age| age.is_zero());
            if gone {
                self.cookies.remove(cookie.name());
            } else {
                self.cookies
                    .insert(cookie.name().to_owned(), cookie.value().to_owned());
            }
        }
        Reply {
            status: parts.status,
            headers: parts.headers,
            body: body.collect().await.expect("the body arrives").to_bytes(),
        }
    }

    /// A request with a method of its own and no body.
    pub async fn request(&mut self, method: Method, path: &str) -> Reply {
        self.send(
            Request::builder()
                .method(method)
                .uri(path)
                .body(Body::empty())
                .expect("a test asks for a valid path"),
        )
        .await
    }

    /// Signs in at the site's own form.
    ///
    /// # Panics
    /// The site refuses.
    pub async fn sign_in(&mut self, username: &str, password: &str) {
        let login = self.login.clone();
        let reply = self
            .post_form(&login, &[("username", username), ("password", password)])
            .await;
        assert_eq!(
            reply.status(),
            303,
            "{username} can't sign in: {}",
            reply.text()
        );
    }

    /// What a form of this session carries; empty where nobody is signed in.
    #[must_use]
    pub fn csrf(&self) -> String {
        self.session()
            .map(|session| Secret::presented(session).derive("csrf"))
            .unwrap_or_default()
    }

    fn session(&self) -> Option<&str> {
        self.cookies
            .iter()
            .find(|(name, _)| name.ends_with("hob_session"))
            .map(|(_, value)| value.as_str())
    }

    /// Puts another browser's cookies into this one.
    pub fn copy_cookies(&mut self, other: &Self) {
        self.cookies.clone_from(&other.cookies);
    }
}

impl Reply {
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status.as_u16()
    }

    /// The first header of this name; empty where there is none.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// All headers of this name.
    #[must_use]
    pub fn headers(&self, name: &str) -> Vec<&str> {
        self.headers
            .get_all(name)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .collect()
    }

    #[must_use]
    pub fn bytes(&self) -> &Bytes {
        &self.body
    }

    /// The body as text.
    ///
    /// # Panics
    /// It is not UTF-8.
    #[must_use]
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("the body is text")
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// It is not of this shape.
    #[must_use]
    pub fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&self.body)))
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{} {:?}", self.status, self.headers)?;
        formatter.write_str(&String::from_utf8_lossy(&self.body))
    }
}
