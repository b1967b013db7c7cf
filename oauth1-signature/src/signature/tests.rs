//! The vectors that oauthlib publishes, byte for byte.

use url::Url;

use super::*;
use crate::{Outgoing, Parameters, PrivateKey, RsaKeyError};

/// RFC 5849, section 3.4.1.1.
fn base_string() -> BaseString {
    let parameters = Parameters::read_form(
        b"b5=%3D%253D&a3=a&c%40=&a2=r%20b&c2&a3=2+q&oauth_consumer_key=9djdj82h48djs9d2\
          &oauth_token=kkk9d7dh3k39sjv7&oauth_signature_method=HMAC-SHA1\
          &oauth_timestamp=137131201&oauth_nonce=7d8f3e4a",
    );
    BaseString::new(
        "POST",
        "http://EXAMPLE.COM",
        "/request",
        &parameters.unwrap(),
    )
    .unwrap()
}

const SECRETS: Secrets<'static> = Secrets {
    client: "ECrDNoq1VYzzzzzzzzzyAK7TwZNtPnkqatqZZZZ",
    token: "just-a-string    asdasd",
};

const RSA_KEY: &str = "\
-----BEGIN RSA PRIVATE KEY-----
MIICXgIBAAKBgQDk1/bxyS8Q8jiheHeYYp/4rEKJopeQRRKKpZI4s5i+UPwVpupG
AlwXWfzXwSMaKPAoKJNdu7tqKRniqst5uoHXw98gj0x7zamu0Ck1LtQ4c7pFMVah
5IYGhBi2E9ycNS329W27nJPWNCbESTu7snVlG8V8mfvGGg3xNjTMO7IdrwIDAQAB
AoGBAOQ2KuH8S5+OrsL4K+wfjoCi6MfxCUyqVU9GxocdM1m30WyWRFMEz2nKJ8fR
p3vTD4w8yplTOhcoXdQZl0kRoaDzrcYkm2VvJtQRrX7dKFT8dR8D/Tr7dNQLOXfC
DY6xveQczE7qt7Vk7lp4FqmxBsaaEuokt78pOOjywZoInjZhAkEA9wz3zoZNT0/i
rf6qv2qTIeieUB035N3dyw6f1BGSWYaXSuerDCD/J1qZbAPKKhyHZbVawFt3UMhe
542UftBaxQJBAO0iJy1I8GQjGnS7B3yvyH3CcLYGy296+XO/2xKp/d/ty1OIeovx
C60pLNwuFNF3z9d2GVQAdoQ89hUkOtjZLeMCQQD0JO6oPHUeUjYT+T7ImAv7UKVT
Suy30sKjLzqoGw1kR+wv7C5PeDRvscs4wa4CW9s6mjSrMDkDrmCLuJDtmf55AkEA
kmaMg2PNrjUR51F0zOEFycaaqXbGcFwe1/xx9zLmHzMDXd4bsnwt9kk+fe0hQzVS
JzatanQit3+feev1PN3QewJAWv4RZeavEUhKv+kLe95Yd0su7lTLVduVgh4v5yLT
Ga6FHdjGPcfajt+nrpB1n8UQBEH9ZxniokR/IPvdMlxqXA==
-----END RSA PRIVATE KEY-----
";

const PUBLIC_KEY: &str = "
-----BEGIN RSA PUBLIC KEY-----
MIGJAoGBAOTX9vHJLxDyOKF4d5hin/isQomil5BFEoqlkjizmL5Q/BWm6kYCXBdZ
/NfBIxoo8Cgok127u2opGeKqy3m6gdfD3yCPTHvNqa7QKTUu1DhzukUxVqHkhgaE
GLYT3Jw1Lfb1bbuck9Y0JsRJO7uydWUbxXyZ+8YaDfE2NMw7sh2vAgMBAAE=
-----END RSA PUBLIC KEY-----
";

