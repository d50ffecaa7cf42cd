"""What is known beyond one draft, as opening it asks: what critics wrote elsewhere."""

from typing import Protocol

from panel.records import Flag, Review


class Archive(Protocol):
    """What a desk asks of it. Any thread may ask."""

    def flags(self, printed: Review, scope: str) -> tuple[Flag, ...]:
        """Flags that other products' reviews give rise to; scope: the product itself."""
        ...

    def remember(self, printed: Review, scope: str) -> None:
        """Keep these words for later drafts. Writes by itself: never within a transaction."""
        ...


class NoArchive:
    """For a desk whose prose is compared with nothing."""

    def flags(self, printed: Review, scope: str) -> tuple[Flag, ...]:
        return ()

    def remember(self, printed: Review, scope: str) -> None:
        return


NO_ARCHIVE = NoArchive()
