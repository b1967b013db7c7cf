//! Requests to other sites, for the host and for plugins.
//!
//! Whoever sends them names the URL, and may have it from somebody else: from a
//! provider's metadata, from a client, from a member. So the address that is
//! really connected to is checked (`networks`, `names`), of each redirect
//! anew, and time, size and number are bounded. Nothing is made before the
//! first request. It knows no plugin, and not what is asked for.

mod error;
mod interface;
mod names;
mod networks;
mod redirect;
mod request;
#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use http::HeaderValue;
use reqwest::{Certificate, Client, Response, redirect::Policy};
use tokio::sync::{OnceCell, Semaphore};

pub use error::OutboundError;
pub use interface::http_client_interface;
pub use names::{LookUp, Names, SystemNames};
pub use networks::Networks;
pub use request::{Answer, OutboundRequest};

use names::GuardedNames;
use networks::Admitted;

/// What the operator allows of requests to other sites.
#[derive(Debug, Clone)]
pub struct HttpClientSettings {
    /// Addresses that may be asked although they are not public, and in plain
    /// http.
    pub allow: Networks,
    /// Whom to trust beside those whom the system trusts.
    pub authorities: Vec<Certificate>,
    /// For a connection to stand.
    pub connect_timeout: Duration,
    /// For all of an exchange, redirects included.
    pub timeout: Duration,
    /// Of an answer's body.
    pub most_bytes: u64,
    pub most_redirects: u32,
}

/// So many exchanges are under way at a time; others wait for their turn, and
/// not longer than their time.
const AT_ONCE: usize = 64;
/// So many connections to one host wait to be used again, and so long.
const IDLE_CONNECTIONS: usize = 2;
const IDLE_TIME: Duration = Duration::from_secs(15);

/// Sends requests to other sites.
pub struct HttpClient {
    settings: HttpClientSettings,
    user_agent: HeaderValue,
    names: Arc<dyn Names>,
    places: Semaphore,
    /// For https, to addresses that are public or allowed.
    secure: OnceCell<Client>,
    /// For plain http, to addresses that are allowed.
    plain: OnceCell<Client>,
}

impl HttpClient {
    /// `url` is the site's own: whoever is asked can see who asks.
    #[must_use]
    pub fn new(settings: HttpClientSettings, url: &str, names: Arc<dyn Names>) -> Self {
        let user_agent = format!("Hob/{} (+{url}/)", env!("CARGO_PKG_VERSION"));
        Self {
            settings,
            user_agent: HeaderValue::from_str(&user_agent)
                .expect("a URL of the configuration is ASCII"),
            names,
            places: Semaphore::new(AT_ONCE),
            secure: OnceCell::new(),
            plain: OnceCell::new(),
        }
    }

    /// Sends a request, and reads the answer to its end, whatever its status.
    ///
    /// # Errors
    /// There is no answer that may be had.
    pub async fn send(&self, request: OutboundRequest) -> Result<Answer, OutboundError> {
        let host = request.host().to_owned();
        let time = request.timeout.map_or(self.settings.timeout, |timeout| {
            timeout.min(self.settings.timeout)
        });
        let exchange = async {
            let _place = self.places.acquire().await;
            self.exchange(request).await
        };
        let result = match tokio::time::timeout(time, exchange).await {
            Ok(result) => result,
            Err(_) => Err(OutboundError::timed_out(&host, time)),
        };
        match &result {
            Ok(answer) => tracing::debug!(host, status = answer.status.as_u16(), "asked a site"),
            Err(error) => tracing::debug!(host, %error, "a site gave no answer"),
        }
        result
    }

    /// Asks, and goes where redirects lead as far as the request wants that.
    async fn exchange(&self, mut request: OutboundRequest) -> Result<Answer, OutboundError> {
        let most_redirects = request.redirects.min(self.settings.most_redirects);
        let mut followed = 0;
        loop {
            let response = self.ask(&request).await?;
            let Some(next) = redirect::target(&request, &response)? else {
                return self.read(&request, response).await;
            };
            if most_redirects == 0 {
                return self.read(&request, response).await;
            }
            if followed == most_redirects {
                return Err(OutboundError::TooManyRedirects {
                    host: request.host().to_owned(),
                    most: most_redirects,
                });
            }
            followed += 1;
            request = request.redirected(next);
        }
    }

    async fn ask(&self, request: &OutboundRequest) -> Result<Response, OutboundError> {
        let admitted = self.admitted(request.is_plain());
        request.check_literal_address(&admitted)?;
        let client = self.client(request.is_plain()).await?;
        client
            .execute(request.to_reqwest())
            .await
            .map_err(|error| OutboundError::of_reqwest(request.host(), error))
    }

    /// Reads the body as far as it may reach. What announces too much is not
    /// read at all.
    async fn read(
        &self,
        request: &OutboundRequest,
        mut response: Response,
    ) -> Result<Answer, OutboundError> {
        let most = request.most_bytes.map_or(self.settings.most_bytes, |most| {
            most.min(self.settings.most_bytes)
        });
        let too_large = || OutboundError::TooLarge {
            host: request.host().to_owned(),
            most,
        };
        if response
            .content_length()
            .is_some_and(|length| length > most)
        {
            return Err(too_large());
        }
        let mut body = Vec::new();
        while let Some(chunk) = response
            .chunk()
            .await
            .map_err(|error| OutboundError::of_reqwest(request.host(), error))?
        {
            if (body.len() + chunk.len()) as u64 > most {
                return Err(too_large());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer {
            url: request.url.clone(),
            status: response.status(),
            headers: std::mem::take(response.headers_mut()),
            body,
        })
    }

    fn admitted(&self, plain: bool) -> Admitted {
        Admitted {
            allow: self.settings.allow.clone(),
            public: !plain,
        }
    }

    /// The client for a scheme, made when it is first needed.
    async fn client(&self, plain: bool) -> Result<&Client, OutboundError> {
        let cell = if plain { &self.plain } else { &self.secure };
        cell.get_or_try_init(|| self.make(plain)).await
    }

    async fn make(&self, plain: bool) -> Result<Client, OutboundError> {
        let names = GuardedNames::new(self.names.clone(), self.admitted(plain));
        let builder = Client::builder()
            .user_agent(self.user_agent.clone())
            .dns_resolver(Arc::new(names))
            .redirect(Policy::none())
            // Nor of the environment: what a proxy sends on goes to addresses
            // that nobody here has checked.
            .no_proxy()
            .referer(false)
            .http1_only()
            .connect_timeout(self.settings.connect_timeout)
            .pool_max_idle_per_host(IDLE_CONNECTIONS)
            .pool_idle_timeout(IDLE_TIME);
        let builder = if plain {
            builder.tls_certs_only([])
        } else {
            builder
                .https_only(true)
                .tls_certs_merge(self.settings.authorities.iter().cloned())
        };
        // It reads the system's certificates from some hundred files.
        tokio::task::spawn_blocking(move || {
            // Of the process: whoever was first chose the same.
            let _ = rustls::crypto::ring::default_provider().install_default();
            builder.build()
        })
        .await
        .expect("making a client does not panic")
        .map_err(|error| OutboundError::no_client(&error))
    }
}
