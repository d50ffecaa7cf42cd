"""Our ledger and the server's bill, held against each other answer by answer."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tests.support.databases import rows_of
from tests.support.providers.server import Fake

LEDGER = "select state, raw, cost_usd from calls"
TOO_LATE = "select count(*) from calls where state = 'failed' and why like '%did not answer within%'"


def calls_in_flight(url: str) -> int:
    """Calls that stand as sent and are in no provider batch: right after a kill, those it cut off."""
    return int(rows_of(url, "select count(*) from calls where state = 'sent' and batch_id = ''")[0][0])


@dataclass(frozen=True)
class Books:
    """Both sums, and what lies between them: answers that were billed and never reached us."""

    ours_usd: Decimal
    unheard_usd: Decimal
    bill_usd: Decimal
    answers: int  # on the bill
    unheard: int  # of these
    cut_off: int  # of these, written to our socket: of a process that was killed, or that had given up on them
    late: int  # calls that were given up after their time, hanging ones among them
    again: int  # answers made though one for the same question had been written to our socket

    def __str__(self) -> str:
        return (
            f"ours ${self.ours_usd} + ${self.unheard_usd} for {self.unheard} answers that never reached us = bill "
            f"${self.bill_usd} for {self.answers} answers; {self.again} asked again after the server had written them"
        )


def read_books(url: str, fake: Fake) -> Books:
    """Every answer in the ledger is one line of the bill, at the bill's price; the rest of the bill never reached us."""
    lines = {line.reply_id: line for line in fake.bill.lines}
    assert len(lines) == len(fake.bill.lines), "two answers of one name"
    kept: set[str] = set()
    for state, raw, cost_usd in rows_of(url, LEDGER):
        if state == "answered":
            name = json.loads(raw)["id"]
            assert name not in kept, f"{name} is in the ledger twice"
            assert Decimal(cost_usd) == lines[name].usd, (
                f"{name} cost {lines[name].usd}, and the ledger says {cost_usd}"
            )
            kept.add(name)
    unheard = [line for name, line in lines.items() if name not in kept]
    return Books(
        ours_usd=fake.bill.sum_of([lines[name] for name in kept]),
        unheard_usd=fake.bill.sum_of(unheard),
        bill_usd=fake.bill.usd,
        answers=len(lines),
        unheard=len(unheard),
        cut_off=sum(line.arrived for line in unheard),
        late=int(rows_of(url, TOO_LATE)[0][0]),
        again=fake.bill.repeats_after_arrival,
    )


def assert_books_meet(
    books: Books, summary: Mapping[str, Any], *, in_flight: int, untold: int, in_files: int = 0
) -> None:
    """To the last digit, and nothing paid twice but what was in flight at a kill or came after its time.

    in_flight: calls a kill cut off. untold: calls that came to nothing without being on the bill, and are of unknown
    price to us all the same. in_files: lines of results files that arrived and could not be read, at most.
    """
    spend = summary["spend"]
    assert Decimal(spend["cost_usd"]) == books.ours_usd
    assert books.ours_usd + books.unheard_usd == books.bill_usd
    assert sum(Decimal(model["cost_usd"]) for model in spend["models"]) == books.ours_usd
    assert books.cut_off <= in_flight + books.late, "an answer reached us and was not kept"
    assert books.again <= in_flight + books.late, "an answer that we had was paid for again"
    assert spend["calls"] - spend["unpriced_calls"] == books.answers - books.unheard
    assert books.unheard <= spend["unpriced_calls"] <= books.unheard + in_flight + untold + in_files
