"""An application that signs its requests, on requests-oauthlib."""

import os
from urllib.parse import urlsplit

from commands1 import answer
from requests_oauthlib import OAuth1Session

HOB_URL = os.environ["HOB_URL"]
METHOD = os.environ.get("SIGNATURE_METHOD", "HMAC-SHA1")
# Where the protocol's parameters stand: AUTH_HEADER, BODY or QUERY.
TYPE = os.environ.get("SIGNATURE_TYPE", "AUTH_HEADER")


class Application:
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

    def me(self):
        answer = self.session.get(f"{HOB_URL}/api/v1/me")
        answer.raise_for_status()
        return answer.json()["username"]

    def count(self):
        answer = self.session.get(f"{HOB_URL}/api/v1/media", params={"limit": 5, "tag": "a b&c"})
        answer.raise_for_status()
        return len(answer.json()["media"])

    def publish(self, file):
        with open(file, "rb") as photograph:
            answer = self.session.post(
                f"{HOB_URL}/api/v1/media",
                files={"file": photograph},
                data={"title": "From requests-oauthlib", "tags": "python"},
            )
        answer.raise_for_status()
        return urlsplit(answer.json()["url"]).path


answer(Application())
