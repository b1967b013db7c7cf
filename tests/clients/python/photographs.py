"""What an application does with a site's API, once it may."""

import os
from urllib.parse import urlsplit

HOB_URL = os.environ["HOB_URL"]


class Photographs:
    """Asks by `session`, a session of whichever library."""

    # What its photographs are called after.
    library: str
    # What a list is asked for with.
    filters: dict = {}

    def me(self):
        answer = self.session.get(f"{HOB_URL}/api/v1/me")
        answer.raise_for_status()
        return answer.json()["username"]

    def count(self):
        answer = self.session.get(f"{HOB_URL}/api/v1/media", params=self.filters)
        answer.raise_for_status()
        return len(answer.json()["media"])

    def publish(self, file):
        with open(file, "rb") as photograph:
            answer = self.session.post(
                f"{HOB_URL}/api/v1/media",
                files={"file": photograph},
                data={"title": f"From {self.library}", "tags": "python"},
            )
        answer.raise_for_status()
        return urlsplit(answer.json()["url"]).path
