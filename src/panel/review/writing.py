"""The run folder's content: what was asked with, what came back, the records and the pages drawn from them.

manifest.json                      written last; the folder is finished only then
inputs/personas/<id>.json          as they were when asked
inputs/prompts/<template>          as they were when asked
dossiers/<slug>.json               as it was found; the review holds what its jurors read
opinions/<slug>/<persona>.json     the opinion, and the raw replies it was made of
review.json, report.html, report.md            one launch
reviews/<slug>/review.json, report.html, ...   several launches
comparison.json, report.html, report.md        two launches compared
spend.json
"""

import json
from collections.abc import Mapping, Sequence

from panel.checks import check_comparison
from panel.pages import comparison_html, comparison_markdown, review_html, review_markdown
from panel.records import Comparison, Dossier, Persona, Review, Run, Value, sha256_of
from panel.review.plan import Plan
from panel.store import RunFolder


def pretty(value: Value) -> str:
    """A record as people diff it: indented JSON, UTF-8, one final newline."""
    return json.dumps(value.model_dump(mode="json"), indent=1, ensure_ascii=False) + "\n"


def write_inputs(folder: RunFolder, plan: Plan, run: Run) -> Run:
    """Personas, prompts and dossiers as they stand now; a resume reads them from here."""
    personas = {p.persona_id: pretty(p) for p in plan.personas}
    for name, text in personas.items():
        folder.write(f"inputs/personas/{name}.json", text)
    for name, text in plan.prompts.items():
        folder.write(f"inputs/prompts/{name}", text)
    for dossier in plan.found:
        folder.write(f"dossiers/{dossier.launch.slug}.json", pretty(dossier))
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


def write_outputs(
    folder: RunFolder,
    run: Run,
    reviews: Sequence[Review],
    comparison: Comparison | None,
    raw: Mapping[tuple[str, int], str],
) -> Run:
    """Records and pages, then the finished manifest. raw: (ledger key, attempt) -> the reply as it came."""
    for review in reviews:
        _write_opinions(folder, review, raw)
        base = "" if len(reviews) == 1 else f"reviews/{review.slug}/"
        folder.write(f"{base}review.json", pretty(review))
        folder.write(f"{base}report.html", review_html(review))
        folder.write(f"{base}report.md", review_markdown(review))
    if comparison:
        flags = check_comparison(comparison)
        folder.write("comparison.json", pretty(comparison))
        folder.write("report.html", comparison_html(comparison, flags))
        folder.write("report.md", comparison_markdown(comparison, flags))
    folder.write("spend.json", json.dumps([r.model_dump(mode="json") for r in run.spend], indent=1) + "\n")
    return folder.finish(run)


def _write_opinions(folder: RunFolder, review: Review, raw: Mapping[tuple[str, int], str]) -> None:
    for opinion in review.opinions:
        replies = [raw.get((call.key, call.attempt), "") for call in opinion.calls]
        entry = {"opinion": opinion.model_dump(mode="json"), "raw": replies}
        path = f"opinions/{review.slug}/{opinion.juror.persona_id}.json"
        folder.write(path, json.dumps(entry, indent=1, ensure_ascii=False) + "\n")
