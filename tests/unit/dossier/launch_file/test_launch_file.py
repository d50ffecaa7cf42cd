import json
from datetime import date
from pathlib import Path

import pytest
import yaml

from panel.dossier import launch_template, read_launches
from panel.dossier.launch_file import launch_yaml
from panel.errors import Mistake
from panel.records import Launch

CATEGORIES = frozenset({"coding-assistants", "language-models"})
SMALLEST = "name: Acme\nsources:\n  - title: Page\n    text: It copies folders.\n"


def read(folder: Path, text: str, name: str = "acme.yaml") -> Launch:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    ((launch, at),) = read_launches(path, categories=CATEGORIES)
    assert at == folder
    return launch


def refused(folder: Path, text: str, name: str = "acme.yaml") -> Mistake:
    """The mistake a file gives. Every one names the file and says what to do."""
    with pytest.raises(Mistake) as caught:
        read(folder, text, name)
    assert name in str(caught.value)
    assert caught.value.hint
    return caught.value


def test_a_name_and_one_source_suffice(tmp_path: Path) -> None:
    launch = read(tmp_path, SMALLEST)
    assert (launch.name, launch.sources[0].text, launch.pricing.pricing_class) == (
        "Acme",
        "It copies folders.",
        "unknown",
    )


def test_every_field_is_read(tmp_path: Path) -> None:
    launch = read(
        tmp_path,
        SMALLEST + "release: 1.10\ntagline: no\ncategory: coding-assistants\nhomepage: Acme.dev/?utm_source=x\n"
        "launched_at: 2026-11-23\nstake: owned\ndescription: |\n  Two\n  lines\n"
        "seen_at:\n  - where: A forum\n    on: 2026-11-22\n"
        "pricing:\n  class: usage\n  entry: $1\n  checked: 2026-11-21\n  source: Price page\n"
        "  plans:\n    - {name: Pro, price: $20}\n",
    )
    assert (launch.release, launch.tagline, launch.homepage) == ("1.10", "no", "https://acme.dev")
    assert launch.launched_at == date(2026, 11, 23)
    assert launch.seen_at[0].on == date(2026, 11, 22)
    assert (launch.pricing.pricing_class, launch.pricing.plans[0].price, launch.stake) == ("usage", "$20", "owned")
    assert launch.description == "Two\nlines"


def test_fields_left_blank_were_not_given(tmp_path: Path) -> None:
    launch = read(tmp_path, SMALLEST + "release:\nlaunched_at: null\nhomepage: ''\n")
    assert (launch.release, launch.launched_at, launch.homepage) == ("", None, "")


def test_json_says_the_same_as_yaml(tmp_path: Path) -> None:
    text = json.dumps(
        {"format": 1, "name": "Acme", "release": 2, "sources": [{"title": "Page", "text": "It copies folders."}]}
    )
    assert read(tmp_path, text, "acme.json") == read(tmp_path, SMALLEST + "release: 2\nformat: 1\n")


def test_the_body_of_a_markdown_file_is_a_source(tmp_path: Path) -> None:
    launch = read(tmp_path, "---\nname: Acme\n---\n# Acme\n\nIt copies folders.\n", "acme.md")
    assert [source.title for source in launch.sources] == ["Acme: launch notes"]
    assert "copies folders" in launch.sources[0].text


def test_invisible_characters_leave_every_field(tmp_path: Path) -> None:
    launch = read(
        tmp_path, 'name: "Ac\\u200bme\\u202e"\ntagline: "a\\n b"\nsources: [{title: "P\\u00adage", text: x}]\n'
    )
    assert (launch.name, launch.tagline, launch.sources[0].title) == ("Acme", "a b", "Page")


def test_the_template_is_valid_once_a_text_is_filled_in(tmp_path: Path) -> None:
    text = launch_template('Acme: the "best" \\ tool', today=date(2026, 11, 23))
    mistake = refused(tmp_path, text)
    assert "sources[0]" in str(mistake)
    launch = read(tmp_path, text.replace("    text: |\n", "    text: |\n      It copies folders.\n"))
    assert launch.name == 'Acme: the "best" \\ tool'


