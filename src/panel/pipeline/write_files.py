"""The run folder's content: what was asked with, what came back, the records and the pages drawn from them.

manifest.json                      written last; the folder is finished only then
inputs/personas/<id>.json          as they were when asked
inputs/prompts/<template>          as they were when asked
inputs/scenarios.yaml              uses that plans are priced for, as they were; older runs have none
inputs/base.json                   asked again for a draft: the review that the new answers are laid into
dossiers/<slug>.json               as it was found; the review holds what its jurors read
opinions/<slug>/<persona>.json     the opinion, and the raw replies it was made of
review.json, report.html, report.md            one launch
reviews/<slug>/review.json, report.html, ...   several launches
comparison.json, report.html, report.md        two launches compared
launches/<slug>/review.json, report.html, report.md, opinions.json, files.json   a batch: each launch sealed by itself
summary.json, summary.md                       a batch: what became of every row
spend.json
"""

import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress

from pydantic_core import PydanticSerializationError, to_json, to_jsonable_python

from panel.checks import check_comparison
from panel.dossier import Scenarios, load_scenarios
from panel.pages import comparison_html, comparison_markdown, review_pages
from panel.pipeline.plan import RunPlan
from panel.records import Comparison, Dossier, Opinion, Persona, Review, Run, Value, sha256_of
from panel.store import RunFolder

SCENARIOS = "inputs/scenarios.yaml"
BASE = "inputs/base.json"
SMALL_FLOAT = re.compile(r"(?:\.0000\d+|e-\d),?\n")  # only a number stands at a line's end without quotes


def pretty_json(value: Value | Mapping[str, object]) -> str:
    """A record as people diff it: indented JSON, UTF-8, one final newline.

    The bytes are those of `json`, which takes eight times as long. It writes what pydantic's writer spells in another
    way (floats below 0.0001) or refuses (lone surrogates).
    """
    with suppress(PydanticSerializationError):
        text = to_json(value, indent=1).decode()
        if not SMALL_FLOAT.search(text):
            return text + "\n"
    return json.dumps(to_jsonable_python(value), indent=1, ensure_ascii=False) + "\n"


def write_inputs(folder: RunFolder, plan: RunPlan, run: Run) -> Run:
    """Personas, prompts and dossiers as they stand now; a resume reads them from here."""
    personas = {p.persona_id: pretty_json(p) for p in plan.personas}
    for name, text in personas.items():
        folder.write(f"inputs/personas/{name}.json", text)
    for name, text in plan.prompts.items():
        folder.write(f"inputs/prompts/{name}", text)
    if plan.scenarios is not None:
        folder.write(SCENARIOS, plan.scenarios.text)
    if plan.base is not None:
        folder.write(BASE, pretty_json(plan.base))
    for dossier in plan.found:
        folder.write(f"dossiers/{dossier.launch.slug}.json", pretty_json(dossier))
    hashes = {
        "personas": {name: sha256_of(text) for name, text in personas.items()},
        "prompts": {name: sha256_of(text) for name, text in plan.prompts.items()},
    }
    return folder.save(run.model_copy(update=hashes))


def read_inputs(folder: RunFolder, run: Run) -> tuple[list[Dossier], list[Persona], dict[str, str]]:
    """What `write_inputs` wrote: dossiers in the order asked, personas, prompt texts."""
    dossiers = [Dossier.model_validate_json(folder.read(f"dossiers/{slug}.json")) for slug in run.launches]
    personas = [Persona.model_validate_json(folder.read(f"inputs/personas/{name}.json")) for name in run.personas]
    prompts = {name: folder.read(f"inputs/prompts/{name}") for name in run.prompts}
    return dossiers, personas, prompts


def read_scenarios(folder: RunFolder) -> Scenarios | None:
    """The uses that plans were to be priced for when the run began; None for a run of before they were kept."""
    return load_scenarios(folder.read(SCENARIOS)) if (folder.path / SCENARIOS).is_file() else None


def read_base(folder: RunFolder) -> Review | None:
    """The review that answers are laid into; None for a run that makes reviews of its own."""
    return Review.model_validate_json(folder.read(BASE)) if (folder.path / BASE).is_file() else None


def write_outputs(
    folder: RunFolder, run: Run, reviews: Sequence[Review], comparison: Comparison | None,
    raw: Mapping[tuple[str, int], str],
) -> Run:  # fmt: skip
    """Records and pages, then the finished manifest. raw: (ledger key, attempt) -> the reply as it came."""
    for review in reviews:
        for opinion in review.opinions:
            path = f"opinions/{review.slug}/{opinion.juror.persona_id}.json"
            folder.write(path, pretty_json(_opinion_entry(opinion, raw)))
        base = "" if len(reviews) == 1 else f"reviews/{review.slug}/"
        for name, text in _review_files(review).items():
            folder.write(base + name, text)
    if comparison:
        flags = check_comparison(comparison)
        folder.write("comparison.json", pretty_json(comparison))
        folder.write("report.html", comparison_html(comparison, flags))
        folder.write("report.md", comparison_markdown(comparison, flags))
    folder.write("spend.json", json.dumps([r.model_dump(mode="json") for r in run.spend], indent=1) + "\n")
    return folder.finish(run)


def write_launch(folder: RunFolder, review: Review, raw: Mapping[tuple[str, int], str]) -> None:
    """One launch of a batch: its files in `launches/<slug>/`, their hashes in `files.json` there, written last."""
    opinions = {o.juror.persona_id: _opinion_entry(o, raw) for o in review.opinions}
    files = _review_files(review) | {"opinions.json": pretty_json(opinions)}
    folder.write_sealed(f"launches/{review.slug}", files)


def _review_files(review: Review) -> dict[str, str]:
    html, markdown = review_pages(review)
    return {"review.json": pretty_json(review), "report.html": html, "report.md": markdown}


def _opinion_entry(opinion: Opinion, raw: Mapping[tuple[str, int], str]) -> dict[str, object]:
    """The opinion, and the replies it was made of as they came."""
    replies = [raw.get((call.key, call.attempt), "") for call in opinion.calls]
    return {"opinion": opinion, "raw": replies}
