"""The desk's further pages, in process: approval file, offer, asking again, statistics, products, what is stale."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from sqlalchemy import text
from starlette.testclient import TestClient
from tests.support import page_records
from tests.support.command import LONGEST_S, SPECIMEN, running
from tests.support.desks import Desk, a_desk, sign
from tests.support.meetings import meet
from tests.support.newsrooms import CRITIC, DRAFT, LARK, NewsroomFolder

from panel.desk import BringRunLog, Save, Strike
from panel.desk.acts.take_over import merged
from panel.desk.approval.audit import audit
from panel.desk.approval.verify import verify_approval_file
from panel.desk.ask_again.background import AskingAgain
from panel.desk.ask_again.prepare import AskAgainMeans, Offer
from panel.desk.drafts.opened import OpenReview
from panel.desk.drafts.overlay import start_text
from panel.desk.stats import DeskStats, Group, read_stats
from panel.pipeline import SilentConsole
from panel.records import Dossier, Launch, LaunchSource, Review
from panel.web.routes.offer import offer_page
from panel.web.routes.overview import stats_page
from panel.workspace.ask_again import means_of
from panel.workspace.workspace import Workspace, open_workspace

pytestmark = pytest.mark.long

HOSTED = "openai/gpt-6.1-sol"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Two reviews and their comparison in the queue; nobody can be asked."""
    with a_desk(f"sqlite:///{tmp_path / 'panel.db'}") as made:
        made.fill()
        yield made


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> NewsroomFolder:
    monkeypatch.chdir(tmp_path)
    return NewsroomFolder(tmp_path)


@contextmanager
def desk_of(
    here: NewsroomFolder, change: Callable[[NewsroomFolder, AskAgainMeans], AskAgainMeans] | None = None
) -> Iterator[Desk]:
    """A team's desk over a workspace, asking as `panel desk` does; change: what it asks with."""
    workspace = open_workspace(SilentConsole())

    def ask_again(drafts: Any) -> AskingAgain:
        means = means_of(workspace, patience_s=None)
        return AskingAgain(drafts, change(workspace, means) if change else means)

    with a_desk(workspace.settings.database_url, ask_again=ask_again) as desk:
        desk.deps.desk.take_in()
        yield desk


def hosted(workspace: Workspace, means: AskAgainMeans) -> AskAgainMeans:
    """Everybody on a hosted model, whatever they sat on."""
    return replace(means, spec=lambda _: workspace.settings.model_spec(HOSTED))


def main_of(page: Any) -> str:
    """What the page says, without its tags."""
    assert page.status_code == 200, page.text
    inside = page.text.split("<main", 1)[1].split("</main>", 1)[0]
    return " ".join(re.sub(r"<[^>]*>", " ", inside.partition(">")[2]).split())


def ask(client: TestClient, **form: Any) -> Any:
    """From the form to the page with the price."""
    answer = client.post(f"/drafts/{DRAFT}/ask", data=form)
    assert answer.status_code == 303, answer.text
    return client.get(answer.headers["location"])


def start(client: TestClient, desk: Desk, page: Any, **form: str) -> None:
    """Say yes to the price on this page, and wait until the panel has answered."""
    run_id = re.search(r'name="run_id" value="([^"]+)"', page.text)
    assert run_id
    answer = client.post(f"/drafts/{DRAFT}/asking", data={"run_id": run_id[1], **form})
    assert answer.status_code == 303, answer.text
    asking = desk.deps.askings.of(DRAFT)
    assert asking and asking.work
    asking.work.result(60)


# The approval file


@pytest.mark.parametrize("kind", ["review", "comparison"])
def test_the_newest_approval_is_one_download_that_verifies(desk: Desk, kind: str) -> None:
    (draft_id,) = [d.draft_id for d in desk.deps.desk.queue(kind=kind).drafts][:1]
    client = desk.client("writer")
    missing = client.get(f"/drafts/{draft_id}/approval-file")
    assert (missing.status_code, "Nobody has approved this draft." in missing.text) == (404, True)
    if kind == "comparison":
        for side in desk.deps.desk.queue(kind="review").drafts:
            sign(desk, side.draft_id)
    sign(desk, draft_id)
    found = client.get(f"/drafts/{draft_id}/approval-file")
    assert found.headers["content-type"] == "application/json"
    assert re.fullmatch(rf'attachment; filename="approval-{draft_id}-\d+\.json"', found.headers["content-disposition"])
    assert verify_approval_file(found.json()) == ()
    told = client.get(f"/drafts/{draft_id}/approval-file?as=markdown")
    assert told.headers["content-disposition"].endswith('.md"')
    assert told.text.startswith(f"# Approval {found.json()['approval_id']}: ")
    assert found.json()["file_hash"] in told.text
    assert f"/drafts/{draft_id}/approval-file" in client.get(f"/drafts/{draft_id}").text


