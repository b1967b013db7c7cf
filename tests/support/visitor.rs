//! A client without a window: it keeps cookies, and follows a redirect only
//! where told to.

use serde_json::Value;
use ureq::{
    Agent,
    http::{HeaderMap, Request, Response},
    typestate::{WithBody, WithoutBody},
};

use url::Url;

use super::{installation::PATIENCE, upload::Upload};

/// A client of one site.
#[derive(Clone)]
pub struct Visitor {
    agent: Agent,
    site: Url,
    authorization: Option<String>,
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Visitor {
    /// A client without cookies of the site at this URL.
    pub fn new(site: &str) -> Self {
        let config = Agent::config_builder()
            .max_redirects(0)
            .http_status_as_error(false)
            .timeout_global(Some(PATIENCE))
            .allow_non_standard_methods(true)
            .build();
        Self {
            agent: config.into(),
            site: Url::parse(site).expect("the address of a site"),
            authorization: None,
        }
    }

    /// The same, sending this `Authorization` header from now on.
    pub fn with_authorization(mut self, value: &str) -> Self {
        self.authorization = Some(value.to_owned());
        self
    }

    /// The same, with an access token.
    pub fn with_token(self, token: &str) -> Self {
        self.with_authorization(&format!("Bearer {token}"))
    }

    /// An address stays as it is. A path that the site gave has the path below
    /// which it stands in it; one that a test wrote has not.
    fn url(&self, path: &str) -> String {
        if path.starts_with("http://") {
            return path.to_owned();
        }
        let origin = self.site.origin().ascii_serialization();
        match self.site.path().trim_end_matches('/') {
            base if path.starts_with(base) => format!("{origin}{path}"),
            base => format!("{origin}{base}{path}"),
        }
    }

    fn bare(&self, request: ureq::RequestBuilder<WithoutBody>) -> Answer {
        let request = match &self.authorization {
            Some(value) => request.header("authorization", value),
            None => request,
        };
        Answer::read(request.call())
    }

    fn full(&self, request: ureq::RequestBuilder<WithBody>) -> ureq::RequestBuilder<WithBody> {
        match &self.authorization {
            Some(value) => request.header("authorization", value),
            None => request,
        }
    }

    pub fn get(&self, path: &str) -> Answer {
        self.bare(self.agent.get(self.url(path)))
    }

    pub fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = self.agent.get(self.url(path));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.bare(request)
    }

    pub fn delete(&self, path: &str) -> Answer {
        self.bare(self.agent.delete(self.url(path)))
    }

    pub fn patch_json(&self, path: &str, body: &Value) -> Answer {
        Answer::read(self.full(self.agent.patch(self.url(path))).send_json(body))
    }

    pub fn post_json(&self, path: &str, body: &Value) -> Answer {
        Answer::read(self.full(self.agent.post(self.url(path))).send_json(body))
    }

    /// A preflight, as a browser sends it for a script of another site.
    pub fn preflight(&self, path: &str, method: &str) -> Answer {
        let request = Request::options(self.url(path))
            .header("origin", "http://127.0.0.1:5000")
            .header("access-control-request-method", method)
            .header("access-control-request-headers", "authorization")
            .body(())
            .expect("a sound request");
        Answer::read(self.agent.run(request))
    }

    pub fn post_form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        Answer::read(
            self.full(self.agent.post(self.url(path)))
                .send_form(fields.iter().copied()),
        )
    }

    /// Posts a multipart form.
    pub fn post_upload(&self, path: &str, upload: &Upload) -> Answer {
        Answer::read(
            self.full(self.agent.post(self.url(path)))
                .header("content-type", upload.content_type())
                .send(&upload.body()[..]),
        )
    }

    /// Loads the page and posts its form with these fields in addition to the
    /// page's CSRF token.
    pub fn submit(&self, page: &str, action: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = self.csrf(page);
        let mut fields = fields.to_vec();
        fields.push(("csrf", &csrf));
        self.post_form(action, &fields)
    }

    /// The CSRF token of the forms on a page.
    #[track_caller]
    pub fn csrf(&self, page: &str) -> String {
        let answer = self.get(page);
        answer
            .hidden_field("csrf")
            .unwrap_or_else(|| panic!("{page} has no form: {}", answer.text()))
    }

    /// Signs in at the site's form.
    #[track_caller]
    pub fn sign_in(&mut self, username: &str, password: &str) {
        let fields = [("username", username), ("password", password)];
        let answer = self.submit("/login", "/login", &fields);
        assert_eq!(answer.status, 303, "{}", answer.text());
    }

    /// The session's cookie, as it is sent.
    pub fn cookies(&self) -> String {
        let jar = self.agent.cookie_jar_lock();
        let cookies: Vec<String> = jar
            .iter()
            .map(|cookie| format!("{}={}", cookie.name(), cookie.value()))
            .collect();
        cookies.join("; ")
    }

    /// The path of a page after publishing a photograph by the form.
    #[track_caller]
    pub fn publish(&self, upload: Upload) -> String {
        let upload = upload.field("csrf", &self.csrf("/upload"));
        let answer = self.post_upload("/upload", &upload);
        assert_eq!(answer.status, 303, "{}", answer.text());
        answer.header("location").to_owned()
    }
}

impl Answer {
    fn read(result: Result<Response<ureq::Body>, ureq::Error>) -> Self {
        let mut response = result.expect("the site answers");
        Self {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: response
                .body_mut()
                .with_config()
                .limit(64 << 20)
                .read_to_vec()
                .expect("the answer arrives"),
        }
    }

    /// Asserts the status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{:?}\n{}", self.headers, self.text());
        self
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error} in {}", self.text()))
    }

    /// A header's value; empty where it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// The value of a hidden field of the page's forms.
    pub fn hidden_field(&self, name: &str) -> Option<String> {
        let text = self.text();
        let mark = format!("name=\"{name}\" value=\"");
        let start = text.find(&mark)? + mark.len();
        let length = text[start..].find('"')?;
        Some(text[start..start + length].to_owned())
    }
}