/// Another client's.
const OTHER_RSA_KEY: &str = "\
-----BEGIN RSA PRIVATE KEY-----
MIICXQIBAAKBgQDZcD/1OZNJJ6Y3QZM16Z+O7fkD9kTIQuT2BfpAOUvDfxzYhVC9
TNmSDHCQhr+ClutyolBk5jTE1/FXFUuHoPsTrkI7KQFXPP834D4gnSY9jrAiUJHe
DVF6wXNuS7H4Ueh16YPjUxgLLRh/nn/JSEj98gsw+7DP01OWMfWS99S7eQIDAQAB
AoGBALsQZRXVyK7BG7CiC8HwEcNnXDpaXmZjlpNKJTenk1THQMvONd4GBZAuf5D3
PD9fE4R1u/ByVKecmBaxTV+L0TRQfD8K/nbQe0SKRQIkLI2ymLJKC/eyw5iTKT0E
+BS6wYpVd+mfcqgvpHOYpUmz9X8k/eOa7uslFmvt+sDb5ZcBAkEA+++SRqqUxFEG
s/ZWAKw9p5YgkeVUOYVUwyAeZ97heySrjVzg1nZ6v6kv7iOPi9KOEpaIGPW7x1K/
uQuSt4YEqQJBANzyNqZTTPpv7b/R8ABFy0YMwPVNt3b1GOU1Xxl6iuhH2WcHuueo
UB13JHoZCMZ7hsEqieEz6uteUjdRzRPKclECQFNhVK4iop3emzNQYeJTHwyp+RmQ
JrHq2MTDioyiDUouNsDQbnFMQQ/RtNVB265Q/0hTnbN1ELLFRkK9+87VghECQQC9
hacLFPk6+TffCp3sHfI3rEj4Iin1iFhKhHWGzW7JwJfjoOXaQK44GDLZ6Q918g+t
MmgDHR2tt8KeYTSgfU+BAkBcaVF91EQ7VXhvyABNYjeYP7lU7orOgdWMa/zbLXSU
4vLsK1WOmwPY9zsXpPkilqszqcru4gzlG462cSbEdAW9
-----END RSA PRIVATE KEY-----
";

/// Each method with its signature of the base string.
const SIGNATURES: [(SignatureMethod, &str); 5] = [
    (SignatureMethod::HmacSha1, "wsdNmjGB7lvis0UJuPAmjvX/PXw="),
    (
        SignatureMethod::HmacSha256,
        "wdfdHUKXHbOnOGZP8WFAWMSAmWzN3EVBWWgXGlC/Eo4=",
    ),
    (
        SignatureMethod::RsaSha1,
        "mFY2KOEnlYWsTvUA+5kxuBIcvBYXu+ljw9ttVJQxKduMueGSVPCB1tK1PlqVLK738HK0t19ecBJfb6rMxUwr\
         riw+MlBO+jpojkZIWccw1J4cAb4qu4M81DbpUAq4j/1w/QyTR4TWCODlEfN7Zfgy8+pf+TjiXfIwRC1jEWbu\
         L1E=",
    ),
    (
        SignatureMethod::RsaSha256,
        "jqKl6m0WS69tiVJV8ZQ6aQEfJqISoZkiPBXRv6Al2+iFSaDpfeXjYm+Hbx6m1azRdrZ/35PM3cvuid3LwW/s\
         iAkzb0xQcGnTyAPH8YcGWzmnKGY7LsB7fkqThchNxvRK/N7s9M1WMnfZZ+1dQbbwtTs1TG1+iexUcV7r3M7H\
         eec=",
    ),
    (
        SignatureMethod::Plaintext,
        "ECrDNoq1VYzzzzzzzzzyAK7TwZNtPnkqatqZZZZ&just-a-string%20%20%20%20asdasd",
    ),
];

fn signer<'a>(
    method: SignatureMethod,
    secrets: Secrets<'a>,
    private_key: &'a PrivateKey,
) -> Signer<'a> {
    match method {
        SignatureMethod::HmacSha1 => Signer::HmacSha1(secrets),
        SignatureMethod::HmacSha256 => Signer::HmacSha256(secrets),
        SignatureMethod::RsaSha1 => Signer::RsaSha1(private_key),
        SignatureMethod::RsaSha256 => Signer::RsaSha256(private_key),
        SignatureMethod::Plaintext => Signer::Plaintext(secrets),
    }
}