# Asking again, and the offer


def test_an_editor_asks_one_critic_from_its_price_to_the_offer(here: NewsroomFolder) -> None:
    here.says(CRITIC, line="It reads the pull request before anybody else does.")
    with desk_of(here) as desk:
        editor = desk.client("editor")
        assert f"/drafts/{DRAFT}/ask?critic={CRITIC}" in editor.get(f"/drafts/{DRAFT}").text
        form = editor.get(f"/drafts/{DRAFT}/ask?critic={CRITIC}")
        assert 'name="leave" value="S1.' in form.text
        priced = ask(editor, critic=CRITIC, leave=["S1.2"], more="S1.3, S1.4")
        assert "1 juror to ask, on this machine: no bill comes from there." in main_of(priced)
        assert "Left to the others: S1.2, S1.3, S1.4." in main_of(priced)
        assert desk.deps.desk.offered(desk.account("editor"), DRAFT) is None, "a price asks nobody"
        start(editor, desk, priced)
        over = main_of(editor.get(f"/drafts/{DRAFT}/asking"))
        assert "The newer review is offered. Your draft is as you left it." in over
        offer = main_of(editor.get(f"/drafts/{DRAFT}/offer"))
        assert "It reads the pull request before anybody else does." in offer
        acts = [a for a in desk.deps.desk.history(desk.account("editor"), DRAFT).acts if a.what == "asked again"]
        assert [(a.by, a.detail["leave"]) for a in acts] == [(desk.account("editor").account_id, "S1.2, S1.3, S1.4")]


def test_an_offer_shows_what_stays_turns_and_goes_and_is_taken_over(here: NewsroomFolder) -> None:
    line = yaml.safe_load(here.script.read_text(encoding="utf-8"))[DRAFT][CRITIC]["line"]
    here.says(CRITIC, line=f"Surely: {line}", verdict="skip")
    with desk_of(here) as desk:
        editor, me, drafts = desk.client("editor"), desk.account("editor"), desk.deps.desk
        number = drafts.open(me, DRAFT).draft.head
        drafts.act(me, DRAFT, Save(f"{CRITIC}:for_whom", "read diffs all day", number=number))
        start(editor, desk, ask(editor))
        page = editor.get(f"/drafts/{DRAFT}/offer")
        told = main_of(page)
        assert "Futurist AI critic Ship now Skip" in told
        assert "1 change people made to it would no longer be printed." in told
        changed, _, staying = told.partition("Say the same: your words stay")
        assert staying.count("AI critic") == len(drafts.open(me, DRAFT).review.personas) - 1
        assert changed.count("AI critic") == 1
        assert "<ins>Surely: </ins>" in page.text
        revision = re.search(r'name="number" value="(\d+)"', page.text)
        assert revision and int(revision[1]) == drafts.open(me, DRAFT).draft.head
        read = {"number": revision[1], "offered": drafts.open(me, DRAFT).draft.offered_hash}
        assert f'name="offered" value="{read["offered"]}"' in page.text
        stale = editor.post(f"/drafts/{DRAFT}/take-over", data=read | {"number": str(int(revision[1]) - 1)})
        assert stale.status_code == 409
        other = editor.post(f"/drafts/{DRAFT}/take-over", data=read | {"offered": "sha256:of-another"})
        assert (other.status_code, "Another review is offered" in other.text) == (409, True)
        assert editor.post(f"/drafts/{DRAFT}/take-over", data=read).status_code == 303
        words = drafts.open(me, DRAFT).text.words_of(CRITIC)
        assert words and words.line == f"Surely: {line}"
        gone = editor.get(f"/drafts/{DRAFT}/offer")
        assert (gone.status_code, "No newer review is offered" in gone.text) == (404, True)


