"""What is wrong with a YAML text, in one line: the library's own words run over five."""

import yaml


def yaml_problem(error: yaml.YAMLError) -> str:
    """The problem and the line it was noticed on, without a full stop."""
    mark = getattr(error, "problem_mark", None)
    words = " ".join(str(getattr(error, "problem", None) or error).split())
    return f"line {mark.line + 1}: {words}" if mark else words