#[test]
fn each_method_signs_as_oauthlib_does() {
    let private_key = PrivateKey::of_any_size(RSA_KEY).unwrap();
    let public_key = PublicKey::of_any_size(PUBLIC_KEY).unwrap();
    let key = VerifyingKey {
        secrets: SECRETS,
        public_key: Some(&public_key),
    };
    for (method, signature) in SIGNATURES {
        let signer = signer(method, SECRETS, &private_key);
        assert_eq!(signer.method(), method);
        assert_eq!(signer.sign(&base_string()), signature, "{method}");
        assert!(key.verify(method, &base_string(), signature), "{method}");
    }
}

#[test]
fn what_was_signed_otherwise_is_refused() {
    let public_key = PublicKey::of_any_size(PUBLIC_KEY).unwrap();
    let other_key = PrivateKey::of_any_size(OTHER_RSA_KEY).unwrap();
    let key = VerifyingKey {
        secrets: SECRETS,
        public_key: Some(&public_key),
    };
    let none = Parameters::default();
    let other_request = BaseString::new("GET", "http://a.example", "/", &none).unwrap();
    for (method, signature) in SIGNATURES {
        for (client, token) in [
            ("wrong-secret", SECRETS.token),
            (SECRETS.client, "wrong-secret"),
            (SECRETS.client, ""),
            ("", SECRETS.token),
        ] {
            let signer = signer(method, Secrets { client, token }, &other_key);
            let wrong = signer.sign(&base_string());
            assert!(!key.verify(method, &base_string(), &wrong), "{method}");
        }
        if method != SignatureMethod::Plaintext {
            assert!(!key.verify(method, &other_request, signature), "{method}");
        }
        for wrong in ["", "ZG9uJ3QgdHJ1c3QgbWUK", "altérer", &signature[1..]] {
            assert!(
                !key.verify(method, &base_string(), wrong),
                "{method} {wrong}"
            );
        }
        // Another method's is not this one's.
        for (other, signature) in SIGNATURES {
            let same = other == method;
            assert_eq!(
                key.verify(method, &base_string(), signature),
                same,
                "{method} {other}"
            );
        }
    }
}

#[test]
fn without_a_key_no_signature_by_one_is_right() {
    let key = VerifyingKey {
        secrets: SECRETS,
        public_key: None,
    };
    for (method, signature) in SIGNATURES {
        let right = key.verify(method, &base_string(), signature);
        assert_eq!(right, !method.is_rsa(), "{method}");
    }
}

/// The headers of oauthlib's client, as far as the order of parameters is free.
#[test]
fn a_header_has_the_signature_of_oauthlibs_client() {
    let private_key = PrivateKey::of_any_size(RSA_KEY).unwrap();
    let none = Secrets::default();
    let plain = Secrets {
        client: "foo",
        token: "bar",
    };
    for (signer, signature) in [
        (Signer::HmacSha1(none), "hH5BWYVqo7QI4EmPBUUe9owRUUQ%3D"),
        (
            Signer::HmacSha256(none),
            "JzgJWBxX664OiMW3WE4MEjtYwOjI%2FpaUWHqtdHe68Es%3D",
        ),
        (
            Signer::RsaSha1(&private_key),
            "ktvzkUhtrIawBcq21DRJrAyysTc3E1Zq5GdGu8EzHOtbeaCmOBDLGHAcqlm92mj7xp5E1Z6i2vbExPimYAJL\
             7FzkLnkRE5YEJR4rNtIgAf1OZbYsIUmmBO%2BCLuStuu5Lg3tAluwC7XkkgoXCBaRKT1mUXzPHJILzZ8iFO\
             vS6w5E%3D",
        ),
        (Signer::Plaintext(plain), "foo%26bar"),
    ] {
        let header = Outgoing {
            method: "GET",
            url: &Url::parse("http://example.com").unwrap(),
            form: None,
            consumer_key: "client_key",
            token: None,
            timestamp: 1_234_567_890,
            nonce: "abc",
            realm: None,
            more: &[],
        };
        let expected = format!(
            "OAuth oauth_consumer_key=\"client_key\", oauth_signature_method=\"{}\", \
             oauth_timestamp=\"1234567890\", oauth_nonce=\"abc\", oauth_version=\"1.0\", \
             oauth_signature=\"{signature}\"",
            signer.method()
        );
        assert_eq!(header.authorization(signer).unwrap(), expected);
    }
}

