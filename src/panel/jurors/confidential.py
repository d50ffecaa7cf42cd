"""Where a confidential launch may go: only to models at addresses that an editor named in panel.toml.

Held where a plan seats its jurors, and again at the last door before a question leaves, so that a resume, a repair
question or a provider's batch meets it too. What stays on this machine for good, the local model and scripts, is
always allowed; a server on this machine is an address like any other.
"""

from collections.abc import Sequence

from panel.errors import Mistake
from panel.jurors.provider import ModelSpec
from panel.jurors.providers.error_mapping import model_address
from panel.records import Launch

STAY_HERE = frozenset({"local", "scripted"})


def refuse_if_confidential(launch: Launch, spec: ModelSpec, allowed: Sequence[str]) -> None:
    """Raises Mistake when this launch may not be sent to this model.

    allowed: base URLs as models are given them, and names of providers, each for the provider's own address alone.
    """
    if launch.confidential and not may_take_confidential(spec, allowed):
        raise Mistake(
            f"{launch.slug!r} is confidential and may not go to {model_address(spec)}.",
            hint=f'panel.toml may allow it: confidential_to = ["{spec.base_url or spec.provider}"].',
        )


def may_take_confidential(spec: ModelSpec, allowed: Sequence[str]) -> bool:
    """Whether a confidential launch may be sent to this model."""
    if spec.provider in STAY_HERE:
        return True
    if spec.at_own_address and spec.provider in allowed:
        return True
    return bool(spec.base_url) and spec.base_url.rstrip("/") in {address.rstrip("/") for address in allowed}