def test_a_writer_reads_an_offer_and_takes_nothing_over(here: NewsroomFolder) -> None:
    here.says(CRITIC, line="It reads the pull request before anybody else does.")
    with desk_of(here) as desk:
        editor, writer = desk.client("editor"), desk.client("writer")
        start(editor, desk, ask(editor, critic=CRITIC))
        page = writer.get(f"/drafts/{DRAFT}/offer")
        assert "An editor takes it over." in main_of(page)
        assert "take-over" not in page.text
        assert writer.get(f"/drafts/{DRAFT}/ask").status_code == 403
        assert writer.post(f"/drafts/{DRAFT}/ask").status_code == 403
        draft = writer.get(f"/drafts/{DRAFT}").text
        assert f"/drafts/{DRAFT}/offer" in draft
        assert f"/drafts/{DRAFT}/take-over" not in draft
        assert f"/drafts/{DRAFT}/ask" not in draft


def test_a_run_log_is_named_before_asking_and_in_the_offer(here: NewsroomFolder) -> None:
    with desk_of(here) as desk:
        editor, me = desk.client("editor"), desk.account("editor")
        desk.deps.desk.act(
            me, DRAFT, BringRunLog("A run of ours", "$ larkspindle review 12\n3 comments", date(2026, 11, 24))
        )
        assert "24 Nov 2026: A run of ours" in main_of(editor.get(f"/drafts/{DRAFT}/ask?critic={CRITIC}"))
        start(editor, desk, ask(editor, critic=CRITIC))
        assert "New: A run of ours, a run log" in main_of(editor.get(f"/drafts/{DRAFT}/offer"))


def test_pages_read_anew_are_priced_first(here: NewsroomFolder) -> None:
    """Pages read anew are priced first, and the offer says what they no longer hold."""

    def without_a_page(_: NewsroomFolder, means: AskAgainMeans) -> AskAgainMeans:
        async def gather(review: Review) -> Dossier:
            return review.dossier.model_copy(update={"sources": review.dossier.sources[:-1]})

        return replace(means, gather=gather)

    with desk_of(here, without_a_page) as desk:
        editor, me = desk.client("editor"), desk.account("editor")
        assert 'name="refresh" value="true"' in editor.get(f"/drafts/{DRAFT}/ask").text
        page = ask(editor, refresh="true")
        assert "ask the whole panel, on today's pages?" in main_of(page)
        start(editor, desk, page)
        opened = desk.deps.desk.open(me, DRAFT)
        assert isinstance(opened, OpenReview)
        gone = opened.review.dossier.sources[-1]
        assert f"Gone: {gone.title}" in main_of(editor.get(f"/drafts/{DRAFT}/offer"))


def test_a_look_at_a_draft_asks_and_prices_nothing(here: NewsroomFolder) -> None:
    """A GET may come by a link from anywhere: none of them prices, asks or reads a page."""
    with desk_of(here, lambda _shell, means: replace(means, gather=None)) as desk:
        editor = desk.client("editor")
        runs = sorted((here.root / "runs").iterdir())
        for path in ("", "/ask", f"/ask?critic={CRITIC}", "/ask?refresh=true&critic=", "/asking", "/asking?still=true"):
            assert editor.get(f"/drafts/{DRAFT}{path}").status_code == 200
        assert desk.deps.askings.of(DRAFT) is None
        assert sorted((here.root / "runs").iterdir()) == runs


def test_a_price_somebody_else_was_shown_since_starts_nothing(here: NewsroomFolder) -> None:
    with desk_of(here) as desk:
        editor = desk.client("editor")
        first = ask(editor, critic=CRITIC)
        old = re.search(r'name="run_id" value="([^"]+)"', first.text)
        ask(editor)
        answer = editor.post(f"/drafts/{DRAFT}/asking", data={"run_id": old and old[1]})
        assert answer.status_code == 422
        assert "Nothing with that price waits to be asked." in answer.text


def test_a_failure_is_one_sentence_with_the_way_on(here: NewsroomFolder) -> None:
    here.says(CRITIC)
    with desk_of(here) as desk:
        editor = desk.client("editor")
        start(editor, desk, ask(editor, critic=CRITIC))
        page = editor.get(f"/drafts/{DRAFT}/asking")
        asking = desk.deps.askings.of(DRAFT)
        assert asking and f"panel resume {asking.run_id}" in main_of(page)
        assert "refresh" not in page.headers


