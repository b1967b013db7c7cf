//! Over TLS: whose certificates are trusted, and where it may lead.

use std::{sync::Arc, time::Duration};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use reqwest::Certificate;
use rustls::{ServerConfig, pki_types::PrivateKeyDer};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_rustls::TlsAcceptor;

use super::{
    Asked, HttpClient, INSIDE, Log, OUTSIDE, OutboundError, Scripted, client_knowing, get, reply,
    server::{Pieces, serve},
    settings,
};

/// An authority that no system trusts.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

impl Authority {
    fn new() -> Self {
        let mut parameters = CertificateParams::new(Vec::new()).unwrap();
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let pem = parameters.self_signed(&key).unwrap().pem();
        Self {
            issuer: Issuer::new(parameters, key),
            pem,
        }
    }

    fn certificates(&self) -> Vec<Certificate> {
        Certificate::from_pem_bundle(self.pem.as_bytes()).unwrap()
    }

    /// A server with a certificate for this name.
    async fn serve(
        &self,
        name: &str,
        answer: impl Fn(&Asked) -> Pieces + Send + Sync + 'static,
    ) -> (u16, JoinHandle<()>) {
        let key = KeyPair::generate().unwrap();
        let parameters = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let certificate = parameters.signed_by(&key, &self.issuer).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let private = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], private)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind((OUTSIDE, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let answer = Arc::new(answer);
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, answer) = (acceptor.clone(), answer.clone());
                tokio::spawn(async move {
                    if let Ok(stream) = acceptor.accept(stream).await {
                        serve(stream, &Log::default(), &*answer, Duration::ZERO).await;
                    }
                });
            }
        });
        (port, accepting)
    }

    /// A client that trusts this authority.
    fn client(&self) -> HttpClient {
        let mut settings = settings(&[OUTSIDE]);
        settings.authorities = self.certificates();
        client_knowing(settings, Scripted::new(&[&[OUTSIDE]]))
    }
}

#[tokio::test]
async fn who_is_not_trusted_is_not_asked() {
    let authority = Authority::new();
    let (port, _server) = authority
        .serve("hob.example", |_| reply(200, "", "hello"))
        .await;
    let url = format!("https://hob.example:{port}/");
    let trusting = authority.client();
    assert_eq!(trusting.send(get(&url)).await.unwrap().body, b"hello");
    // Another name than the certificate's.
    let other = format!("https://other.example:{port}/");
    let refused = trusting.send(get(&other)).await;
    assert!(matches!(refused, Err(OutboundError::Unreachable { .. })));
    // An authority that nobody named.
    let stranger = Authority::new().client();
    let refused = stranger.send(get(&url)).await;
    assert!(matches!(refused, Err(OutboundError::Unreachable { .. })));
}

/// Check 96.
#[tokio::test]
async fn over_tls_the_same_addresses_are_kept_from() {
    let authority = Authority::new();
    let mut settings = settings(&[OUTSIDE]);
    settings.authorities = authority.certificates();
    let names = Scripted::new(&[&[INSIDE], &["10.0.0.1"], &["169.254.169.254"], &["::1"]]);
    let client = client_knowing(settings, names);
    for _ in 0..4 {
        let refused = client.send(get("https://rebinding.example/")).await;
        assert!(matches!(refused, Err(OutboundError::Forbidden { .. })));
    }
    let refused = client.send(get("https://169.254.169.254/")).await;
    assert!(matches!(refused, Err(OutboundError::Forbidden { .. })));
}

#[tokio::test]
async fn no_redirect_leads_out_of_tls() {
    let plain = super::Server::start(OUTSIDE, |_| reply(200, "", "in the clear")).await;
    let location = format!("location: {}\r\n", plain.url("/"));
    let authority = Authority::new();
    let (port, _server) = authority
        .serve("hob.example", move |request| match request.path.as_str() {
            "/out" => reply(302, &location, ""),
            "/on" => reply(302, "location: /\r\n", ""),
            _ => reply(200, "", "hello"),
        })
        .await;
    let url = |path: &str| format!("https://hob.example:{port}{path}");
    let client = authority.client();
    let refused = client.send(get(&url("/out")).following(1)).await;
    assert!(matches!(refused, Err(OutboundError::LeavesTls { .. })));
    assert_eq!(plain.requests().len(), 0);
    let followed = client.send(get(&url("/on")).following(1)).await;
    assert_eq!(followed.unwrap().body, b"hello");
}
