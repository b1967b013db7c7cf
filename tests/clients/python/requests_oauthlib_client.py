"""An application on requests-oauthlib."""

import os

from commands import answer
from oauthlib.oauth2 import BackendApplicationClient
from photographs import HOB_URL, Photographs
from pushing import push
from requests_oauthlib import OAuth2Session

CLIENT_ID = os.environ["CLIENT_ID"]
CLIENT_SECRET = os.environ.get("CLIENT_SECRET") or None
TOKEN_URL = f"{HOB_URL}/oauth/access_token"

# A member may allow less than was asked for.
os.environ["OAUTHLIB_RELAX_TOKEN_SCOPE"] = "1"
# The tests' site speaks plain http, on this machine alone.
os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"


class Application(Photographs):
    library = "requests-oauthlib"
    session: OAuth2Session

    def connect(self, scope):
        self.session = OAuth2Session(
            CLIENT_ID,
            redirect_uri="http://127.0.0.1:5000/callback",
            scope=scope.split(),
            pkce="S256",
        )
        url, _state = self.session.authorization_url(f"{HOB_URL}/oauth/authorize")
        return url

    def push(self, scope):
        return push(self.connect(scope), f"{HOB_URL}/oauth/par", CLIENT_ID, CLIENT_SECRET)

    def callback(self, url):
        # With a secret the library sends it by HTTP Basic; without one it names
        # itself. It compares the state, and raises where the answer is an error.
        token = self.session.fetch_token(
            TOKEN_URL,
            authorization_response=url,
            client_secret=CLIENT_SECRET,
            include_client_id=CLIENT_SECRET is None,
        )
        # Sent with each refresh.
        self.session.scope = token["scope"]
        return f"allowed {' '.join(token['scope'])}"

    def refresh(self):
        credentials = {"client_id": CLIENT_ID}
        if CLIENT_SECRET:
            credentials["client_secret"] = CLIENT_SECRET  # in the body, this time
        token = self.session.refresh_token(TOKEN_URL, **credentials)
        return f"allowed {' '.join(token['scope'])}"

    def machine(self, scope):
        self.session = OAuth2Session(client=BackendApplicationClient(CLIENT_ID, scope=scope.split()))
        token = self.session.fetch_token(TOKEN_URL, client_secret=CLIENT_SECRET)
        return f"allowed {' '.join(token['scope'])}"


answer(Application())
