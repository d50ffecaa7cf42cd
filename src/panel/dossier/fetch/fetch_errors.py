"""Why a page was not brought: by our own rule (Refused), or by trouble on the way (Unreachable)."""

import re
from typing import ClassVar

from panel.errors import Mistake, PanelError

LONGEST_SHOWN = 120
USERINFO = re.compile(r"(?<=//)[^/?#]*@")


class FetchRefused(Mistake):
    """A rule of ours says no; asking again gives the same. One sentence, naming the address and the rule."""

    kind = "refused"

    def __init__(self, url: str, why: str, *, rule: str, asked: str = "", hint: str = "") -> None:
        """url: the address the rule speaks of. asked: the one the person gave, when a redirect led from it to `url`."""
        led = f" (where {shown(asked)} led)" if asked and shown(asked) != shown(url) else ""
        super().__init__(f"Refused {shown(url)}{led}: {why}.", hint=hint)
        self.url = url
        self.why = why
        self.rule = rule  # a short name to count by: "address", "scheme", "robots", "bytes", ...

    def after(self, asked: str) -> "FetchRefused":
        """The same refusal, saying which address led there."""
        return FetchRefused(self.url, self.why, rule=self.rule, asked=asked, hint=self.hint)


class Unreachable(PanelError):
    """The server or the way to it failed; the same request may work later."""

    kind: ClassVar[str] = "unreachable"
    exit_code: ClassVar[int] = 3

    def __init__(self, url: str, why: str, *, again: bool = False, hint: str = "Try again later.") -> None:
        super().__init__(f"Could not read {shown(url)}: {why}.", hint=hint)
        self.url = url
        self.why = why
        self.again = again  # one more try makes sense: the connection failed, not the clock


def shown(url: str, longest: int = LONGEST_SHOWN) -> str:
    """An address fit for a sentence: ASCII, escaped, shortened, without password or query (either may be a secret)."""
    url = USERINFO.sub("...@", url[:4000])
    path, mark, _ = url.partition("#")[0].partition("?")
    text = ascii(path + ("?..." if mark else ""))[1:-1]
    return text if len(text) <= longest else f"{text[: longest - 3]}..."
