"""The documentation is under test: generated pages are fresh, every setting and word is documented."""

import importlib.util
import re
from pathlib import Path

from panel.workspace.settings import KEYS, Toml

ROOT = Path(__file__).parents[3]
DOCS = ROOT / "docs"


def test_cli_page_is_what_the_commands_say() -> None:
    spec = importlib.util.spec_from_file_location("cli_docs", ROOT / "scripts" / "cli_docs.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert (DOCS / "cli.md").read_text(encoding="utf-8") == module.cli_markdown(), "run scripts/cli_docs.py"


def test_every_setting_is_documented() -> None:
    text = (DOCS / "settings.md").read_text(encoding="utf-8")
    names = set(Toml.model_fields) - {"rho", "concurrency", "models", "feeds", "batch", "desk"}
    for group in ("rho", "concurrency", "models", "feeds", "batch", "desk"):
        inner = Toml.model_fields[group].annotation
        fields = getattr(inner, "model_fields", None) or inner.__args__[1].model_fields  # type: ignore[union-attr]
        names |= set(fields)
    missing = [name for name in sorted(names) if not re.search(rf"`[^`]*\b{name}`", text)]
    assert not missing
    assert all(variable in text for variable in KEYS.values())


def test_every_room_and_chamber_is_on_the_map() -> None:
    text = (DOCS / "rooms.md").read_text(encoding="utf-8")
    package = ROOT / "src" / "panel"
    chambers = {str(p.parent.relative_to(package)) for p in package.rglob("__init__.py")} - {"."}
    files = {p.stem for p in package.glob("*.py") if not p.name.startswith("_")}
    listed = re.findall(r"^\| `([\w/]+)` \|", text, flags=re.MULTILINE)
    assert sorted(listed) == sorted({c for c in chambers if not c.startswith("store/migrations")} | files)
    story = text[: text.index("A **room**")]
    assert not [name for name in re.findall(r"`([\w/]+\.py)`", story) if not (package / name).exists()]


def test_every_linked_file_exists() -> None:
    for page in [*DOCS.rglob("*.md"), *ROOT.glob("*.md")]:
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_the_file_of_panel_init_names_real_settings_and_defaults() -> None:
    """Uncommented, every line of it is a valid setting and says the default."""
    import tomllib

    written = (ROOT / "panel.toml").read_text(encoding="utf-8")
    lines = [line.removeprefix("# ") for line in written.splitlines()]
    settings = [line for line in lines if re.match(r"^(\[|[a-z_]+ = )", line)]
    given = Toml.model_validate(tomllib.loads("\n".join(settings)))
    default = Toml()
    assert given.model_copy(update={"models": {}}) == default
    assert set(given.models) == {"openai/my-model"}


def test_every_test_the_security_page_names_is_there() -> None:
    named = set(re.findall(r"`(test_\w+)`", (ROOT / "docs" / "security.md").read_text("utf-8")))
    written = {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"def (test_\w+)", path.read_text("utf-8"))
    }
    assert len(named) > 40
    assert named <= written
