"""The embedded model as tests ask it, where it is installed."""

from dataclasses import replace

import pytest

from panel.jurors import local_model
from panel.jurors.provider import ModelSpec

SPEC = ModelSpec(name="local/smollm2-135m", provider="local", model="smollm2-135m", api="chat")
needs_model = pytest.mark.skipif(
    not (found := local_model()) or not found.engine, reason="the local model is not installed here"
)
PATIENT = replace(SPEC, timeout_s=3600.0)  # on a machine with much else to do
