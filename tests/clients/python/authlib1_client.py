"""An application that signs its requests, on Authlib."""

import os

from authlib.integrations.requests_client import OAuth1Session
from commands1 import answer
from photographs import HOB_URL, Photographs

METHOD = os.environ.get("SIGNATURE_METHOD", "HMAC-SHA1")


class Application(Photographs):
    library = "Authlib"
    # Signed as well.
    filters = {"limit": 5, "tag": "a b&c"}
    session: OAuth1Session

    def connect(self, callback):
        self.session = OAuth1Session(
            os.environ["CLIENT_ID"],
            os.environ["CLIENT_SECRET"],
            redirect_uri=callback,
            signature_method=METHOD,
        )
        self.session.fetch_request_token(f"{HOB_URL}/oauth1/request_token")
        return self.session.create_authorization_url(f"{HOB_URL}/oauth1/authorize")

    def callback(self, url):
        self.session.parse_authorization_response(url)
        if "oauth_verifier" not in self.session.token:
            return f"error {self.session.token['oauth_problem']}"
        self.session.fetch_access_token(f"{HOB_URL}/oauth1/access_token")
        return "allowed"

    def verifier(self, typed):
        self.session.fetch_access_token(f"{HOB_URL}/oauth1/access_token", verifier=typed)
        return "allowed"


answer(Application())
