"""The dialogue with the tests: a line in, a line out.

Nothing here is about OAuth, apart from where each library puts an error's code.
"""

import re
import sys

from authlib.common.errors import AuthlibBaseError
from oauthlib.oauth2 import OAuth2Error
from requests import HTTPError


def code_of(error, _words):
    """What a library or the API calls an error; none where it is no refusal."""
    if isinstance(error, (AuthlibBaseError, OAuth2Error)):
        return error.error
    if isinstance(error, HTTPError):
        # Neither library reads the challenge of an API.
        challenge = error.response.headers.get("www-authenticate", "")
        code = re.search(r'\berror="(\w+)"', challenge)
        return code and code[1]
    return None


def answer(application, code_of=code_of):
    """Answers each line by the application's method of that name."""
    for line in sys.stdin:
        command, _, words = line.rstrip("\n").partition(" ")
        method = getattr(application, command)
        try:
            reply = method(words) if words else method()
        except Exception as error:
            code = code_of(error, words)
            if code is None:
                raise
            reply = f"error {code}"
        print(reply, flush=True)
