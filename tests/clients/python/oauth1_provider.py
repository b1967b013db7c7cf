"""A provider of OAuth 1.0a that knows nothing of Hob: oauthlib's server.

Ada sits in front of it, and presses a button. Beside the protocol it has an API
of one address, at which it says whose the token is. It listens until its input
ends.
"""

import json
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from oauthlib.oauth1 import (
    SIGNATURE_HMAC_SHA256,
    RequestValidator,
    WebApplicationServer,
)

ISSUER, SITE = os.environ["ISSUER"], os.environ["SITE"]
# As long as oauthlib wants a key, and of letters and digits alone.
CONSUMER, SECRET = "thekeyofasiteofhob01", "a secret & a half"


class Validator(RequestValidator):
    """What oauthlib asks of whoever keeps consumers and tokens."""

    enforce_ssl = False
    allowed_signature_methods = (SIGNATURE_HMAC_SHA256,)
    dummy_client = dummy_request_token = dummy_access_token = "nobody"

    def __init__(self):
        super().__init__()
        self.request_tokens, self.access_tokens, self.used = {}, {}, set()

    def validate_client_key(self, client_key, request):
        return client_key == CONSUMER

    def get_client_secret(self, client_key, request):
        return SECRET

    def validate_timestamp_and_nonce(
        self, client_key, timestamp, nonce, request, request_token=None, access_token=None
    ):
        once = (client_key, timestamp, nonce, request_token, access_token)
        fresh = once not in self.used
        self.used.add(once)
        return fresh

    def validate_redirect_uri(self, client_key, redirect_uri, request):
        return redirect_uri == f"{SITE}/signin/old/authorized"

    def validate_requested_realms(self, client_key, realms, request):
        return True

    def get_default_realms(self, client_key, request):
        return []

    def get_realms(self, token, request):
        return []

    def validate_realms(self, client_key, token, request, uri=None, realms=None):
        return True

    def save_request_token(self, token, request):
        self.request_tokens[token["oauth_token"]] = {
            "secret": token["oauth_token_secret"],
            "callback": request.redirect_uri,
        }

    def verify_request_token(self, token, request):
        return token in self.request_tokens

    def validate_request_token(self, client_key, token, request):
        return token in self.request_tokens

    def get_request_token_secret(self, client_key, token, request):
        return self.request_tokens[token]["secret"]

    def get_redirect_uri(self, token, request):
        return self.request_tokens[token]["callback"]

    def save_verifier(self, token, verifier, request):
        self.request_tokens[token]["verifier"] = verifier["oauth_verifier"]

    def validate_verifier(self, client_key, token, verifier, request):
        return self.request_tokens[token].get("verifier") == verifier

    def invalidate_request_token(self, client_key, request_token, request):
        del self.request_tokens[request_token]

    def save_access_token(self, token, request):
        self.access_tokens[token["oauth_token"]] = token["oauth_token_secret"]

    def validate_access_token(self, client_key, token, request):
        return token in self.access_tokens

    def get_access_token_secret(self, client_key, token, request):
        return self.access_tokens[token]


SERVER = WebApplicationServer(Validator())
PAGE = (
    "<!doctype html><html lang=en><title>Allow?</title>"
    "<form method=post><button name=allow value=yes>Allow</button></form>"
)


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        if urlsplit(self.path).path == "/authorize":
            return self.say(200, "text/html", PAGE)
        if urlsplit(self.path).path == "/me":
            return self.me()
        return self.say(404, "text/plain", "")

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
        path = urlsplit(self.path).path
        if path == "/authorize":
            (token,) = parse_qs(urlsplit(self.path).query)["oauth_token"]
            headers, body, status = SERVER.create_authorization_response(
                self.uri(), realms=[], credentials={"resource_owner_key": token}
            )
        else:
            respond = {
                "/request_token": SERVER.create_request_token_response,
                "/access_token": SERVER.create_access_token_response,
            }[path]
            headers, body, status = respond(self.uri(), "POST", body, self.sent())
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write((body or "").encode())

    def me(self):
        valid, _ = SERVER.validate_protected_resource_request(
            self.uri(), "GET", headers=self.sent(), realms=[]
        )
        who = json.dumps({"id": 7, "name": "ada"})
        return self.say(200, "application/json", who) if valid else self.say(401, "text/plain", "")

    def uri(self):
        return ISSUER + self.path

    def sent(self):
        return {name: value for name, value in self.headers.items()}

    def say(self, status, kind, text):
        self.send_response(status)
        self.send_header("content-type", kind)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


listener = ThreadingHTTPServer(("127.0.0.1", urlsplit(ISSUER).port), Handler)
threading.Thread(target=listener.serve_forever, daemon=True).start()
for line in sys.stdin:
    print("ready", flush=True)
