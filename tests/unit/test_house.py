"""How src/panel is laid out: rooms with front doors, chambers of few files, no circle, each name once."""

import ast
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import panel

ROOT = Path(panel.__file__).parent
MOST_MODULES = 16  # beside each other
FLAT = {"records", "web/routes", "store/migrations/versions"}  # lists of nouns, of pages, of steps
# A base name stands twice only for one thing that several layers see; here is what it means.
ONE_THING = {
    "backup": "a workspace in one file, written and asked for",
    "accounts": "people at the desk", "acts": "what people do to a draft", "app": "what is started",
    "ask_again": "asking critics again for a draft", "audit": "the audit of the desk's log",
    "batch": "a batch", "comparison": "a comparison", "desk": "the desk", "dossier": "a dossier", "draft": "a draft",
    "events": "what is told while work goes on", "launch": "a launch",
    "product": "a product", "products": "products of the archive",
    "review": "a review", "run": "a run", "runs": "runs", "schema": "a JSON Schema of an answer or a record",
    "stats": "the desk's statistics", "worker": "a worker process",
}  # fmt: skip


@cache
def modules() -> dict[str, Path]:
    names = {}
    for path in sorted(ROOT.rglob("*.py")):
        parts = ("panel", *path.relative_to(ROOT).with_suffix("").parts)
        names[".".join(parts).removesuffix(".__init__")] = path
    return names


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def room_of(module: str) -> str:
    return (*module.split("."), "")[1]


@cache
def doors() -> dict[str, dict[str, str]]:
    """Room -> what its front door hands out: name -> the module that defines it."""
    found: dict[str, dict[str, str]] = {}
    for path in ROOT.glob("*/__init__.pyi"):
        room = f"panel.{path.parent.name}"
        given = found[path.parent.name] = {}
        for node in parsed(path).body:
            assert isinstance(node, ast.ImportFrom) and node.level == 1, f"{path}: only `from .x import y as y`"
            for name in node.names:
                assert name.asname == name.name, f"{path}: {name.name} as {name.asname}"
                given[name.name] = f"{room}.{node.module or name.name}"
    return found


def imports_of(module: str) -> Iterator[tuple[str, str, int]]:
    """Module, name and line of everything imported from panel, wherever it stands in the file.

    Of a room that is imported whole, what is read of it: `prompting.render` after `from panel import prompting`.
    """
    nodes = list(ast.walk(parsed(modules()[module])))
    found = [n for n in nodes if isinstance(n, ast.ImportFrom) and n.module and n.module.split(".")[0] == "panel"]
    whole = {name.name for node in found if node.module == "panel" for name in node.names} - {"version"}
    for node in found:
        yield from ((node.module or "", name.name, node.lineno) for name in node.names if name.name not in whole)
    for read in nodes:
        if isinstance(read, ast.Attribute) and isinstance(read.value, ast.Name) and read.value.id in whole:
            yield (f"panel.{read.value.id}", read.attr, read.lineno)


def test_no_folder_holds_more_modules_than_a_reader_takes_in() -> None:
    beside = Counter(path.parent for path in modules().values() if path.name != "__init__.py")
    crowded = {str(folder.relative_to(ROOT)): n for folder, n in beside.items() if n > MOST_MODULES}
    assert not crowded.keys() - FLAT, crowded


def test_rooms_import_each_other_through_the_front_door() -> None:
    past = [
        f"{module}:{line} imports {source}.{name}"
        for module in modules()
        for source, name, line in imports_of(module)
        if (room := room_of(source)) and room != room_of(module) and source != f"panel.{room}"
    ]
    assert not past


def test_a_front_door_hands_out_what_others_use_and_nothing_else() -> None:
    used: dict[str, set[str]] = defaultdict(set)
    for module in modules():
        for source, name, _ in imports_of(module):
            if source.count(".") == 1 and room_of(source) != room_of(module):
                used[room_of(source)].add(name)
    given = {room: set(names) for room, names in doors().items()}
    assert given == {room: names for room, names in used.items() if room in given}
    named = {f"panel.{room}.{name}" for room, names in given.items() for name in names}
    assert not {f"panel.{room}.{name}" for room, names in doors().items() for name, home in names.items()
                if home != f"panel.{room}.{name}"} & modules().keys(), "a module hides what it hands out"  # fmt: skip
    assert named


def test_no_import_goes_in_a_circle() -> None:
    """Imports within functions and for types count."""
    graph: dict[str, set[str]] = defaultdict(set)
    for module in modules():
        for source, name, _ in imports_of(module):
            at_door = doors().get(room_of(source), {}) if source.count(".") == 1 else {}
            target = at_door.get(name) or (f"{source}.{name}" if f"{source}.{name}" in modules() else source)
            if target != module:
                graph[module].add(target)
    TopologicalSorter(graph).prepare()


def test_a_base_name_means_one_thing() -> None:
    stems = Counter(path.stem for path in modules().values() if path.stem not in ("__init__", "__main__"))
    twice = {stem for stem, n in stems.items() if n > 1}
    assert twice == ONE_THING.keys()


def test_a_public_class_is_named_once() -> None:
    """So is an alias that another file imports; one that nobody imports is its file's own."""
    imported = {
        (doors().get(room_of(source), {}).get(name, source), name)
        for module in modules()
        for source, name, _ in imports_of(module)
    }
    homes: dict[str, list[str]] = defaultdict(list)
    for module, path in modules().items():
        for node in parsed(path).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                homes[node.name].append(module)
            for target in node.targets if isinstance(node, ast.Assign) else ():
                if isinstance(target, ast.Name) and target.id[:1].isupper() and (module, target.id) in imported:
                    homes[target.id].append(module)
    twice = {name: where for name, where in homes.items() if len(where) > 1 and not name.isupper()}
    assert not twice
