"""Photo Desk: a small web application that publishes photographs on a Hob site.

It connects with the authorization code grant: server metadata, PKCE (S256),
state and iss; it refreshes its tokens, and it copes with a member who allows
only a part of what it asks. The browser holds a random session id and nothing
else; tokens stay in this process and are gone when it stops.
"""

import functools
import hmac
import os
import secrets
import sys
import threading
from dataclasses import dataclass, field

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session
from flask import Flask, abort, flash, g, redirect, render_template, request, session, url_for

HOB_URL = os.environ.get("HOB_URL", "http://127.0.0.1:8080").rstrip("/")
CLIENT_ID = os.environ.get("CLIENT_ID", "")
CLIENT_SECRET = os.environ.get("CLIENT_SECRET") or None  # None: a public client
PORT = int(os.environ.get("PORT", "5000"))
ORIGIN = f"http://127.0.0.1:{PORT}"
SCOPE = "profile media:read media:write"
TIMEOUT = 30  # seconds, for each request to Hob
app = Flask(__name__)
app.config.update(
    SECRET_KEY=secrets.token_bytes(32),
    # Cookies know no ports: Hob may run on this host too, so this one has its own name.
    SESSION_COOKIE_NAME="photo_desk",
    SESSION_COOKIE_HTTPONLY=True,
    SESSION_COOKIE_SAMESITE="Lax",
)


@dataclass
class Visitor:
    """What this application knows about one browser."""

    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    state: str | None = None
    code_verifier: str | None = None
    token: dict | None = None
    granted: set = field(default_factory=set)
    # One request at a time, so that a refresh token is used once.
    lock: threading.RLock = field(default_factory=threading.RLock)

    def forget_token(self):
        self.token, self.granted = None, set()


visitors: dict[str, Visitor] = {}


class HobError(Exception):
    """Something is not as it should be: a status, and a sentence for the page."""


@functools.cache
def metadata():
    """The endpoints of the authorization server (RFC 8414)."""
    answer = requests.get(f"{HOB_URL}/.well-known/oauth-authorization-server", timeout=TIMEOUT)
    if not answer.ok:
        raise HobError(answer.status_code, f"{answer.url} answered {answer.status_code}. Is the oauth plugin enabled?")
    document = answer.json()
    if document["issuer"] != HOB_URL:
        raise HobError(502, f"HOB_URL is {HOB_URL}, but the site calls itself {document['issuer']}. Use that one.")
    return document


def oauth_client(visitor):
    """An HTTP client that sends this visitor's token and renews it before it expires."""
    return OAuth2Session(
        CLIENT_ID,
        CLIENT_SECRET,
        token_endpoint_auth_method="client_secret_basic" if CLIENT_SECRET else "none",
        # Authlib sends it with a refresh too, and then it must not exceed what was granted.
        scope=" ".join(sorted(visitor.granted)) or SCOPE,
        redirect_uri=f"{ORIGIN}/callback",
        code_challenge_method="S256",
        token=visitor.token,
        token_endpoint=metadata()["token_endpoint"],
        update_token=lambda token, **_: setattr(visitor, "token", token),
        default_timeout=TIMEOUT,
    )


@app.post("/connect")
def connect():
    """Sends the browser to Hob with a state and a code challenge made for it alone."""
    verifier = g.visitor.code_verifier = generate_token(64)
    client, endpoint = oauth_client(g.visitor), metadata()["authorization_endpoint"]
    url, g.visitor.state = client.create_authorization_url(endpoint, code_verifier=verifier)
    return redirect(url, 303)


@app.get("/callback")
def callback():
    """Takes what Hob sends back: a code to be swapped for tokens, or an error."""
    visitor, answer = g.visitor, request.args
    state, visitor.state = visitor.state, None
    verifier, visitor.code_verifier = visitor.code_verifier, None
    if not state or not hmac.compare_digest(state.encode(), answer.get("state", "").encode()):
        raise HobError(400, "This answer does not belong to a request of this browser. Please connect again.")
    if metadata().get("authorization_response_iss_parameter_supported") and answer.get("iss") != HOB_URL:
        raise HobError(400, "This answer does not come from the site that was asked.")
    if answer.get("error") == "access_denied":
        flash("You did not allow Photo Desk to use your account. Nothing was changed.")
        return redirect(url_for("start"), 303)
    if "code" not in answer:
        raise HobError(400, f"Hob refused: {answer.get('error')}: {answer.get('error_description', 'no reason given')}")
    token = oauth_client(visitor).fetch_token(code=answer["code"], code_verifier=verifier)
    # Without a scope in the answer, all that was asked for is granted (RFC 6749, 5.1).
    granted = set(token.get("scope", SCOPE).split())
    # A new session id, so that one planted before the sign-in is worth nothing.
    visitors.pop(session["id"], None)
    visitor = new_visitor()
    visitor.token, visitor.granted = token, granted
    return redirect(url_for("desk"), 303)


@app.post("/refresh")
def refresh():
    with g.visitor.lock:
        if not g.visitor.token or "refresh_token" not in g.visitor.token:
            raise HobError(400, "There is no refresh token. Please connect again.")
        g.visitor.token = oauth_client(g.visitor).refresh_token()
    flash("The access token is renewed.")
    return redirect(url_for("desk"), 303)


