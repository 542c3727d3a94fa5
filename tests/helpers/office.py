"""The back office as a person with a browser: log in, open a visit, answer."""

from __future__ import annotations

import io
import json
import re
import zipfile
from types import TracebackType
from typing import Self

import httpx

from tests.helpers.court import Gateway, command


def token_for(gateway: Gateway, role: str, *more: str) -> str:
    """Let somebody in with a code; return the token."""
    code = json.loads(command(gateway, "enrol", "--name", f"{role}-1", "--role", role, *more))["code"]
    told = httpx.post(gateway.url + "/v1/enrol", json={"code": code}, trust_env=False)
    assert told.status_code == 200
    return str(told.json()["token"])


class Office:
    """A session of the back office at a gateway."""

    def __init__(self, gateway: Gateway) -> None:
        self._http = httpx.Client(base_url=gateway.url, trust_env=False, timeout=30)
        logged_in = self._http.post("/office/login", data={"token": token_for(gateway, "office")})
        assert logged_in.status_code == 303

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def page(self, visit_id: str) -> str:
        return self._http.get(f"/office/visits/{visit_id}").text

    def package(self, visit_id: str) -> zipfile.ZipFile:
        """Fetch everything of a visit as one file."""
        content = self._http.get(f"/office/visits/{visit_id}/package.zip").content
        return zipfile.ZipFile(io.BytesIO(content))

    def answer(self, visit_id: str, word: str, **more: str) -> int:
        """Fill in the form on the visit's page and send it; return the status."""
        hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]+)">', self.page(visit_id))
        form = {**dict(hidden), "word": word, **more}
        return self._http.post(f"/office/visits/{visit_id}/answers", data=form).status_code

    def answer_ids(self, visit_id: str) -> list[str]:
        """The answers that can be corrected, the last first."""
        return re.findall(r'<option value="([0-9a-f-]{36})">', self.page(visit_id))