def test_progress_reloads_by_a_header_until_somebody_stops_it(here: NewsroomFolder) -> None:
    with desk_of(here) as desk:
        editor = desk.client("editor")
        ask(editor, critic=CRITIC)
        asking = desk.deps.askings.of(DRAFT)
        assert asking
        asking.state, asking.sentence = "asking", "futurist: answered."
        page = editor.get(f"/drafts/{DRAFT}/asking")
        assert int(page.headers["refresh"]) > 0
        assert "futurist: answered." in main_of(page)
        still = editor.get(f"/drafts/{DRAFT}/asking?still=true")
        assert "refresh" not in still.headers
        again = editor.post(f"/drafts/{DRAFT}/ask", data={"critic": CRITIC})
        assert (again.status_code, "is being asked about this draft" in again.text) == (422, True)


def test_a_missing_key_is_said_before_anything_is_asked(here: NewsroomFolder) -> None:
    with desk_of(here, hosted) as desk:
        answer = desk.client("editor").post(f"/drafts/{DRAFT}/ask", data={"critic": CRITIC})
        assert answer.status_code == 422
        assert "OPENAI_API_KEY is not set" in answer.text


def test_a_budget_needs_a_price_that_is_known(here: NewsroomFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "not-a-key")
    unknown = lambda ws, means: replace(means, spec=lambda _: ws.settings.model_spec("openai/nobody-knows"))  # noqa: E731
    with desk_of(here, unknown) as desk:
        editor = desk.client("editor")
        page = ask(editor, critic=CRITIC)
        assert "The price of openai/nobody-knows is unknown, so no budget can be kept." in main_of(page)
        assert 'name="budget"' not in page.text
        asking = desk.deps.askings.of(DRAFT)
        assert asking
        refused = editor.post(f"/drafts/{DRAFT}/asking", data={"run_id": asking.run_id, "budget": "2"})
        assert refused.status_code == 422
        assert "so a budget can&#39;t be kept." in refused.text
        assert asking.state == "priced"


@pytest.mark.parametrize("typed", ["two", "-1", "0", "NaN", "1e99"])
def test_a_budget_that_is_no_amount_starts_nothing(
    here: NewsroomFolder, monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "not-a-key")
    with desk_of(here, hosted) as desk:
        editor = desk.client("editor")
        page = ask(editor, critic=CRITIC)
        assert re.search(r"1 juror to ask: \$\d+\.\d\d to \$\d+\.\d\d", main_of(page))
        asking = desk.deps.askings.of(DRAFT)
        assert asking
        refused = editor.post(f"/drafts/{DRAFT}/asking", data={"run_id": asking.run_id, "budget": typed})
        assert (refused.status_code, "is no budget" in refused.text) == (422, True)
        assert asking.state == "priced"


