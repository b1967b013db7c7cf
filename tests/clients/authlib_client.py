"""The authorization code grant with Authlib, from the server's metadata on.

Prints the URL for the member, reads the callback, and then uses the API.
"""

import os
from urllib.parse import urlsplit

import requests
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session

HOB_URL = os.environ["HOB_URL"]
CLIENT_SECRET = os.environ.get("CLIENT_SECRET") or None

metadata = requests.get(f"{HOB_URL}/.well-known/oauth-authorization-server", timeout=30).json()
assert metadata["issuer"] == HOB_URL

renewals = []
session = OAuth2Session(
    os.environ["CLIENT_ID"],
    CLIENT_SECRET,
    token_endpoint_auth_method="client_secret_post" if CLIENT_SECRET else "none",
    redirect_uri="http://127.0.0.1:5000/callback",
    scope="profile media:read media:write",
    code_challenge_method="S256",
    token_endpoint=metadata["token_endpoint"],
    update_token=lambda token, **_: renewals.append(token),
)
verifier = generate_token(64)
url, state = session.create_authorization_url(metadata["authorization_endpoint"], code_verifier=verifier)
print(url, flush=True)
callback = input()

token = session.fetch_token(authorization_response=callback, state=state, code_verifier=verifier)
assert session.get(f"{HOB_URL}/api/v1/me").json()["username"] == "alice"

# Past its end, the library renews the token by itself before it asks.
session.token = {**token, "expires_at": 1}
session.get(f"{HOB_URL}/api/v1/me").raise_for_status()
assert len(renewals) == 1 and renewals[0]["access_token"] != token["access_token"]

with open(os.environ["PHOTOGRAPH"], "rb") as photograph:
    answer = session.post(
        f"{HOB_URL}/api/v1/media",
        files={"file": photograph},
        data={"title": "From Authlib", "tags": "python"},
    )
answer.raise_for_status()
print(urlsplit(answer.json()["url"]).path)
