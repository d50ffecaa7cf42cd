"""How saved pages are read, held against what Chromium shows: `make figures PAGES=FOLDER`. Nothing is fetched.

    python benchmarks/pages.py FOLDER            # figures for each folder in it (pricing, docs, ...), worst pages
    python benchmarks/pages.py FOLDER --plans    # and every plan read, to hold against the page by eye
    python benchmarks/pages.py FOLDER --each     # a line for every page
    python benchmarks/pages.py FOLDER --json     # an object a page, for a comparison of two commits
    python benchmarks/pages.py FOLDER --only TEXT                     # pages with TEXT in their path
    python benchmarks/pages.py FOLDER --readmes  # instead: files of FOLDER, and descriptions of installed packages,
                                                 # that are taken to speak to reviewers

kept: of the words Chromium shows as content, those that stand in passages. seen: of the words in passages, those that
Chromium shows anywhere on the page. prices: of the amounts shown, those that one passage of at least five words or 25
characters holds together with a name. PAGE.expected beside an article holds its text as somebody else took it out; it
is then the content. Each page is read as the product reads an address that answers with it, and with nothing else.
"""

import argparse
import asyncio
import html
import json
import re
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import distributions
from pathlib import Path
from typing import Any, NamedTuple

from panel.checks import find_suspicions
from panel.dossier import build_live_dossier
from panel.dossier.gather.snapshots import Snapshots
from panel.dossier.page.markdown_blocks import markdown_blocks
from panel.dossier.page.passages import cut
from panel.errors import PanelError
from panel.records import Dossier, Page, Stamp, sha256_of

try:
    from benchmarks import shown
except ImportError:  # run as a script
    import shown

NOW = datetime(2026, 11, 28, tzinfo=UTC)
MADE = Stamp(created_at=NOW, version="0")
TITLES = re.compile(r"title|alt|aria-label|placeholder|meta|noscript|comment|not |data|link|value|summary")
ROUNDS = 2
WORST = 8
LEAST_HIDDEN = 4  # words of a text called hidden, for it to be looked for on the page


class Answer(NamedTuple):
    """What reading a page gave."""

    dossier: Dossier | None
    cpu_s: float  # of the fastest round
    refused: str  # why there is no dossier, "" when there is


class Measured(NamedTuple):
    """One page."""

    name: str
    kind: str
    words: int  # shown as content
    kept: float | None
    seen: float | None
    priced: int  # amounts shown
    cited: int  # of them
    lost: tuple[str, ...]  # amounts that can't be cited
    plans: tuple[str, ...]
    price_class: str
    shown_hidden: tuple[str, ...]  # texts called hidden that Chromium shows
    cpu_s: float
    refused: str  # why there is no dossier, "" when there is


def main() -> int:
    args = _arguments()
    if args.readmes:
        return _print_readmes(args.folder)
    files = sorted(path for path in args.folder.rglob("*.html") if args.only in str(path))
    answers = [_read(path) for path in [*files[:1], *files]][
        1:
    ]  # imports are not a page's; first: playwright has an event loop of its own
    with shown.opened() as context:
        if context is None:
            print(
                "No Chromium here: words kept and seen, prices and texts called hidden are left out.", file=sys.stderr
            )
        pairs = zip(files, answers, strict=True)
        measured = [_measure(path, args.folder, answer, context) for path, answer in pairs]
    if args.json:
        print("\n".join(json.dumps(one._asdict(), ensure_ascii=False) for one in measured))
        return 0
    for kind in sorted({one.kind for one in measured}):
        _print_kind(kind, [one for one in measured if one.kind == kind], args.each)
    if args.plans:
        _print_plans(measured)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", help="pages with this in their path")
    for name, said in (
        ("each", "a line for every page"), ("plans", "every plan read"), ("json", "an object a page"),
        ("readmes", "false alarms on Markdown files and packages' descriptions"),
    ):  # fmt: skip
        parser.add_argument(f"--{name}", action="store_true", help=said)
    return parser.parse_args()


def _measure(path: Path, folder: Path, answer: Answer, context: Any) -> Measured:
    dossier, cpu_s, refused = answer
    name, kind = str(path.relative_to(folder)), path.relative_to(folder).parts[0] if path.parent != folder else "pages"
    texts = [p.text for source in dossier.sources for p in source.passages] if dossier else []
    plans = tuple(f.value for f in dossier.facts if f.kind == "plan") if dossier else ()
    stated = dossier.launch.pricing.pricing_class if dossier else ""
    page = shown.show(context, path.read_bytes()) if context else None
    expected = path.with_suffix(".expected")
    if page is None:
        return Measured(name, kind, 0, None, None, 0, 0, (), plans, stated, (), cpu_s, refused)
    content = _plain(expected.read_text("utf-8")) if expected.exists() else page.content
    prices = [] if expected.exists() else shown.prices(page.content)
    lost = tuple(price.amount for price in prices if not shown.can_be_cited(price, texts))
    kept, seen = _shares(content, page.all, texts)
    return Measured(
        name, kind, len(shown.words(content)), kept, seen, len(prices), len(prices) - len(lost), lost, plans, stated,
        _called_hidden(dossier, page.all), cpu_s, refused,
    )  # fmt: skip


