"""Style and scripts: read once, served under a name that changes with any of their bytes, kept by browsers for a year.

The hash is of all files together and is a folder, so that a module's `import "./keys.js"` finds its own generation.
"""

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}


@dataclass(frozen=True)
class Assets:
    """The files by name, and the name of their generation."""

    contents: dict[str, bytes]
    generation: str  # 12 hex digits

    def path(self, name: str) -> str:
        """Where a browser gets it. Raises KeyError for a file there is not."""
        if name not in self.contents:
            raise KeyError(name)
        return f"/static/{self.generation}/{name}"


@cache
def assets() -> Assets:
    """Those of this package."""
    folder = files("panel.web") / "static"
    found = sorted(entry.name for entry in folder.iterdir() if entry.name[entry.name.rfind(".") :] in TYPES)
    contents = {name: (folder / name).read_bytes() for name in found}
    digest = hashlib.sha256()
    for name, content in contents.items():
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return Assets(contents, digest.hexdigest()[:12])
