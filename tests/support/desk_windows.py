"""What browser tests of the desk share: drafts made by scripted critics, a desk served on a copy of them, windows.

A database with drafts is made once for all tests (`seeds`) and copied for whoever acts on it, so that no test sees what
another one did.
"""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from tests.support import page_records
from tests.support.command import PAIR, SPECIMEN, run
from tests.support.databases import open_part
from tests.support.desks import Desk, served_desk
from tests.support.hostile_text.planting import OWN, hostile_comparison
from tests.support.records import a_run

from panel.records import Comparison, Review
from panel.records.desk import Role
from panel.store.runs.run_records import RunRecords
from panel.tally import compare

IS_LEFT = "n => document.querySelectorAll('.item.is-left').length === n && !document.querySelector('#main[aria-busy], #main[data-resting]')"
PATIENCE_MS = 30_000  # on a busy machine; nothing waits for it
DESKTOP, PHONE = (1440, 900), (390, 844)
SHORT = {"larkspindle-2-0": (2, 2, 2, 2, 2), "oddfern-1-4": (2, 2, 2, 1, 1)}  # claims a critic: 10 and 8 in all
LARK, FERN = "larkspindle-2-0", "oddfern-1-4"
LONG_NAME = "Continuous Knowledge Orchestration Workbench for Distributed Teams"
BOTH = f"{LARK}-vs-{FERN}"


@dataclass(frozen=True)
class Seeds:
    """Databases with drafts taken in, each made when first asked for."""

    folder: Path

    @cached_property
    def specimen(self) -> Path:
        """The specimen pair: whole quotes of five critics a review, and the comparison."""
        return self._scripted("specimen", SPECIMEN / "answers.yaml")

    @cached_property
    def short(self) -> Path:
        """The same launches and critics with less to say: 10 and 8 sentences that are claims, and the comparison."""
        answers = yaml.safe_load((SPECIMEN / "answers.yaml").read_text("utf-8"))
        for product, counts in SHORT.items():
            for (critic, answer), count in zip(answers[product].items(), counts, strict=True):
                answers[product][critic] = shortened(answer, count)
        path = self.folder / "short.yaml"
        path.write_text(yaml.safe_dump(answers, allow_unicode=True), encoding="utf-8")
        return self._scripted("short", path)

    @cached_property
    def wordy(self) -> Path:
        """Long names, lines and excerpts, with many flags; and a launch whose pages speak to reviewers."""
        return self._left("wordy", wordy(), held=(renamed(page_records.live_review(), "Heldback"),))

    @cached_property
    def hostile(self) -> Path:
        """Attacks in every field that a page, a maker or a model fills."""
        return self._left("hostile", hostile_comparison(OWN))

    def _left(self, name: str, pair: Comparison, held: Sequence[Review] = ()) -> Path:
        path = self.folder / f"{name}.db"
        records = open_part(RunRecords, f"sqlite:///{path}", runs_dir=self.folder)
        records.save_finished(finished("pair"), [pair.review_a, pair.review_b], pair)
        records.save_finished(finished("held"), held, None)
        records.close()
        return path

    def _scripted(self, name: str, answers: Path) -> Path:
        at = self.folder / name
        at.mkdir()
        (at / "panel.toml").touch()
        said = run("compare", *PAIR, "--model", f"scripted/{answers}", "--yes", at=at)
        assert said.code == 0, said.err
        return at / "runs" / "panel.db"


def shortened(answer: dict[str, Any], count: int) -> dict[str, Any]:
    """The answer with this many claims in its quote, and its views."""
    claims = [said for said in answer["quote"] if said["rests_on"] == "grounds"][:count]
    return answer | {"quote": claims + [said for said in answer["quote"] if said["rests_on"] == "view"]}


def finished(run_id: str) -> Any:
    return a_run(run_id).model_copy(update={"state": "finished"})


