"""The dialogue with the tests: a line in, a line out.

Nothing here is about OAuth, apart from where each library puts an error's code.
"""

import re
import sys

from authlib.common.errors import AuthlibBaseError
from oauthlib.oauth2 import OAuth2Error
from requests import HTTPError


def answer(application):
    """Answers each line by the application's method of that name."""
    for line in sys.stdin:
        command, _, words = line.rstrip("\n").partition(" ")
        method = getattr(application, command)
        try:
            reply = method(words) if words else method()
        except (AuthlibBaseError, OAuth2Error) as error:
            reply = f"error {error.error}"
        except HTTPError as error:
            # Neither library reads the challenge of an API.
            challenge = error.response.headers.get("www-authenticate", "")
            code = re.search(r'\berror="(\w+)"', challenge)
            if code is None:
                raise
            reply = f"error {code[1]}"
        print(reply, flush=True)
