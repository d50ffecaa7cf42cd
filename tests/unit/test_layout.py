"""How tests are laid out: what they share are builders, each file has a name of its own, and names are short."""

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).parents[1]
FILES = {path.relative_to(TESTS): ast.parse(path.read_text("utf-8")) for path in sorted(TESTS.rglob("*.py"))}
MOST = 70


def imported(tree: ast.AST) -> Iterator[str]:
    """What a file imports, by dotted names; also what programs import that stand in it as text."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{'.' * node.level}{node.module or ''}.{name.name}" for name in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and "import " in node.value:
            yield from (word for word in node.value.split() if word.startswith("tests."))


def is_of_tests_alone(name: str) -> bool:
    """Of a test file or a conftest, or relative: nothing here is a package but some of the builders."""
    parts = name.split(".")
    return name.startswith(".") or (
        parts[0] == "tests" and any(part == "conftest" or part.startswith("test_") for part in parts)
    )


def test_no_file_imports_a_test_file_or_a_conftest() -> None:
    found = [(str(path), name) for path, tree in FILES.items() for name in imported(tree) if is_of_tests_alone(name)]
    assert found == []


def test_no_two_test_files_have_one_name() -> None:
    count = Counter(path.name for path in FILES if path.name.startswith("test_"))
    assert [name for name, times in count.items() if times > 1] == []


def test_names_of_tests_are_short() -> None:
    defined = [node for tree in FILES.values() for node in ast.walk(tree)]
    names = [node.name for node in defined if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    assert [name for name in names if name.startswith("test_") and len(name) > MOST] == []
