"""Whatever is broken of the policy is seen: each mutation by the comparison that finds nothing in the policy itself."""

import os
from itertools import groupby

import pytest

from app.db.provision import _connect
from tests.policy.book import Book
from tests.policy.conftest import CHECKED
from tests.policy.mutations import AS_FOR_MANY, MUTATIONS
from tests.policy.tally import DifferenceError
from tests.policy.write_mutations import WRITE_MUTATIONS

AT_ONCE = "look"
SHOWN_AT_ONCE = [mutation for mutation in MUTATIONS if mutation.chapter == AT_ONCE]
SHOWN_LATER = sorted((each for each in MUTATIONS if each.chapter != AT_ONCE), key=lambda mutation: mutation.chapter)


def sample(mutations):
    """Every third of each chapter in a usual run, and all in `make prove-access`."""
    if "FOOTNOTE_PROVE_READS" in os.environ:
        return mutations
    chapters = [[*each] for _, each in groupby(mutations, key=lambda mutation: mutation.chapter)]
    return [mutation for chapter in chapters for mutation in chapter[::3]]


@pytest.fixture(scope="module")
def book(postgres, migrated_template):
    with Book.told(postgres, migrated_template) as told:
        yield told


@pytest.fixture(scope="module")
def looked_at(postgres, book):
    """A database that is only looked at, its story, and its superuser; in the end its policy is whole again."""
    with book.opened(AT_ONCE) as (database, story), _connect(postgres.url("postgres", database.name)) as connection:
        yield database, story, connection
        story.machine.look()


def break_it(postgres, database, mutation):
    with _connect(postgres.url("postgres", database.name)) as connection:
        mutation.apply(connection)


def test_there_are_many_ways_to_break_it_each_named_once():
    assert len(MUTATIONS) >= 24
    assert len(WRITE_MUTATIONS) >= 15
    every = (*MUTATIONS, *WRITE_MUTATIONS)
    assert len({mutation.name for mutation in every}) == len(every)


def test_usual_run_applies_mutations_of_every_chapter():
    assert len(SHOWN_AT_ONCE) >= 20
    applied = [*SHOWN_AT_ONCE, *sample(SHOWN_LATER)]
    assert {mutation.chapter for mutation in applied} == {mutation.chapter for mutation in MUTATIONS}


def test_in_one_life_everybody_sees_what_the_oracle_says(book, record_property):
    record_property(CHECKED, book.tally.told())
    assert book.tally.differences == 0
    assert book.tally.reads > 20_000


def test_whoever_is_in_many_groups_sees_what_the_oracle_says(postgres, book):
    with book.opened(AT_ONCE) as (database, story):
        break_it(postgres, database, AS_FOR_MANY)
        story.machine.here.tally.reads = 0
        story.tell_rest()
    assert story.machine.here.tally.differences == 0
    assert story.machine.here.tally.reads > 5_000


@pytest.mark.parametrize("mutation", SHOWN_AT_ONCE, ids=lambda mutation: mutation.name)
def test_a_broken_policy_is_found_by_looking(looked_at, mutation):
    database, story, connection = looked_at
    looking = story.resume_in(database).machine
    with mutation.applied(connection), pytest.raises(DifferenceError):
        looking.look()


@pytest.mark.parametrize("mutation", sample(SHOWN_LATER), ids=lambda mutation: mutation.name)
def test_a_broken_policy_is_found_when_things_change(postgres, book, mutation):
    with book.opened(mutation.chapter) as (database, story):
        break_it(postgres, database, mutation)
        with pytest.raises(DifferenceError):
            story.tell_from(mutation.chapter)


@pytest.mark.parametrize("mutation", sample(WRITE_MUTATIONS), ids=lambda mutation: mutation.name)
def test_who_may_write_what_is_not_theirs_is_found(postgres, book, mutation):
    with book.opened("overreach") as (database, story):
        break_it(postgres, database, mutation)
        with pytest.raises(DifferenceError):
            story.overreach()
