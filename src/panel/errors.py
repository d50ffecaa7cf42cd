"""Every error raised on purpose, drawn as a tree.

PanelError
|- Mistake           the person can fix it: bad persona, prompt, flag, key      exit 2   never retried
|  |- NotFound       nothing goes by that name                                   exit 2
|  |- NotSignedIn    the desk does not know who asks                             exit 2
|  |  `- TooSoon     too many sign-ins failed; says how long to wait             exit 2
|  |- NotAllowed     their role at the desk may not                              exit 2
|  `- Refused        an address our rules don't fetch (dossier/fetch)           exit 2
|- Unreachable       a page that doesn't answer (dossier/fetch)                 exit 3
|- ProviderError     a model's server failed                                    exit 3
|  |- ProviderBusy   overloaded, rate limited; may say how long to wait         exit 3   retried in rate_limits/retry.py
|  `- ProviderRefused  auth, content, bad request, spend cap                    exit 3   never retried
|- ReplyUnusable     answered, but not in the agreed shape; keeps the text    exit 4   asked once more
|- StoreError        a database, a folder or a disk failed                      exit 5
|  |- RunHeld        another living process works on this run                   exit 5
|  `- EditConflict   someone saved first                                        exit 5
|- Stopped           budget or deadline reached, an outage; resumable           exit 6
|  `- Deferred       its questions are out in a provider batch                  exit 6
`- Interrupted       the person stopped it; resumable                           exit 130

Anything else that escapes is a bug and stays a traceback.
"""

from typing import ClassVar


class PanelError(Exception):
    """Anything we raise on purpose. `kind` is public: scripts branch on it."""

    kind: ClassVar[str] = "internal"
    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint  # what to try next, in the imperative


class Mistake(PanelError):
    """Wrong before running: the person who typed it can fix it."""

    kind = "mistake"
    exit_code = 2


class NotFound(Mistake):
    """Nothing goes by that name or address."""

    kind = "not_found"


class NotSignedIn(Mistake):
    """Nobody is signed in, or what was given to sign in with is wrong."""

    kind = "not_signed_in"


class TooSoon(NotSignedIn):
    """Too many sign-ins failed; the next may be tried after `wait_s`."""

    kind = "too_soon"

    def __init__(self, message: str, *, wait_s: float, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.wait_s = wait_s


class NotAllowed(Mistake):
    """Somebody is signed in whose role may not."""

    kind = "not_allowed"


class ProviderError(PanelError):
    """A model's server failed while running."""

    kind = "provider"
    exit_code = 3


class ProviderBusy(ProviderError):
    """Overloaded, rate limited, timed out or cut off; the same request may work later."""

    kind = "provider_busy"

    def __init__(
        self, message: str, *, retry_after_s: float | None = None, maybe_paid: bool = False, status: int = 0,
        limits: tuple[tuple[str, str], ...] = (), once_more: bool = False, hint: str = "",
    ) -> None:  # fmt: skip
        super().__init__(message, hint=hint)
        self.retry_after_s = retry_after_s  # None: the server did not say
        self.maybe_paid = maybe_paid  # it was sent and no reply came: the provider may bill it all the same
        self.status = status  # of HTTP, or what a code inside a reply stands for; 0: no reply came
        self.limits = limits  # rate-limit headers
        self.once_more = once_more or maybe_paid  # asked again once, and not five times


class ProviderRefused(ProviderError):
    """The same request will never work: a key, a spend cap, a model name, the body itself.

    stops_model: no other request to this model can work either (bad key, spend cap, unknown model).
    """

    kind = "provider_refused"

    def __init__(self, message: str, *, stops_model: bool = False, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.stops_model = stops_model


class ReplyUnusable(PanelError):
    """The model answered, but not in the agreed shape. `raw` keeps what it said."""

    kind = "reply_unusable"
    exit_code = 4

    def __init__(self, message: str, *, raw: str, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.raw = raw


class StoreError(PanelError):
    """A database, a folder or a disk failed; what was written before is kept."""

    kind = "store"
    exit_code = 5


class RunHeld(StoreError):
    """Another living process works on this run."""

    kind = "run_held"


class EditConflict(StoreError):
    """Someone saved first. Both texts are shown, neither is overwritten.

    field, number: what `yours` may be saved over once it was read, and the revision of `theirs`; "" of nothing.
    """

    kind = "edit_conflict"

    def __init__(
        self, message: str, *, yours: str = "", theirs: str = "", hint: str = "", field: str = "", number: int = 0
    ) -> None:
        super().__init__(message, hint=hint)
        self.yours, self.theirs, self.field, self.number = yours, theirs, field, number


class Stopped(PanelError):
    """A budget or a deadline was reached, or a server stays down. What was answered is kept; `panel resume` goes on.

    of: what ran out: "run", "day", "launch" (their budgets), "time", "signal", "outage", "batch".
    """

    kind = "stopped"
    exit_code = 6

    def __init__(self, message: str, *, hint: str = "", of: str = "run") -> None:
        super().__init__(message, hint=hint)
        self.of = of


class Deferred(Stopped):
    """Nothing was sent: the question goes, or went, into a provider batch of `run_id`. Ask again when it is back."""

    def __init__(self, run_id: str) -> None:
        super().__init__(
            f"Its questions are out in a provider batch of run {run_id!r}, whose answers come within a day.",
            hint=f"`panel resume {run_id}` collects them.",
            of="batch",
        )


class Interrupted(PanelError):
    """The person stopped it. What was answered is kept; `panel resume` goes on."""

    kind = "interrupted"
    exit_code = 130