def test_every_line_of_the_template_is_valid_without_its_comment_mark(tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "pricing.html").write_text("<p>20 dollars")
    lines = (
        launch_template("Acme", today=date(2026, 11, 23))
        .replace("    text: |\n", "    text: |\n      It copies folders.\n")
        .split("\n")
    )
    fields = (
        "release",
        "tagline",
        "category",
        "homepage",
        "launched_at",
        "stake",
        "pricing",
        "rivals",
        "  ",
        "description",
        "url",
    )
    opened = [
        line.replace("# ", "", 1) if line.lstrip().removeprefix("# ").startswith(fields) else line for line in lines
    ]
    opened = [
        line.replace("# ", "", 1) if line.startswith(("  # ", "    # url", "    # pub", "    # fet")) else line
        for line in opened
    ]
    launch = read(tmp_path, "\n".join(opened))
    assert launch.pricing.plans[0].name == "Team"
    assert launch.sources[1].file == "pages/pricing.html"
    assert launch.sources[0].fetched == date(2026, 11, 23)


@pytest.mark.parametrize(
    ("more", "says", "hint"),
    [
        ("tagln: x\n", "there is no field 'tagln'", "Did you mean 'tagline'?"),
        ("zzz: x\n", "there is no field 'zzz'", "It may be: category"),
        (
            "category: coding-assistant\n",
            "category 'coding-assistant' is no category",
            "Did you mean 'coding-assistants'?",
        ),
        ("stake: mine\n", "stake 'mine' is not one of those", "It may be: affiliate, investor, none, owned."),
        ("launched_at: 23.11.2026\n", "launched_at '23.11.2026' is not a day", "Write it as 2026-11-23."),
        ("launched_at: 2026-02-30\n", "launched_at '2026-02-30' is not a day", "Write it as 2026-11-23."),
        ("pricing: {class: freemum}\n", "pricing.class 'freemum' is not one", "Did you mean 'freemium'?"),
        ("pricing: {clas: free}\n", "no field 'pricing.clas'", "Did you mean 'class'?"),
        ("pricing: {plans: [{name: x}]}\n", "field 'pricing.plans[0].price' is missing", "Add it: price"),
        ("homepage: ftp://acme.dev\n", "homepage 'ftp://acme.dev' is not a web address", "https://"),
        ("homepage: javascript:alert(1)\n", "is not a web address", "https://"),
        ("format: 2\n", "a format this version can't read", "format: 1"),
        ("seen_at: here\n", "seen_at 'here' does not fit", "panel new NAME"),
        (f"tagline: {'x' * 400}\n", "tagline is longer than 300 characters", "Shorten"),
    ],
)
def test_a_wrong_field_is_named_with_its_value_and_what_to_do(tmp_path: Path, more: str, says: str, hint: str) -> None:
    mistake = refused(tmp_path, SMALLEST + more)
    assert says in str(mistake)
    assert hint in mistake.hint


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("sources: [{title: Page, text: x}]", "field 'name' is missing"),
        ("name: Acme", "field 'sources' is missing"),
        ("name: Acme\nsources: []", "has no source"),
        ("name: Acme\nsources: [{text: x}]", "field 'sources[0].title' is missing"),
        ("name: Acme\nsources: [{title: Page}]", "sources[0] has neither a text nor a file"),
        ("name: Acme\nsources: [{title: Page, text: x, file: y.md}]", "sources[0] has both a text and a file"),
        ("name: Acme\nsources: [{title: Page, text: x, voice: markers}]", "sources[0].voice 'markers' is not one"),
        ("name: Acme\nname: Bolt", "gives 'name' twice"),
        ("a: &x [1]\nb: *x", "is not YAML: line 2: a value is repeated by *name"),
        ("name: 'Acme", "is not YAML: line 1"),
        ("", "holds no fields"),
        ("- a", "holds no fields"),
        ("{a: " * 5000, "nested too deeply"),
        ("!!python/object/apply:os.system [echo]", "is not YAML"),
    ],
)
def test_what_is_no_launch_file_is_named(tmp_path: Path, text: str, says: str) -> None:
    assert says in str(refused(tmp_path, text))


