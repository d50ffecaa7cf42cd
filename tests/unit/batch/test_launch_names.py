"""Names by which tools called alike are told apart."""

from tests.support.dossiers import make_dossier

from panel.batch.launch import names_for
from panel.records import Announcement, BatchRow


def row(number: int = 7, homepage: str = "") -> BatchRow:
    return BatchRow(row=number, said=Announcement(source="feed", at="entry 7", name="Atlas", homepage=homepage))


def test_a_launchs_own_name_comes_first_then_its_site_then_its_row() -> None:
    found = names_for(make_dossier("Atlas"), row(homepage="https://www.atlas.dev/start"))
    assert [dossier.launch.name for dossier in found] == ["Atlas", "Atlas (atlas.dev)", "Atlas (row 7)"]


def test_a_launch_without_a_site_is_told_apart_by_its_row() -> None:
    assert [d.launch.name for d in names_for(make_dossier("Atlas"), row())] == ["Atlas", "Atlas (row 7)"]


def test_the_longest_name_stays_a_name_and_each_has_a_slug_of_its_own() -> None:
    found = list(
        names_for(make_dossier("A" * 100), row(homepage="https://a-very-long-host-name-for-a-small-tool.example"))
    )
    assert len({dossier.launch.slug for dossier in found}) == 3
    assert all(len(dossier.launch.name) <= 120 for dossier in found)
