"""Launch files in, dossiers out: dated, hashed sources cut into numbered passages."""

from panel.dossier.build import build_dossier
from panel.dossier.launch_file.launch_template import launch_template
from panel.dossier.launch_file.read_launch import read_launches, tidy_launch
from panel.dossier.trim import count_tokens, trim_dossier

__all__ = ["build_dossier", "count_tokens", "launch_template", "read_launches", "tidy_launch", "trim_dossier"]
