"""What a launch costs a batch, on SQLite and on Postgres: CPU, rows, bytes, transactions. docs/scale.md rests on it.

    python benchmarks/launches.py                  # 20 and 120 launches of 5,000 tokens, all critics: two minutes
    python benchmarks/launches.py --tokens 500     # short ones

Each figure is the difference of two runs of `panel batch` divided by the launches between them, so that start-up and
what a run writes once are in none. The provider answers at once; its CPU is not counted, nor is that of Postgres'
server, which stands on this machine with `fsync` off. Transactions and the write-ahead log are what Postgres counts; on
SQLite the program does the same.
"""

import argparse
import tempfile
import warnings
from collections.abc import Mapping
from pathlib import Path

from day import GPT, lay_out, note, panel, provider

Costs = dict[str, float]  # what -> how much of it, of one run
COUNTED = (  # as Postgres counts: what, and where it says so
    ("transactions", "select xact_commit from pg_stat_database where datname = current_database()"),
    ("rows written", "select tup_inserted + tup_updated from pg_stat_database where datname = current_database()"),
    ("kB of write-ahead log", "select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') / 1000"),
)


def measure(launches: int, tokens: int, url: str) -> Costs:
    """One run. url: of a database, "" for a file in the workspace."""
    with tempfile.TemporaryDirectory() as folder, provider() as it:
        at = lay_out(Path(folder) / "day", launches, characters=4 * tokens)
        runs = at / "runs"
        database = url or f"sqlite:///{runs / 'panel.db'}"
        before = counted(url) if url else {}
        variables = {**it.variables, **({"PANEL_DATABASE_URL": url} if url else {})}
        ran = panel("batch", "launches", "--yes", "--model", GPT, at=at, variables=variables)
        found = {"ms CPU": 1000 * ran.cpu_s, **rows_kept(database), "kB in the database": kilobytes(database)}
        if url:
            found |= {what: value - before[what] for what, value in counted(url).items()}
        files = [path for path in runs.rglob("*") if path.is_file() and not path.name.startswith("panel.db")]
        return {**found, "files": len(files), "kB of files": sum(path.stat().st_size for path in files) / 1000}


def rows_kept(database: str) -> Costs:
    """Rows that stand in each table at the end; those that grow with launches differ between two runs."""
    from tests.support.databases import rows_of

    from panel.store.tables.core import metadata

    named = sorted(metadata.tables)
    return {f"rows of {name}": float(rows_of(database, f"select count(*) from {name}")[0][0]) for name in named}


def kilobytes(database: str) -> float:
    from store import kilobytes

    return kilobytes(database)


def counted(url: str) -> Costs:
    """What the server has counted; a session's own counts reach it when the session ends."""
    from tests.support.databases import rows_of

    return {what: float(rows_of(url, query)[0][0]) for what, query in COUNTED}


def difference(few: Mapping[str, float], many: Mapping[str, float], launches: int) -> Costs:
    each = {what: (many[what] - few[what]) / launches for what in many}
    return {what: value for what, value in each.items() if abs(value) >= 0.005}


def compare(args: argparse.Namespace) -> None:
    import store  # noqa: F401  puts the tests' databases on the path
    from tests.support.databases import Postgres

    warnings.simplefilter("ignore")
    found: dict[str, Costs] = {}
    postgres = Postgres()
    try:
        for name in ("SQLite", "Postgres"):
            rounds = []
            for launches in (args.few, args.launches):
                if name == "SQLite":
                    rounds.append(measure(launches, args.tokens, ""))
                else:
                    with postgres.database() as url:
                        rounds.append(measure(launches, args.tokens, url))
            found[name] = difference(rounds[0], rounds[1], args.launches - args.few)
    finally:
        postgres.stop()
    print(f"a launch of {args.tokens} tokens, 5 critics, between {args.few} and {args.launches} launches")
    for what in dict.fromkeys([*found["SQLite"], *found["Postgres"]]):
        cells = (f"{costs[what]:>12.2f}" if what in costs else f"{'':>12}" for costs in found.values())
        print(f"  {what:<28}" + "".join(cells) + ("" if what != "ms CPU" else "   " + ", ".join(found)))
    said = " and ".join(f"{costs['ms CPU']:.0f} ms on {name}" for name, costs in found.items())
    note(f"CPU a launch, 5 critics, {args.tokens} tokens", said)
    said = " and ".join(f"{costs['kB in the database']:.0f} kB on {name}" for name, costs in found.items())
    note(f"database a launch, 5 critics, {args.tokens} tokens", said)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--few", type=int, default=20)
    parser.add_argument("--launches", type=int, default=120)
    parser.add_argument("--tokens", type=int, default=5000, help="of a dossier")
    compare(parser.parse_args())


if __name__ == "__main__":
    main()
