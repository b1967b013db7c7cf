"""Pushing an authorization request (RFC 9126), for which neither library has a
function. It makes the request as ever; the form that carries it is plain HTTP."""

from urllib.parse import parse_qsl, urlencode, urlsplit

import requests


def push(url, endpoint, client_id, client_secret):
    """Pushes the request of an authorization URL, and returns the URL that is
    left for the browser."""
    request = parse_qsl(urlsplit(url).query)
    if client_secret:
        request.append(("client_secret", client_secret))
    answer = requests.post(endpoint, data=request, timeout=30)
    answer.raise_for_status()
    named = {"client_id": client_id, "request_uri": answer.json()["request_uri"]}
    return urlsplit(url)._replace(query=urlencode(named)).geturl()
