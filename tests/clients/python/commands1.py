"""The dialogue with the tests, for applications that sign their requests.

Nothing here is about OAuth, apart from where each library puts a problem's name.
"""

import re

import commands
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


def problem_of(error, words):
    """As a library or the API names it; none where it is no refusal."""
    if isinstance(error, HTTPError):
        return problem_in(error.response.headers.get("www-authenticate", ""))
    if isinstance(error, TokenRequestDenied):
        return problem_in(error.response.text)
    if isinstance(error, (TokenMissing, VerifierMissing)):
        # The member came back with neither.
        return problem_in(words)
    if isinstance(error, OAuthError):
        return problem_in(words) or problem_in(str(error))
    if isinstance(error, OAuth1Error):
        return error.error
    return None


def answer(application):
    """Answers each line by the application's method of that name."""
    commands.answer(application, problem_of)