@app.post("/disconnect")
def disconnect():
    """Revokes the tokens where Hob offers it (RFC 7009), and forgets them in any case."""
    token = g.visitor.token
    g.visitor.forget_token()
    if token and (endpoint := metadata().get("revocation_endpoint")):
        oauth_client(g.visitor).revoke_token(endpoint, token=token.get("refresh_token", token["access_token"]))
    flash("Photo Desk has forgotten its tokens.")
    return redirect(url_for("start"), 303)


def api(method, path, raw=False, **options):
    """Asks Hob's API on behalf of this visitor; anything but success is a HobError."""
    if not g.visitor.token:
        raise HobError(401, "Please connect first.")
    with g.visitor.lock:
        answer = oauth_client(g.visitor).request(method, f"{HOB_URL}/api/v1{path}", **options)
    if answer.ok:
        return answer if raw else answer.json() if answer.content else None
    if answer.status_code == 401:
        g.visitor.forget_token()
        raise HobError(401, "Hob no longer accepts Photo Desk’s token. Please connect again.")
    said = answer.json()["error"]["message"] if "json" in answer.headers.get("Content-Type", "") else answer.reason
    raise HobError(answer.status_code, f"Hob answered {answer.status_code}: {said}")


@app.get("/")
def start():
    return redirect(url_for("desk")) if g.visitor.token else render_template("start.html")


@app.get("/desk")
def desk():
    if not g.visitor.token:
        return redirect(url_for("start"))
    me = api("GET", "/me") if "profile" in g.visitor.granted else None
    wanted = {"owner": "me"} | ({"cursor": request.args["cursor"]} if "cursor" in request.args else {})
    page = {"media": [], "next": None}
    if "media:read" in g.visitor.granted:
        page = api("GET", "/media", params=wanted)
    return render_template("desk.html", me=me, media=page["media"], next=page["next"])


@app.get("/desk/<medium_id>/thumbnail")
def thumbnail(medium_id):
    """Passes a thumbnail on: that of a private photograph is there only with the token."""
    answer = api("GET", f"/media/{medium_id}/files/thumbnail", raw=True)
    return answer.content, {"Content-Type": answer.headers["Content-Type"], "Cache-Control": "private, no-cache"}


@app.post("/upload")
def upload():
    file = request.files.get("file")
    if not file or not file.filename:
        raise HobError(400, "Choose a file first.")
    fields = {name: request.form.get(name, "") for name in ("title", "description", "tags", "visibility")}
    medium = api("POST", "/media", files={"file": (file.filename, file.stream, file.mimetype)}, data=fields)
    flash(f"“{medium['title']}” is published.")
    return redirect(url_for("desk"), 303)


@app.route("/desk/<medium_id>/edit", methods=["GET", "POST"])
def edit(medium_id):
    if request.method == "GET":
        return render_template("edit.html", medium=api("GET", f"/media/{medium_id}"))
    change = {name: request.form[name] for name in ("title", "description", "visibility")}
    change["tags"] = [tag.strip() for tag in request.form["tags"].split(",") if tag.strip()]
    medium = api("PATCH", f"/media/{medium_id}", json=change)
    flash(f"“{medium['title']}” is saved.")
    return redirect(url_for("desk"), 303)


@app.post("/desk/<medium_id>/delete")
def delete(medium_id):
    api("DELETE", f"/media/{medium_id}")
    flash("The photograph is deleted.")
    return redirect(url_for("desk"), 303)


def new_visitor():
    session["id"] = secrets.token_urlsafe(32)
    return visitors.setdefault(session["id"], Visitor())


@app.before_request
def recognise_visitor():
    if request.host != f"127.0.0.1:{PORT}":  # the cookie and the redirect URI are for this name
        return redirect(ORIGIN)
    if request.endpoint != "static":
        g.visitor = visitors.get(session.get("id")) or new_visitor()
        sent = request.form.get("csrf", "") if request.method == "POST" else g.visitor.csrf
        if not hmac.compare_digest(sent.encode(), g.visitor.csrf.encode()):
            abort(403, "This form is stale. Go back, load the page again and repeat.")


@app.context_processor
def for_every_template():
    return {"visitor": g.get("visitor"), "hob_url": HOB_URL}


@app.errorhandler(HobError)
@app.errorhandler(AuthlibBaseError)
@app.errorhandler(requests.RequestException)
def show_error(error):
    if isinstance(error, AuthlibBaseError):  # the token endpoint refused: what we hold is worth nothing
        g.visitor.forget_token()
        error = HobError(401, f"Hob no longer accepts this connection ({error}). Please connect again.")
    if isinstance(error, requests.ConnectionError):
        error = f"{HOB_URL} cannot be reached. Is Hob running, and is HOB_URL right?"
    status, message = error.args if isinstance(error, HobError) else (502, str(error))
    return render_template("error.html", message=message), status


if __name__ == "__main__":
    if not CLIENT_ID:
        sys.exit(
            "CLIENT_ID is not set. Register Photo Desk with\n"
            f'  hob oauth client add --name "Photo Desk" --redirect-uri {ORIGIN}/callback --scope "{SCOPE}"\n'
            "and start it with CLIENT_ID=… CLIENT_SECRET=… as printed."
        )
    from waitress import serve

    print(f"Photo Desk is at {ORIGIN}, for the site {HOB_URL}.", flush=True)
    serve(app, host="127.0.0.1", port=PORT)
