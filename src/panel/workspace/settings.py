"""The only reader of the environment and of panel.toml. Everything below gets plain values."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, get_args
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import Field, ValidationError, field_validator

from panel.batch import FeedTable, Shortlist, SourceSpec, is_address
from panel.errors import Mistake
from panel.jurors import Api, ModelSpec, is_loopback
from panel.money import Price, is_own
from panel.records import Persona, Rho, ThirdParty, Value

HOSTED = ("anthropic/claude-sonnet-5-5", "openai/gpt-6.1-sol")  # one per family; same price class
LOCAL = "local/smollm2-135m"
CONTACT = "https://review-panel.example/bot"  # yours belongs in panel.toml
KEYS = {"anthropic": "ANTHROPIC_API_KEY", "openai": "OPENAI_API_KEY"}
ADDRESSES = {"anthropic": "ANTHROPIC_BASE_URL", "openai": "OPENAI_BASE_URL"}
WRITE_ADDRESS = "Write http:// or https://, a host and a path, as in http://127.0.0.1:11434/v1, and nothing else."
PROVIDERS = ("anthropic", "openai", "local", "scripted")


class ModelTable(Value):
    """`[models."provider/model"]`: what differs from the defaults for one model."""

    api: Literal["responses", "chat"] | None = None
    base_url: str = ""
    max_output_tokens: int = Field(default=4000, ge=256)
    effort: str = ""
    thinking: dict[str, Any] = {}
    sampling: dict[str, float] = {}
    timeout_s: float = Field(default=120.0, gt=0)
    context_tokens: int = Field(default=0, ge=0)  # of the model; 0: large enough for any dossier
    cache_marks: bool | None = None  # OpenAI's, over Responses; None: where they are known to be taken
    price: Price | None = None


class ConcurrencyTable(Value):
    """Calls in flight at most, per provider."""

    anthropic: int = Field(default=8, ge=1)
    openai: int = Field(default=8, ge=1)
    local: int = Field(default=1, ge=1)  # one slot keeps one cached dossier
    scripted: int = Field(default=8, ge=1)


class BatchTable(Shortlist):
    """`[batch]`: which of a day's launches are reviewed, and what that may cost. Flags win over it."""

    budget_usd: Decimal | None = Field(default=None, ge=0)  # of a batch
    launch_usd: Decimal | None = Field(default=None, ge=0)  # of each launch
    day_usd: Decimal | None = Field(default=None, ge=0)  # of a UTC day, over every batch on the database
    economy: bool = False  # through the providers' batches
    schedule: str = ""  # of workers, as cron in UTC: "0 5 * * *"; "" for none


class DeskTable(Value):
    """`[desk]`: where the desk is served, and for whom. Flags win over it."""

    team: bool = False  # accounts with passwords, instead of one person with a link
    host: str = "127.0.0.1"
    port: int = Field(default=8707, ge=0, le=65535)  # 0: any free one
    public_url: str = ""  # https://... that people open, where a proxy stands in front
    proxies: tuple[str, ...] = ("127.0.0.1", "::1")  # whose word is taken for a visitor's address
    responsible: str = ""  # person or company that answers for what is published; "": whoever approves
    timezone: str = "UTC"  # of every time that people read and write at the desk: "Europe/Berlin"

    @field_validator("timezone")
    @classmethod
    def _is_a_zone(cls, name: str) -> str:
        if name not in available_timezones():
            raise ValueError("write a zone as Europe/Berlin, or UTC")
        return name

    @property
    def is_public(self) -> bool:
        """Other machines can reach it."""
        return self.host not in ("127.0.0.1", "::1", "localhost")

    @field_validator("public_url")
    @classmethod
    def _is_an_origin(cls, url: str) -> str:
        if url and not re.fullmatch(r"https://[A-Za-z0-9.-]+(:\d{1,5})?/?", url):
            raise ValueError("write https://, a host name and nothing after it")
        return url.rstrip("/").lower()