@pytest.mark.parametrize(
    ("text", "says"),
    [('{"name": "a", "name": "b"}', "gives 'name' twice"), ("{", "is not JSON"), ("[" * 100_000, "nested too deeply")],
)
def test_broken_json_is_named(tmp_path: Path, text: str, says: str) -> None:
    assert says in str(refused(tmp_path, text, "acme.json"))


@pytest.mark.parametrize(
    "text",
    [
        "a: {b: [c, 'd', \"e\\n\"], f: 1.10}\ng: >-\n  h\n\n  i\nj: |+\n  k\n\n",
        '- ~\n- null\n- no\n- 2026-11-23\n- !!str 1\n- <<: {a: 1}\n- {b: http://x.example/y, "c":2}\n',
        "&here a: b # c\nd:\n- e: 'it''s'\n-\n  f: \"\\x41\\u263a \\\n    g\"\n",
    ],
)
def test_both_parsers_of_yaml_read_the_same(text: str) -> None:
    """Oracle: PyYAML's own parser beside libyaml's, whose events it shares no code for."""
    fast = yaml.load(text, Loader=launch_yaml._FastLoader)
    assert fast == yaml.load(text, Loader=launch_yaml._Loader)
    assert issubclass(launch_yaml._FastLoader, yaml.CSafeLoader)


def test_markdown_without_front_matter_is_named(tmp_path: Path) -> None:
    assert "no front matter" in str(refused(tmp_path, "# Acme\n", "acme.md"))


def test_a_missing_file_is_answered_with_the_nearest_name(tmp_path: Path) -> None:
    (tmp_path / "acme.yaml").write_text(SMALLEST)
    with pytest.raises(Mistake, match=r"acne\.yaml.*can't be found") as caught:
        read_launches(tmp_path / "acne.yaml", categories=CATEGORIES)
    assert "acme.yaml" in caught.value.hint


def test_a_folder_instead_of_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "acme.yaml").mkdir()
    with pytest.raises(Mistake, match="is a folder"):
        read_launches(tmp_path / "acme.yaml", categories=CATEGORIES)


def test_another_ending_is_named(tmp_path: Path) -> None:
    assert "no launch file" in str(refused(tmp_path, SMALLEST, "acme.txt"))


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    assert "larger than" in str(refused(tmp_path, SMALLEST + "#" * 1_000_001))


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"\xff\xfe\x00\xd8", "not UTF-8 text"), (b"name: \x00", "not UTF-8 text"), (b"%PDF-1.7 \xff", "a PDF")],
)
def test_what_is_no_text_is_named(tmp_path: Path, content: bytes, says: str) -> None:
    (tmp_path / "acme.yaml").write_bytes(content)
    with pytest.raises(Mistake, match=says):
        read_launches(tmp_path / "acme.yaml", categories=CATEGORIES)


@pytest.mark.parametrize(
    ("file", "says"),
    [
        ("/etc/passwd", "is not a path beside the launch file"),
        ("C:\\notes.txt", "is not a path beside the launch file"),
        ("../secret.txt", "leads out of the launch file's folder"),
        ("link.txt", "leads out of the launch file's folder"),
        ("pages", "is a folder"),
        ("gone.txt", "can't be found"),
        ("page.docx", "of a kind this version can't read"),
    ],
)
def test_a_source_file_must_be_a_readable_one_beside_the_launch_file(tmp_path: Path, file: str, says: str) -> None:
    inner = tmp_path / "launches"
    (inner / "pages").mkdir(parents=True)
    (tmp_path / "secret.txt").write_text("secret")
    (inner / "page.docx").write_text("x")
    (inner / "link.txt").symlink_to(tmp_path / "secret.txt")
    mistake = refused(inner, f"name: Acme\nsources: [{{title: Page, file: {json.dumps(file)}}}]")
    assert says in str(mistake)
    assert "sources[0].file" in str(mistake)
    assert mistake.hint
