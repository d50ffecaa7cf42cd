"""What is known beyond one draft, as opening it asks: what critics wrote elsewhere, which checks editors wave away."""

from typing import Protocol

from panel.records import Flag, Review


class Archive(Protocol):
    """What a desk asks of it. Any thread may ask."""

    def flags(self, printed: Review, scope: str) -> tuple[Flag, ...]:
        """Flags that other products' reviews give rise to; scope: the product itself."""
        ...

    def lowered(self, flags: tuple[Flag, ...]) -> tuple[Flag, ...]:
        """The flags, those of checks that editors mostly dismiss as notes that say so."""
        ...

    def remember(self, printed: Review, scope: str) -> None:
        """Keep these words for later drafts. Writes by itself: never within a transaction."""
        ...


class NoArchive:
    """For a desk whose prose is compared with nothing."""

    def flags(self, printed: Review, scope: str) -> tuple[Flag, ...]:
        return ()

    def lowered(self, flags: tuple[Flag, ...]) -> tuple[Flag, ...]:
        return flags

    def remember(self, printed: Review, scope: str) -> None:
        return


NO_ARCHIVE = NoArchive()
