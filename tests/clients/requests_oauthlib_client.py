"""The authorization code grant with requests-oauthlib.

Prints the URL for the member, reads the callback, and then uses the API.
"""

import os
from urllib.parse import urlsplit

from requests_oauthlib import OAuth2Session

HOB_URL = os.environ["HOB_URL"]
CLIENT_ID = os.environ["CLIENT_ID"]
CLIENT_SECRET = os.environ.get("CLIENT_SECRET") or None
TOKEN_URL = f"{HOB_URL}/oauth/access_token"

session = OAuth2Session(
    CLIENT_ID,
    redirect_uri="http://127.0.0.1:5000/callback",
    scope=["profile", "media:read", "media:write"],
    pkce="S256",
)
url, state = session.authorization_url(f"{HOB_URL}/oauth/authorize")
print(url, flush=True)
callback = input()

# With a secret the library sends it by HTTP Basic; without one it names itself.
token = session.fetch_token(
    TOKEN_URL,
    authorization_response=callback,
    client_secret=CLIENT_SECRET,
    include_client_id=CLIENT_SECRET is None,
)
assert set(token["scope"]) == {"profile", "media:read", "media:write"}, token["scope"]
assert session.get(f"{HOB_URL}/api/v1/me").json()["username"] == "alice"

credentials = {"client_id": CLIENT_ID}
if CLIENT_SECRET:
    credentials["client_secret"] = CLIENT_SECRET  # in the body, this time
renewed = session.refresh_token(TOKEN_URL, **credentials)
assert renewed["access_token"] != token["access_token"]
session.get(f"{HOB_URL}/api/v1/me").raise_for_status()

with open(os.environ["PHOTOGRAPH"], "rb") as photograph:
    answer = session.post(
        f"{HOB_URL}/api/v1/media",
        files={"file": photograph},
        data={"title": "From requests-oauthlib", "tags": "python"},
    )
answer.raise_for_status()
print(urlsplit(answer.json()["url"]).path)
