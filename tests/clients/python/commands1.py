"""The dialogue with the tests, for applications that sign their requests.

Nothing here is about OAuth, apart from where each library puts a problem's name.
"""

import re
import sys

from authlib.integrations.base_client import OAuthError
from oauthlib.oauth1 import OAuth1Error
from requests import HTTPError
from requests_oauthlib.oauth1_session import (
    TokenMissing,
    TokenRequestDenied,
    VerifierMissing,
)


def problem_in(text):
    """The problem that an answer, a challenge or an address names."""
    found = re.search(r'oauth_problem="?(\w+)', text)
    return found and found[1]


def answer(application):
    """Answers each line by the application's method of that name."""
    for line in sys.stdin:
        command, _, words = line.rstrip("\n").partition(" ")
        method = getattr(application, command)
        try:
            reply = method(words) if words else method()
        except HTTPError as error:
            problem = problem_in(error.response.headers.get("www-authenticate", ""))
            if problem is None:
                raise
            reply = f"error {problem}"
        except TokenRequestDenied as error:
            reply = f"error {problem_in(error.response.text)}"
        except (TokenMissing, VerifierMissing):
            # The member came back with neither.
            reply = f"error {problem_in(words)}"
        except OAuthError as error:
            reply = f"error {problem_in(words) or problem_in(str(error))}"
        except OAuth1Error as error:
            reply = f"error {error.error}"
        print(reply, flush=True)