class Toml(Value):
    """panel.toml, all of it optional."""

    panel: Literal["independent", "cheap"] = "independent"
    hosted: tuple[str, ...] = HOSTED  # one model per family, first is the cheap panel's
    runs: str = "runs"
    suspicious_per_day: int = Field(default=20, ge=0)  # launches asked again because they speak to reviewers
    contact: str = Field(default=CONTACT, pattern=r"^[!-'*-~]{1,200}$")  # named to the sites whose pages are read
    third_parties: tuple[ThirdParty, ...] = get_args(ThirdParty)  # asked about launches on the live web
    confidential_to: tuple[str, ...] = ()  # addresses and providers that confidential launches may go to
    gather: Literal["web", "browser"] = "web"  # "browser": every page of an address is read with one
    chromium: str = ""  # its path; "" looks for it
    rho: Rho = Rho()
    concurrency: ConcurrencyTable = ConcurrencyTable()
    models: dict[str, ModelTable] = {}
    feeds: dict[str, FeedTable] = {}
    batch: BatchTable = BatchTable()
    editor: str = Field(default="", max_length=80)  # your name, as by-line and signature
    desk: DeskTable = DeskTable()

    @field_validator("feeds")
    @classmethod
    def _feeds_have_sources(cls, feeds: dict[str, FeedTable]) -> dict[str, FeedTable]:
        if without := next((name for name, table in feeds.items() if not table.source), ""):
            raise ValueError(f"[feeds.{without}] has no source")
        return feeds


class Settings(Value):
    """Everything needed to build the objects of a run."""

    root: Path  # the workspace
    toml: Toml
    environment: dict[str, str] = Field(repr=False)  # the few variables named in docs/settings.md

    @property
    def runs_dir(self) -> Path:
        return self.root / self.toml.runs

    @property
    def database_url(self) -> str:
        """PANEL_DATABASE_URL, or a SQLite file under runs/."""
        return self.environment.get("PANEL_DATABASE_URL") or f"sqlite:///{self.runs_dir / 'panel.db'}"

    @property
    def editor_command(self) -> str:
        """VISUAL, else EDITOR: the program `panel edit` opens; "" for neither."""
        return self.environment.get("VISUAL") or self.environment.get("EDITOR", "")

    @property
    def test_loopback(self) -> str:
        """`host:port` of the one server on this machine that gathering may read; "" outside tests."""
        return self.environment.get("PANEL_TEST_LOOPBACK", "")

    @property
    def prices(self) -> dict[str, Price]:
        return {name: t.price for name, t in self.toml.models.items() if t.price}

    def source_spec(self, name: str) -> SourceSpec:
        """A feed of panel.toml by its name, else the file, folder or address itself, read without a mapping."""
        if table := self.toml.feeds.get(name):
            source = table.source if is_address(table.source) else str(self.root / table.source)
            return SourceSpec(label=name, source=source, table=table)
        return SourceSpec(label=name.partition("?")[0], source=name)

    def key(self, provider: str) -> str:
        return self.environment.get(KEYS.get(provider, ""), "")

    def model_spec(self, name: str) -> ModelSpec:
        """The model `provider/model` as this workspace configures it.

        Raises Mistake for a name of another shape, an unknown provider, or a missing key.
        """
        provider, _, model = name.partition("/")
        if provider not in PROVIDERS or not model:
            raise Mistake(
                f"{name!r} is not a model name.",
                hint="Write it as provider/model, for example openai/gpt-6.1-sol; providers: " + ", ".join(PROVIDERS),
            )
        table = self.toml.models.get(name, ModelTable())
        base_url = table.base_url or self.environment.get(ADDRESSES.get(provider, ""), "")
        check_address(base_url, name)
        api = _api(provider, base_url, table)
        if table.cache_marks is not None and api != "responses":
            raise Mistake(
                f"panel.toml: cache_marks of {name!r} is for OpenAI's Responses, and its api is {api!r}.",
                hint='Leave it out, or say api = "responses".',
            )
        return ModelSpec(
            name=name, provider=provider, model=model, api=api, base_url=base_url,
            api_key=self.key_for(provider, base_url), max_output_tokens=table.max_output_tokens, effort=table.effort,
            thinking=tuple(table.thinking.items()), sampling=tuple(table.sampling.items()), timeout_s=table.timeout_s,
            context_tokens=table.context_tokens, cache_marks=table.cache_marks,
        )  # fmt: skip

    def key_for(self, provider: str, base_url: str) -> str:
        """The key for this provider at this address. Raises Mistake when there is none and one is needed."""
        if provider not in KEYS:
            return ""
        key = self.key(provider)
        if not key and not is_loopback(base_url):
            raise Mistake(
                f"{KEYS[provider]} is not set, and {provider} needs it.",
                hint=f"Set {KEYS[provider]}, name another --model, or leave both keys unset for the local trial model.",
            )
        return key or "none-needed-on-this-machine"

    def seats(
        self, personas: Sequence[Persona], models: Sequence[str] = (), *, every: Sequence[Persona] = ()
    ) -> dict[str, ModelSpec]:
        """Which model each persona sits on: --model, else the persona's own, else the panel's, spread in turn.

        every: all personas of the workspace, so that one keeps its model, and its stored answers, on a smaller panel.
        """
        names = tuple(models) or self.panel_models()
        turn = {p.persona_id: i for i, p in enumerate(every or personas)}
        chosen = {}
        for persona in personas:
            own = persona.model if not models else ""
            chosen[persona.persona_id] = self.model_spec(own or names[turn[persona.persona_id] % len(names)])
        return chosen

    def panel_models(self) -> tuple[str, ...]:
        """The default panel: hosted models there are keys for, else the local trial model."""
        hosted = tuple(name for name in self.toml.hosted if self.key(name.partition("/")[0]))
        if not hosted:
            return (LOCAL,)
        return hosted if self.toml.panel == "independent" else hosted[:1]