def test_a_confidential_launch_goes_to_no_model_that_was_not_allowed(
    here: NewsroomFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = here.root / "secret.yaml"
    text = (SPECIMEN / "larkspindle.yaml").read_text(encoding="utf-8")
    text = text.replace('release: "2.0"', 'release: "2.0"\nconfidential: true').replace("Catches the bug", "Finds it")
    secret.write_text(text, encoding="utf-8")
    assert "confidential: true" in secret.read_text(encoding="utf-8")
    said = here.panel("review", str(secret), "--model", f"scripted/{here.script}", "--json")
    assert said.code == 0, said.err
    monkeypatch.setenv("OPENAI_API_KEY", "not-a-key")
    with desk_of(here, hosted) as desk:
        answer = desk.client("editor").post(f"/drafts/{DRAFT}/ask", data={"critic": CRITIC})
        assert answer.status_code == 422
        assert "confidential" in answer.text


def test_a_comparison_asks_nobody_and_a_desk_without_means_says_so(desk: Desk) -> None:
    editor = desk.client("editor")
    (both,) = desk.deps.desk.queue(kind="comparison").drafts
    one = desk.deps.desk.queue(kind="review").drafts[0]
    asked = editor.get(f"/drafts/{both.draft_id}/ask")
    assert (asked.status_code, "A comparison asks nobody." in asked.text) == (422, True)
    assert editor.get(f"/drafts/{one.draft_id}/asking").status_code == 200
    refused = editor.post(f"/drafts/{one.draft_id}/ask")
    assert (refused.status_code, "can&#39;t ask the panel" in refused.text) == (422, True)
    assert editor.get(f"/drafts/{one.draft_id}/ask?critic=nobody").status_code == 404


def test_an_offer_of_a_trial_shows_its_picks_and_whose_strike_goes(desk: Desk) -> None:
    me, drafts = desk.account("editor"), desk.deps.desk
    draft_id = drafts.queue(kind="review").drafts[0].draft_id
    drafts.act(me, draft_id, Strike("dx-reviewer", "unsupported"))
    mine = drafts.open(me, draft_id)
    assert isinstance(mine, OpenReview)
    newer = page_records.trial(mine.review)
    offer = Offer(mine, newer, merged(mine, newer, start_text(newer)))
    page = offer_page(offer, me)
    assert page.grades == "full, now trial"
    (struck,) = [c for c in page.critics if "struck" in c.told]
    assert (struck.was.stand, struck.told.endswith("It was struck, and counts again.")) == ("struck", True)
    shown = ["".join(run.text for run in pair.now) for c in page.critics for pair in c.pairs]
    picked = [f"{g.side}: {g.excerpt}" for o in newer.answered() for g in o.grounds]
    assert {text for text in shown if text} == set(picked)


def test_the_desk_that_is_served_asks_the_panel_of_its_workspace(here: NewsroomFolder) -> None:
    with running(here.root) as served:
        cookie = served.ask(urlsplit(served.link).path).headers["set-cookie"].partition(";")[0]
        ours = {
            "Cookie": cookie,
            "Origin": f"http://{served.netloc}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        assert f"/drafts/{DRAFT}" in served.ask("/", Cookie=cookie).text
        assert served.ask(f"/drafts/{DRAFT}/ask", "POST", f"critic={CRITIC}", **ours).status == 303
        priced = served.ask(f"/drafts/{DRAFT}/asking", Cookie=cookie).text
        run_id = re.search(r'name="run_id" value="([^"]+)"', priced)
        assert run_id
        assert served.ask(f"/drafts/{DRAFT}/asking", "POST", f"run_id={run_id[1]}", **ours).status == 303
        until = time.monotonic() + LONGEST_S
        while "The newer review is offered." not in (told := served.ask(f"/drafts/{DRAFT}/asking", Cookie=cookie).text):
            assert time.monotonic() < until, told


# Statistics


def test_the_stats_page_says_what_the_command_says(desk: Desk) -> None:
    client = desk.client("writer")
    assert "Nobody has approved a review yet." in main_of(client.get("/stats"))
    for signed, draft in enumerate(desk.deps.desk.queue(kind="review").drafts, 1):
        sign(desk, draft.draft_id)
        counted = f"{signed} draft{'s' * (signed > 1)} approved."
        assert counted in main_of(client.get("/stats")), "an act is counted at once"
    found = read_stats(desk.deps.desk.store)
    assert found.drafts == 2
    page = client.get("/stats")
    assert all(g.persona_id in page.text and g.prompt in page.text for g in found.groups)
    assert "2 drafts approved." in main_of(page)
    assert "Too few to compare: it takes 10." in main_of(page)
    assert "style=" not in page.text


def test_stats_are_tables_of_what_the_record_holds() -> None:
    group = Group(
        persona_id="futurist", model="openai/gpt-6.1-sol", prompt="0123456789ab", drafts=12, struck=1, kept=6,
        attributed=1, amended=2, removed=1,
    )  # fmt: skip
    found = DeskStats(drafts=12, median_minutes=4.5, groups=(group,), checks={"filler": (40, 50)})
    page = stats_page(found)
    assert page.lede == "12 drafts approved. Median 4.5 minutes a draft, gaps over 10 minutes left out."
    assert [(title, rows) for title, _, rows in page.tables] == [
        ("Critics", (("futurist", "openai/gpt-6.1-sol", "0123456789ab", "12", "6", "1", "2", "1", "1"),)),
        ("Checks", (("filler", "40", "50"),)),
    ]


# Products


@pytest.fixture
def two_products(here: NewsroomFolder) -> Iterator[Desk]:
    said = here.panel("review", str(SPECIMEN / "oddfern.yaml"), "--model", f"scripted/{here.script}", "--json")
    assert said.code == 0, said.err
    with desk_of(here) as made:
        yield made


def test_a_draft_leads_to_its_product(two_products: Desk) -> None:
    """A draft leads to its product, which is renamed, merged and taken apart."""
    desk = two_products
    editor, writer, me = desk.client("editor"), desk.client("writer"), desk.account("editor")
    there = writer.get(f"/drafts/{LARK}/product").headers["location"]
    assert there == "/products/larkspindle"
    page = writer.get(there)
    assert f"/drafts/{LARK}" in page.text
    assert "Mend it" not in page.text
    assert writer.post(f"{there}/rename", data={"name": "Lark", "reason": "Its maker did."}).status_code == 403
    acts = [
        (f"{there}/rename", {"name": "Lark", "reason": "Its maker did."}, "/products/larkspindle?said=product_renamed"),
        (f"{there}/merge", {"other": "oddfern", "reason": "One tool."}, "/products/larkspindle?said=product_merged"),
    ]
    for path, form, leads in acts:
        assert editor.post(path, data=form).headers["location"] == leads
    merged = main_of(editor.get("/products/oddfern"))
    assert merged.startswith("Lark A product in our archive")
    assert "Take Oddfern out again" in merged
    apart = editor.post("/products/oddfern/unmerge", data={"reason": "Two tools after all."})
    assert apart.headers["location"] == "/products/oddfern?said=product_unmerged"
    assert main_of(editor.get("/products/oddfern")).startswith("Oddfern")
    whats = [(act.what, act.by, act.detail.get("reason")) for act, _ in desk.deps.desk.log()][2::-1]
    assert whats == [
        ("renamed a product", me.account_id, "Its maker did."),
        ("merged products", me.account_id, "One tool."),
        ("took products apart", me.account_id, "Two tools after all."),
    ]
    assert audit(desk.deps.desk.store).broken == ()


def test_a_namesake_is_offered_for_a_merge_on_its_page(two_products: Desk) -> None:
    desk = two_products
    launch = Launch(name="Oddfern", homepage="https://oddfern.other.example", sources=(LaunchSource(title="Page"),))
    met = meet(launch, desk.deps.products, now=desk.deps.desk.now)
    there = f"/products/{met.product_slug}"
    assert "May be the same product" in main_of(desk.client("editor").get(there))
    read = main_of(desk.client("writer").get(there))
    assert "May be the same product" in read and "Merge Oddfern" not in read
    form = {"other": "oddfern", "reason": "One tool."}
    assert desk.client("editor").post(f"{there}/merge", data=form).headers["location"] == f"{there}?said=product_merged"
    assert "May be the same product" not in main_of(desk.client("editor").get(there))


def test_launches_are_split_off_with_a_reason(here: NewsroomFolder) -> None:
    later = here.root / "later.yaml"
    text = (SPECIMEN / "larkspindle.yaml").read_text(encoding="utf-8")
    later.write_text(text.replace('release: "2.0"', 'release: "3.0"'), encoding="utf-8")
    script = here.script.read_text(encoding="utf-8").replace("larkspindle-2-0:", "larkspindle-3-0:")
    (here.root / "later-answers.yaml").write_text(script, encoding="utf-8")
    said = here.panel("review", str(later), "--model", f"scripted/{here.root / 'later-answers.yaml'}", "--json")
    assert said.code == 0, said.err
    with desk_of(here) as desk:
        editor = desk.client("editor")
        page = editor.get("/products/larkspindle")
        assert 'value="larkspindle-3-0"' in page.text
        nothing = editor.post("/products/larkspindle/split", data={"reason": "Another tool."})
        assert (nothing.status_code, "Which launches go?" in nothing.text) == (422, True)
        form = {"release": "larkspindle-3-0", "name": "Larkspindle Next", "reason": "Another tool."}
        there = editor.post("/products/larkspindle/split", data=form).headers["location"]
        assert main_of(editor.get(there)).startswith("Larkspindle Next")
        assert editor.get("/drafts/larkspindle-3-0/product").headers["location"] == there.partition("?")[0]


def test_a_product_that_is_not_there_is_not_found(desk: Desk) -> None:
    client = desk.client("editor")
    assert client.get("/products/nothing-like-it").status_code == 404
    assert client.post("/products/nothing-like-it/rename", data={"name": "x", "reason": "y"}).status_code == 404


# What is stale


def test_what_is_stale_is_listed_with_its_reason_and_a_way_to_ask(here: NewsroomFolder) -> None:
    with desk_of(here) as desk:
        editor = desk.client("editor")
        assert "Nothing is stale." in main_of(editor.get("/stale"))
        desk.clock.now += timedelta(days=200)
        editor = desk.client("editor")
        page = editor.get("/stale")
        assert "days ago." in main_of(page)
        assert f"/drafts/{DRAFT}/ask" in page.text
        assert f"/drafts/{DRAFT}/ask" not in desk.client("writer").get("/stale").text
        assert "days ago." in main_of(editor.get("/?which=aged"))
        assert "days ago." in main_of(editor.get(f"/drafts/{DRAFT}/ask"))


@pytest.mark.parametrize("typed", ["soon", "0001-01-01T00:00+14:00", "9999-12-31T23:59-14:00"])
def test_a_time_that_there_is_not_in_utc_is_a_mistake(desk: Desk, typed: str) -> None:
    one = desk.deps.desk.queue(kind="review").drafts[0]
    for act in ("later", "hold"):
        refused = desk.client("editor").post(f"/drafts/{one.draft_id}/{act}", data={"time": typed, "number": one.head})
        assert (refused.status_code, "is no time" in refused.text) == (422, True)


def test_the_logs_page_finds_a_decision_changed_behind_the_desk(desk: Desk) -> None:
    one = desk.deps.desk.queue(kind="review").drafts[0]
    sign(desk, one.draft_id)
    editor = desk.client("editor")
    assert "Whole:" in main_of(editor.get("/log?check=true"))
    with desk.deps.engine.begin() as conn:
        conn.execute(text("DROP TRIGGER desk_decisions_update"))
        conn.execute(text("UPDATE desk_decisions SET json = replace(json, '\"accurate\"', '\"amended\"')"))
    assert "Decision 1 was changed." in main_of(editor.get("/log?check=true"))


NAMING = {"number", "approval", "decision", "key"}  # by which a form says what was read


def one_of(desk: Desk, kind: str) -> str:
    return desk.deps.desk.queue(kind=kind).drafts[0].draft_id


@pytest.mark.parametrize("page", ["/", "/comparisons", "review", "comparison"])
def test_each_form_of_an_act_names_what_was_read(desk: Desk, page: str) -> None:
    admin, draft = desk.client("admin"), one_of(desk, "review")
    struck = {"persona": "dx-reviewer", "reason": "off_its_lens", "number": 0}
    assert admin.post(f"/drafts/{draft}/strike", data=struck).status_code == 303
    html = admin.get(page if page.startswith("/") else f"/drafts/{one_of(desk, page)}").text
    forms = re.findall(r'<form method="post" action="(/drafts/[^"]+)"(.*?)</form>', html, flags=re.S)
    assert forms
    for action, inside in forms:
        if not action.endswith("/run-log"):
            assert NAMING & set(re.findall(r'name="([a-z]+)"', inside)), action


def test_no_act_is_done_by_a_form_that_does_not_say_what_was_read(desk: Desk) -> None:
    whole = {"at": "dx-reviewer:0", "decision": "accurate", "reason": "too_thin", "time": "2031-01-01", "persona": "dx-reviewer",
             "field": "note", "text": "x", "standing": "printed", "offered": "x"}  # fmt: skip
    admin, draft = desk.client("admin"), one_of(desk, "review")
    for act in ("decide", "save", "standing", "undo", "dismiss", "confirm", "strike", "take-over", "approve", "publish",
                "retract", "reject", "pass", "later", "hold", "lift", "fetch-back"):  # fmt: skip
        data = {name: value for name, value in whole.items() if (act, name) != ("undo", "decision")}
        refused = admin.post(f"/drafts/{draft}/{act}", data=data)
        assert (refused.status_code, "Missing or wrong" in refused.text) == (422, True), act
