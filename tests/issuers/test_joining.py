"""Which records are one issuer, without a database."""

from datetime import UTC, datetime
from uuid import UUID, uuid5

from hypothesis import given
from hypothesis import strategies as st

from app.documents.issuer_rows import link_of
from app.issuers.joining import join_records
from app.issuers.names import NameRole, RecordName

SPACE = UUID(int=1)
LINKED = {NameRole.OWN, NameRole.WEAK, NameRole.FORMER, NameRole.SEEN}


def record(key: str) -> UUID:
    return uuid5(SPACE, key)


def names(key: str, *given: tuple[NameRole, str], documents: int = 1) -> list[RecordName]:
    """Return the names of the record with this key."""
    return [
        RecordName(record(key), role, "cover", form, form.title(), _link(role, form), documents) for role, form in given
    ]


def _link(role: NameRole, form: str) -> str | None:
    if role in LINKED:
        return link_of(form)
    return f"{role.value}:{form}" if role in (NameRole.LEI, NameRole.TICKER, NameRole.SAME) else None


def join(*records: list[RecordName]) -> set[frozenset[UUID]]:
    return {issuer.ids for issuer in join_records([name for one in records for name in one])}


def together(*keys: str) -> frozenset[UUID]:
    return frozenset(map(record, keys))


def own(form: str) -> tuple[NameRole, str]:
    return NameRole.OWN, form


def former(form: str) -> tuple[NameRole, str]:
    return NameRole.FORMER, form


def cik(number: str) -> tuple[NameRole, str]:
    return NameRole.CIK, number


def test_name_without_identifier_belongs_to_the_only_issuer_of_that_name():
    assert join(names("c1", cik("1"), own("acme")), names("a", own("acme"))) == {together("c1", "a")}


def test_one_name_of_two_identified_issuers_joins_nothing():
    found = join(names("c1", cik("1"), own("acme")), names("c2", cik("2"), own("acme")), names("a", own("acme")))
    assert found == {together("c1"), together("c2"), together("a")}


def test_former_name_joins_the_documents_under_the_older_name():
    assert join(names("n", own("acme"), former("ostmark")), names("o", own("ostmark"))) == {together("n", "o")}


def test_own_name_counts_more_than_a_former_name_of_another_issuer():
    found = join(
        names("c1", cik("1"), own("newco"), former("acme")),
        names("c2", cik("2"), own("acme")),
        names("a", own("acme")),
    )
    assert found == {together("c1"), together("c2", "a")}


def test_chain_of_former_names_is_followed():
    found = join(names("a", own("a")), names("b", own("b"), former("a")), names("c", own("c"), former("b")))
    assert found == {together("a", "b", "c")}


def test_legal_entity_identifier_joins_different_names():
    lei = (NameRole.LEI, "x")
    assert join(names("a", own("acme"), lei), names("b", own("acme finance"), lei)) == {together("a", "b")}


def test_misread_name_is_corrected_by_a_ticker_or_by_a_name_in_the_text():
    acme = names("c1", cik("1"), own("acme"), (NameRole.TICKER, "acm"))
    other = names("c2", cik("2"), own("ostmark"))
    by_ticker = names("d1", (NameRole.WEAK, "annual review"), (NameRole.TICKER, "acm"))
    by_name = names("d2", (NameRole.SEEN, "acme"))
    assert join(acme, other, by_ticker, by_name) == {together("c1", "d1", "d2"), together("c2")}


def test_misread_name_with_names_of_two_issuers_stays_alone():
    acme, ostmark = names("a", own("acme")), names("o", own("ostmark"))
    found = join(acme, ostmark, names("d", (NameRole.SEEN, "acme"), (NameRole.SEEN, "ostmark")))
    assert found == {together("a"), together("o"), together("d")}


def test_spaces_of_a_name_do_not_count():
    assert join(names("a", own("a cme h oldings")), names("b", (NameRole.OWN, "acme holdings"))) == {together("a", "b")}


def test_merger_of_an_editor_joins_issuers_with_different_identifiers():
    same = (NameRole.SAME, "token")
    found = join(
        names("c1", cik("1"), own("acme"), same),
        names("c2", cik("2"), own("ostmark"), same),
        names("o", own("ostmark")),
    )
    assert found == {together("c1", "c2", "o")}


def test_split_record_is_joined_by_no_name_and_takes_later_documents_of_its_name():
    split = names("s", (NameRole.APART, ""), own("ostmark"))
    rest = names("c1", cik("1"), own("acme"), former("ostmark"))
    assert join(split, rest, names("later", own("ostmark"))) == {together("s", "later"), together("c1")}


def test_split_record_whose_name_stays_with_the_rest_is_joined_with_nothing():
    made_at = datetime(2031, 1, 2, tzinfo=UTC)
    apart = RecordName(record("s"), NameRole.APART, "editor", "", "", None, 1, made_at)
    split = [*names("s", own("acme")), apart]
    assert join(split, names("rest", own("acme"))) == {together("s"), together("rest")}


def test_shown_name_is_the_current_one_in_its_usual_spelling():
    (issuer,) = join_records(
        [
            *names("n", own("newco"), former("acme"), documents=2),
            *names("o", own("acme"), documents=9),
            RecordName(record("n"), NameRole.OWN, "tag", "newco", "NEWCO", link_of("newco"), 2),
        ]
    )
    assert issuer.name == "Newco"
    assert issuer.list_forms(NameRole.OWN) == ("acme", "newco")


FORMS = st.sampled_from(["acme", "ostmark", "newco", "juniper"])
ROLES = st.sampled_from(
    [NameRole.OWN, NameRole.FORMER, NameRole.SEEN, NameRole.WEAK, NameRole.TICKER, NameRole.LEI, NameRole.SAME]
)
RECORDS = st.dictionaries(
    st.sampled_from("abcdefgh"),
    st.tuples(st.lists(st.tuples(ROLES, FORMS), min_size=1, max_size=3), st.sampled_from(["", "1", "2"])),
    max_size=8,
)


@given(st.data(), RECORDS)
def test_issuers_do_not_depend_on_the_order_of_names(data, records):
    made = [
        name
        for key, (given_names, number) in records.items()
        for name in names(key, *given_names, *([cik(number + key)] if number else []))
    ]
    first = join_records(made)
    assert join_records(data.draw(st.permutations(made))) == first
    assert sorted(each for issuer in first for each in issuer.ids) == sorted(map(record, records))
