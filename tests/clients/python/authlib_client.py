"""An application on Authlib, from the server's metadata on."""

import json
import os
from urllib.parse import parse_qs, urlsplit

import requests
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from commands import answer
from joserfc.jwk import RSAKey
from photographs import HOB_URL, Photographs
from pushing import push

CLIENT_SECRET = os.environ.get("CLIENT_SECRET") or None
# It does not leave this program; the site knows the public one.
KEY = RSAKey.generate_key(2048) if "PRIVATE_KEY_JWT" in os.environ else None

metadata = requests.get(f"{HOB_URL}/.well-known/oauth-authorization-server", timeout=30).json()
assert metadata["issuer"] == HOB_URL


if KEY:
    AUTHENTICATION = "private_key_jwt"
elif CLIENT_SECRET:
    AUTHENTICATION = "client_secret_post"
else:
    AUTHENTICATION = "none"


class Application(Photographs):
    library = "Authlib"

    def __init__(self):
        self.renewals = []
        self.session = OAuth2Session(
            os.environ["CLIENT_ID"],
            KEY or CLIENT_SECRET,
            token_endpoint_auth_method=AUTHENTICATION,
            revocation_endpoint_auth_method=AUTHENTICATION,
            redirect_uri="http://127.0.0.1:5000/callback",
            code_challenge_method="S256",
            token_endpoint=metadata["token_endpoint"],
            update_token=lambda token, **_: self.renewals.append(token),
        )
        if KEY:
            self.session.register_client_auth_method(PrivateKeyJWT(metadata["token_endpoint"]))

    def keys(self):
        return json.dumps({"keys": [KEY.as_dict(private=False)]})

    def connect(self, scope):
        self.session.scope = scope
        self.verifier = generate_token(64)
        url, self.state = self.session.create_authorization_url(
            metadata["authorization_endpoint"], code_verifier=self.verifier
        )
        return url

    def push(self, scope):
        endpoint = metadata["pushed_authorization_request_endpoint"]
        return push(self.connect(scope), endpoint, self.session.client_id, CLIENT_SECRET)

    def callback(self, url):
        # Without a code the library would ask for a token of the application's
        # own, and so an error is looked for first. The state it compares.
        query = parse_qs(urlsplit(url).query)
        if "error" in query:
            return f"error {query['error'][0]}"
        token = self.session.fetch_token(
            authorization_response=url, state=self.state, code_verifier=self.verifier
        )
        # Sent with each refresh.
        self.session.scope = token["scope"]
        return f"allowed {token['scope']}"

    def refresh(self):
        # Past its end, the library renews the token by itself before it asks.
        renewals = len(self.renewals)
        self.session.token = {**self.session.token, "expires_at": 1}
        self.session.get(f"{HOB_URL}/api/v1/me").raise_for_status()
        assert len(self.renewals) == renewals + 1
        return f"allowed {self.session.token['scope']}"

    def revoke(self):
        self.session.revoke_token(
            metadata["revocation_endpoint"], self.session.token["refresh_token"]
        ).raise_for_status()
        return "revoked"

    def introspect(self):
        told = self.session.introspect_token(
            metadata["introspection_endpoint"], self.session.token["access_token"]
        ).json()
        return f"active {told['scope']}" if told["active"] else "inactive"

    def machine(self, scope):
        token = self.session.fetch_token(grant_type="client_credentials", scope=scope)
        return f"allowed {token['scope']}"


answer(Application())