def wordy() -> Comparison:
    """The pages' wordy sample under names as long as a launch may have."""
    pair = page_records.wordy()
    a, b = (renamed(side, f"{side.dossier.launch.name} {LONG_NAME}") for side in (pair.review_a, pair.review_b))
    return compare(a, b, made=a.made)


def renamed(review: Review, name: str) -> Review:
    launch = review.dossier.launch.model_copy(update={"name": name})
    return review.model_copy(update={"dossier": review.dossier.model_copy(update={"launch": launch})})


@contextmanager
def desk_on(seed: Path, folder: Path, *, team: bool = True) -> Iterator[Desk]:
    """A served desk on a copy of these drafts; its clock stands at the present, so that no draft is old."""
    path = folder / "desk.db"
    shutil.copy(seed, path)
    with served_desk(f"sqlite:///{path}", team=team) as desk:
        desk.clock.now = datetime.now(UTC)
        desk.deps.desk.take_in()
        yield desk


@dataclass
class Window:
    """A browser window of one person, with what it said and where it asked."""

    page: Any
    origin: str
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    keys: int = 0
    has_script: bool = True

    def press(self, key: str) -> None:
        """One key press, counted."""
        self.keys += 1
        self.page.keyboard.press(key)

    def open(self, path: str) -> None:
        self.page.goto(self.origin + path)

    def left(self, count: int) -> None:
        """Wait until so many items are left to decide, and the page that says so stands."""
        if self.has_script:  # at every frame; `expect` looks at growing intervals
            self.page.wait_for_load_state()  # a link was clicked: keys are heard once the scripts have run
            self.page.wait_for_function(IS_LEFT, arg=count)
        else:
            expect(self.page.locator(".item.is-left")).to_have_count(count)

    def clear(self, count: int) -> None:
        """Press `a` until nothing of this many items is left."""
        self.left(count)
        for left in reversed(range(count)):
            self.press("a")
            self.left(left)

    @property
    def at(self) -> str:
        """The stop in focus: "larkspindle-2-0/futurist:1"."""
        return str(self.page.locator("#beside .stop:visible").get_attribute("data-at"))

    @property
    def told(self) -> str:
        """What the bar says is left."""
        return str(self.page.locator(".bar .left").inner_text())

    @property
    def complaints(self) -> list[str]:
        """What a page may not say: all but the plain note of a 4xx that a test asked for."""
        return [text for text in self.said if "the server responded with a status of 4" not in text]


def expect(locator: Any) -> Any:
    """Playwright's, as patient as a busy machine needs."""
    from playwright.sync_api import expect as given

    given.set_options(timeout=PATIENCE_MS)
    return given(locator)


@contextmanager
def window(
    browser: Any, desk: Desk, role: Role | None = "editor", size: tuple[int, int] = DESKTOP, **options: Any
) -> Iterator[Window]:
    """A window of somebody with this role. At its end: a quiet console, no dialog, and no request to anywhere else."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, **options)
    context.set_default_timeout(PATIENCE_MS)
    if role:
        token = desk.deps.accounts.start_session(desk.account(role), now=desk.clock()).token
        context.add_cookies([{"name": desk.deps.cookie, "value": token, "url": desk.deps.origin}])
    opened = watched(context, desk.deps.origin)
    opened.has_script = options.get("java_script_enabled", True)
    try:
        yield opened
        assert not opened.complaints, opened.complaints
        assert [url for url in opened.asked if not url.startswith((desk.deps.origin, "data:"))] == []
    finally:
        context.close()


def watched(context: Any, origin: str) -> Window:
    """A new page of a context, with what it says and asks noted."""
    opened = Window(context.new_page(), origin)
    opened.page.on("console", lambda message: opened.said.append(message.text))
    opened.page.on("pageerror", lambda error: opened.said.append(str(error)))
    opened.page.on("dialog", lambda dialog: (opened.said.append(dialog.message), dialog.dismiss()))
    opened.page.on("request", lambda request: opened.asked.append(request.url))
    return opened
