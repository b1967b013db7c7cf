"""An application that signs its requests, on requests-oauthlib."""

import os

from commands1 import answer
from photographs import HOB_URL, Photographs
from requests_oauthlib import OAuth1Session

METHOD = os.environ.get("SIGNATURE_METHOD", "HMAC-SHA1")
# Where the protocol's parameters stand: AUTH_HEADER, BODY or QUERY.
TYPE = os.environ.get("SIGNATURE_TYPE", "AUTH_HEADER")


class Application(Photographs):
    library = "requests-oauthlib"
    # Signed as well.
    filters = {"limit": 5, "tag": "a b&c"}
    session: OAuth1Session

    def connect(self, callback):
        self.session = OAuth1Session(
            os.environ["CLIENT_ID"],
            client_secret=os.environ["CLIENT_SECRET"],
            callback_uri=callback,
            signature_method=METHOD,
            signature_type=TYPE,
        )
        # The scope is a field of a form, which is signed.
        self.session.fetch_request_token(
            f"{HOB_URL}/oauth1/request_token", data={"scope": "profile media:read media:write"}
        )
        return self.session.authorization_url(f"{HOB_URL}/oauth1/authorize")

    def callback(self, url):
        self.session.parse_authorization_response(url)
        self.session.fetch_access_token(f"{HOB_URL}/oauth1/access_token")
        return "allowed"

    def verifier(self, typed):
        self.session.fetch_access_token(f"{HOB_URL}/oauth1/access_token", verifier=typed)
        return "allowed"


answer(Application())
