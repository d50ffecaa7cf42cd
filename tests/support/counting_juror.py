"""A juror of this process that counts what it is sent, and the script that it answers from."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from panel.errors import ProviderError
from panel.jurors.provider import Body, ModelSpec, RawReply
from panel.jurors.providers.scripted import Scripted


class CountingJuror(Scripted):
    """A scripted juror that counts requests, and can be told to fail instead of answering."""

    def __init__(self, spec: ModelSpec) -> None:
        super().__init__(spec)
        self.sent: list[Body] = []
        self.failing: list[ProviderError] = []

    async def send(self, body: Body) -> RawReply:
        self.sent.append(body)
        if self.failing:
            raise self.failing.pop(0)
        return await super().send(body)


def write_script(path: Path, script: Mapping[str, Any]) -> Path:
    path.write_text(yaml.safe_dump(dict(script)), encoding="utf-8")
    return path