def check_address(base_url: str, asked: str) -> None:
    """Raises Mistake for a base URL nothing can be sent to, or that says more than where. asked: what is there."""
    try:
        at = urlsplit(base_url)
        _, host = at.port, at.hostname
    except ValueError as err:
        raise Mistake(f"The base URL for {asked} can't be read: {err}.", hint=WRITE_ADDRESS) from err
    if "@" in at.netloc:
        hint = "Put the key in its variable (OPENAI_API_KEY, ANTHROPIC_API_KEY) and leave the address bare."
        raise Mistake(f"The base URL for {asked} holds a user name or password.", hint=hint)
    plain = base_url.isprintable() and " " not in base_url
    if base_url and (not plain or at.scheme not in ("http", "https") or not host or at.query or at.fragment):
        raise Mistake(f"The base URL for {asked} can't be asked: {base_url.partition('?')[0]!r}.", hint=WRITE_ADDRESS)


def _api(provider: str, base_url: str, table: ModelTable) -> Api:
    of_others: dict[str, Api] = {"anthropic": "messages", "scripted": "scripted", "local": "chat"}
    return of_others.get(provider) or table.api or ("responses" if is_own(provider, base_url) else "chat")


def read_settings(root: Path, config_text: str, environment: Mapping[str, str]) -> Settings:
    """Settings of a workspace. Raises Mistake naming panel.toml, the key and what it may be."""
    try:
        toml = Toml.model_validate(tomllib.loads(config_text))
    except tomllib.TOMLDecodeError as err:
        raise Mistake(
            f"panel.toml can't be read: {err}.", hint="Mend that line; `panel init` writes a fresh one."
        ) from err
    except ValidationError as err:
        raise Mistake(_first_problem(err), hint="docs/settings.md lists every key of panel.toml.") from err
    wanted = {*KEYS.values(), *ADDRESSES.values(), "PANEL_DATABASE_URL", "PANEL_TEST_LOOPBACK", "VISUAL", "EDITOR"}
    return Settings(root=root, toml=toml, environment={k: v for k, v in environment.items() if k in wanted and v})


def _first_problem(err: ValidationError) -> str:
    first = err.errors()[0]
    where = ".".join(str(part) for part in first["loc"]) or "(top level)"
    if first["type"] in ("extra_forbidden", "unexpected_keyword_argument"):
        return f"panel.toml: there is no key {where!r}."
    return f"panel.toml: {where} is wrong: {first['msg']} (got {first['input']!r})."
