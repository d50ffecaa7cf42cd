"""Heavy libraries are loaded when they are first needed, not when a room is imported."""

import subprocess
import sys

HEAVY = ("rapidfuzz", "genai_prices")


def test_importing_the_pure_rooms_loads_no_heavy_library():
    code = f"import sys, panel.checks, panel.tally, panel.money; print([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