def _read(path: Path) -> Answer:
    """The dossier of an address that answers with this page alone."""
    body = path.read_bytes()
    url = f"https://{re.sub('[^a-z0-9]+', '-', path.stem.lower()).strip('-')[:60].strip('-')}.com"

    async def fetch(asked: str, *, known: Page | None = None, **_: Any) -> Page:
        if asked.rstrip("/") != url:
            raise PanelError("Nothing but the page is here.")
        return Page(
            url=url,
            final_url=url,
            status=200,
            media_type="text/html",
            body=body,
            fetched_at=NOW,
            sha256=sha256_of(body),
        )

    spent, dossier = [], None
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            kept = Snapshots(Path(folder), write=_write)
            began = time.process_time()
            try:
                dossier = asyncio.run(build_live_dossier(url, fetch=fetch, snapshots=kept, made=MADE, today=NOW.date()))
            except PanelError as err:
                return Answer(None, time.process_time() - began, str(err))
            spent.append(time.process_time() - began)
    return Answer(dossier, min(spent), "")


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _plain(expected: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", " ", expected))


def _shares(content: str, all_shown: str, texts: Sequence[str]) -> tuple[float | None, float | None]:
    """Of the content's words those kept, each as often as it stands there; of kept words those shown anywhere."""
    wanted, got = Counter(shown.words(content)), Counter(word for text in texts for word in shown.words(text))
    there = set(shown.words(all_shown))
    kept = (wanted & got).total() / wanted.total() if wanted else None
    return kept, sum(n for word, n in got.items() if word in there) / got.total() if got else None


def _called_hidden(dossier: Dossier | None, all_shown: str) -> tuple[str, ...]:
    """Texts the editor is told are hidden, though they stand on the page as drawn. Attributes and comments aside."""
    on_page = " ".join(shown.words(all_shown))
    called = [h for h in dossier.hidden if not TITLES.match(h.where)] if dossier else []
    spelt = [(h, shown.words(h.text.rstrip("…"))) for h in called]
    return tuple(
        f"{h.where}: {h.text[:60]}" for h, said in spelt if len(said) >= LEAST_HIDDEN and " ".join(said[:-1]) in on_page
    )


def _print_kind(kind: str, pages: Sequence[Measured], each: bool) -> None:
    print(f"\n{kind}: {len(pages)} pages, {sum(bool(p.refused) for p in pages)} not read")
    read = [p for p in pages if p.kept is not None]
    if read:
        low = sum(p.kept < 0.9 for p in read if p.kept is not None)
        print(f"  words kept        {_shares_line([p.kept for p in read])}; under 0.90: {low}")
        print(f"  kept words seen   {_shares_line([p.seen for p in read if p.seen is not None])}")
    if priced := sum(p.priced for p in pages):
        cited = sum(p.cited for p in pages)
        whole = sum(p.cited == p.priced > 0 for p in pages)
        holding = sum(p.priced > 0 for p in pages)
        print(f"  prices citable    {cited} of {priced} ({cited / priced:.2f}); all on {whole} of {holding} pages")
        classes = Counter(p.price_class or "none" for p in pages if p.priced)
        print(f"  class stated on pages with prices: {', '.join(f'{n} {name}' for name, n in classes.most_common())}")
    print(f"  plans read        {sum(len(p.plans) for p in pages)} on {sum(bool(p.plans) for p in pages)} pages")
    print(f"  called hidden though shown: {sum(map(bool, (p.shown_hidden for p in pages)))} pages")
    spent = sorted(p.cpu_s for p in pages)
    print(f"  CPU, page to dossier: median {statistics.median(spent):.3f} s, most {spent[-1]:.3f} s")
    worst = sorted(pages, key=lambda p: ((p.kept if p.kept is not None else 1), -len(p.lost)))
    costly = sorted((p for p in pages if p.lost), key=lambda p: -len(p.lost))
    for title, some in (("fewest words kept", worst), ("most prices lost", costly)):
        print(f"  {title}:")
        for page in some if each else some[:WORST]:
            print(f"    {_line(page)}")


def _line(page: Measured) -> str:
    shares = " ".join(f"{share:.2f}" if share is not None else "-" for share in (page.kept, page.seen))
    hidden = f" | called hidden: {page.shown_hidden[0]}" if page.shown_hidden else ""
    lost = f" | lost {', '.join(page.lost[:6])}" if page.lost else ""
    start = f"{shares} {page.words:6} words, prices {page.cited}/{page.priced}"
    return f"{start} {page.name}{lost}{hidden} {page.refused[:90]}"


def _shares_line(shares: Sequence[float | None]) -> str:
    found = sorted(share for share in shares if share is not None)
    if not found:
        return "none"
    tenth = found[len(found) // 10]
    return f"median {statistics.median(found):.3f}, a tenth below {tenth:.2f}, least {found[0]:.2f}"


def _print_plans(pages: Sequence[Measured]) -> None:
    for page in (p for p in pages if p.priced or p.plans):
        print(f"\n{page.name}: class {page.price_class or 'none'}; {page.priced} amounts shown")
        for plan in page.plans:
            print(f"    {plan}")


def _print_readmes(folder: Path) -> int:
    """Files with a span that counts as an attempt, and the span; files with words that are only a note."""
    texts = {str(path): path.read_text("utf-8", "replace") for path in sorted(folder.rglob("*")) if path.is_file()}
    texts |= {f"description of {d.metadata['Name']}": str(d.metadata.get_payload() or "") for d in distributions()}
    distinct = {text: name for name, text in texts.items() if len(text) > 200}
    accused = 0
    for text, name in distinct.items():
        if found := find_suspicions(cut("S1", markdown_blocks(text))):
            accused += 1
            print(f"  {name}\n    {found[0].why}: {found[0].excerpt[:300]!r}")
    print(f"{accused} of {len(distinct)} files taken to speak to reviewers: {accused / max(len(distinct), 1):.2%}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