/// What oauthlib signs in bodies and queries, and in a form that is not ASCII.
#[test]
fn a_body_and_a_query_have_the_signature_of_oauthlibs_client() {
    for (method, path, parameters, signature) in [
        (
            "POST",
            "/path",
            "a=b&oauth_nonce=14205877133089081931378988215&oauth_timestamp=1378988215\
             &oauth_version=1.0&oauth_signature_method=HMAC-SHA1&oauth_consumer_key=client_key",
            "2JAQomgbShqoscqKWBiYQZwWq94=",
        ),
        (
            "POST",
            "/path",
            "oauth_nonce=14205877133089081931378988215&oauth_timestamp=1378988215\
             &oauth_version=1.0&oauth_signature_method=HMAC-SHA1&oauth_consumer_key=client_key",
            "08G5Snvw+gDAzBF+CmT5KqlrPKo=",
        ),
        (
            "POST",
            "/path",
            "status=%E5%95%A6%E5%95%A6&oauth_nonce=abc&oauth_timestamp=abc\
             &oauth_version=1.0&oauth_signature_method=HMAC-SHA1&oauth_consumer_key=client_key",
            "yrtSqp88m/c5UDaucI8BXK4oEtk=",
        ),
        (
            "POST",
            "/path",
            "status=%C3%A6%C3%A5%C3%B8&oauth_nonce=abc&oauth_timestamp=abc\
             &oauth_version=1.0&oauth_signature_method=HMAC-SHA1&oauth_consumer_key=client_key",
            "oG5t3Eg/XO5FfQgUUlTtUeeZzvk=",
        ),
    ] {
        let parameters = Parameters::read_form(parameters.as_bytes()).unwrap();
        let base_string = BaseString::new(method, "http://i.b", path, &parameters).unwrap();
        let signer = Signer::HmacSha1(Secrets::default());
        assert_eq!(signer.sign(&base_string), signature);
    }
}

#[test]
fn a_key_that_is_too_short_or_none_is_refused() {
    let read = |pem: &str| PublicKey::from_pem(pem).map(|_| ());
    assert_eq!(read(PUBLIC_KEY), Err(RsaKeyError::Size(1024)));
    assert_eq!(read(RSA_KEY), Err(RsaKeyError::Private));
    let shape = Err(RsaKeyError::Shape("PUBLIC KEY"));
    for pem in ["", "foobar", &PUBLIC_KEY[..90]] {
        assert_eq!(read(pem), shape);
    }
    let private = |pem: &str| PrivateKey::from_pem(pem).map(|_| ());
    assert_eq!(private(RSA_KEY), Err(RsaKeyError::Size(1024)));
    assert_eq!(private(PUBLIC_KEY), Err(RsaKeyError::Shape("PRIVATE KEY")));
    let pem = include_str!("rsa_2048_public.pem");
    assert!(PublicKey::from_pem(pem).is_ok());
    let spaces = |count| format!("{}{pem}", " ".repeat(count));
    assert_eq!(read(&spaces(1000)), Ok(()));
    assert_eq!(read(&spaces(20_000)), shape);
    let private_key = PrivateKey::from_pem(include_str!("rsa_2048_private.pem")).unwrap();
    let signature = Signer::RsaSha256(&private_key).sign(&base_string());
    let key = VerifyingKey {
        secrets: Secrets::default(),
        public_key: Some(&PublicKey::from_pem(pem).unwrap()),
    };
    assert!(key.verify(SignatureMethod::RsaSha256, &base_string(), &signature));
}

#[test]
fn nothing_prints_a_secret() {
    let private_key = PrivateKey::of_any_size(RSA_KEY).unwrap();
    for printed in [
        format!("{:?}", Signer::HmacSha1(SECRETS)),
        format!("{:?}", Signer::RsaSha1(&private_key)),
    ] {
        assert!(printed.ends_with("(…))"), "{printed}");
    }
}
