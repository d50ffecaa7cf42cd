"""Prompt templates: texts that people edit, rendered the same way every time.

The texts come in as strings: which folder they stand in is the store's business. Rendering is sandboxed and strict,
knows neither clock nor chance, and escapes nothing: a prompt is plain text, and page text is neutralised before it
gets here (`question.quoted`).
"""

from collections.abc import Mapping
from typing import Any

import yaml
from jinja2 import DictLoader, StrictUndefined, TemplateError, TemplateNotFound
from jinja2.sandbox import ImmutableSandboxedEnvironment

from panel.errors import Mistake
from panel.records import sha256_of

NEEDED = ("system.j2", "dossier.j2", "persona.j2", "trial.j2", "repair.j2", "moves.yaml")


class Templates:
    """The prompt files of a workspace by name, with the hash of each.

    texts: file name -> its text, all of `NEEDED` among them; Mistake names the ones that are missing.
    """

    def __init__(self, texts: Mapping[str, str]) -> None:
        missing = [name for name in NEEDED if name not in texts]
        if missing:
            raise Mistake(
                f"The prompts folder has no {', '.join(repr(name) for name in missing)}.",
                hint="Put the file back, or run `panel init` in an empty folder and copy it from there.",
            )
        self.texts = dict(texts)
        self._parsed: dict[str, Any] = {}  # by name: reading moves.yaml costs as much as half a launch's prompts
        self.fingerprint = {name: sha256_of(texts[name]) for name in sorted(texts)}
        self._environment = ImmutableSandboxedEnvironment(
            loader=DictLoader(self.texts),
            undefined=StrictUndefined,
            autoescape=False,  # plain text for a model; pages escape when they draw
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )

    def render(self, name: str, /, **values: Any) -> str:
        """The template's text with these values, without surrounding blank lines.

        Mistake when the template is broken or names a value that we do not give.
        """
        try:
            return self._environment.get_template(name).render(values).strip() + "\n"
        except TemplateNotFound as error:
            raise Mistake(f"Prompt {error.name!r} is not in the prompts folder.", hint="Check its name.") from error
        except TemplateError as error:
            where = f", line {line}" if (line := getattr(error, "lineno", None)) else ""
            raise Mistake(f"Prompt {name!r}{where}: {error.message}.", hint="Correct the template.") from error

    def settings(self, name: str) -> Any:
        """A YAML file among the prompts, parsed safely, once; to be read only. Mistake when it is not YAML."""
        try:
            if name not in self._parsed:
                self._parsed[name] = yaml.safe_load(self.texts[name])
            return self._parsed[name]
        except yaml.YAMLError as error:
            raise Mistake(f"Prompt file {name!r} is not YAML: {yaml_problem(error)}.", hint="Mend it.") from error


def yaml_problem(error: yaml.YAMLError) -> str:
    """The problem and the line it was noticed on, without a full stop."""
    mark = getattr(error, "problem_mark", None)
    words = " ".join(str(getattr(error, "problem", None) or error).split())
    return f"line {mark.line + 1}: {words}" if mark else words
