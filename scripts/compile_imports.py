"""Compile what the product imports of other people's packages. `make` runs it once, after installing them.

pip would compile every file it installs: 35 MB more, most of it other databases, other services and colour schemes.
A name left out costs a moment when it is first imported, no more.
"""

import contextlib
import importlib
import sys

NAMES = (
    "aiohttp", "alembic.command", "anthropic.resources.messages", "argon2", "brotli", "fastapi",
    "feedparser", "filelock", "genai_prices", "hatchling.build", "htmldate", "httpcore2", "httpx2", "jinja2.sandbox",
    "lazy_loader", "lxml.html", "markdown_it", "openai.resources.batches", "openai.resources.chat",
    "openai.resources.files", "openai.resources.responses", "packaging.licenses", "protego", "pydantic.root_model",
    "pydantic.v1", "python_multipart", "rapidfuzz.fuzz", "rapidfuzz.process", "rich.live", "rich.table",
    "sqlalchemy.dialects.sqlite", "tenacity", "tld", "trafilatura", "typer", "uvicorn.lifespan.off",
    "uvicorn.loops.uvloop", "uvicorn.protocols.http.h11_impl", "yaml",
)  # fmt: skip

sys.dont_write_bytecode = False
for name in NAMES:
    with contextlib.suppress(ImportError):  # not on this platform: what needs it says so
        importlib.import_module(name)
