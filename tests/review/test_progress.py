"""Comments, saved views, rules of who must agree, deals, workload, and the agreement of blind readers."""

from decimal import Decimal
from uuid import UUID

import pytest

from app.core.clock import SystemClock
from app.core.errors import PreconditionFailedError
from app.core.pagination import PageRequest
from app.core.principal import PermissionRequiredError
from app.review.comments.errors import MentionError
from app.review.comments.mentions import MentionService
from app.review.comments.service import CommentService
from app.review.policies.errors import PolicyNotFoundError
from app.review.policies.service import NewPolicy, PolicyService
from app.review.progress.agreement import PairedReading, agreement, by_field, by_pair
from app.review.progress.service import ProgressService
from app.review.saved.errors import ViewNotFoundError
from app.review.saved.service import NewView, ViewService
from app.review.schemas.definition import FieldPolicy
from tests.review.desk import READ


def build(kind, desk):
    return kind(database=desk.database.api, clock=SystemClock())


def test_comments_mention_reviewers_and_hide_what_a_blind_reader_says(desk):
    comments, mentions, task = build(CommentService, desk), build(MentionService, desk), desk.task()
    fee, law = (desk.field(task, key).row.id for key in ("fee", "law"))
    comments.add(desk.ana, fee, "Is this net?", [desk.cleo.user_id])
    assert [each.comment.body for each in mentions.list_mentions(desk.cleo, PageRequest()).items] == ["Is this net?"]
    assert mentions.list_mentions(desk.ben, PageRequest()).items == []
    with pytest.raises(MentionError):
        comments.add(desk.ana, fee, "?", [desk.reader.user_id])
    with pytest.raises(PermissionRequiredError):
        comments.add(desk.reader, fee, "?", [])
    comments.add(desk.ana, law, "I read Texas.", [])
    assert comments.list_comments(desk.ben, law).items == []
    for by in (desk.ana, desk.ben):
        desk.decide(by, task, "law", "approve")
    assert [each.body for each in comments.list_comments(desk.ben, law).items] == ["I read Texas."]


def test_saved_views_are_changed_by_their_user_only(desk):
    views = build(ViewService, desk)
    mine = views.save(desk.ana, NewView("Mine", {"whose": "mine"}))
    shared = views.save(desk.ana, NewView("Deals", {"schema": "deal"}, shared=True))
    assert [each.id for each in views.list_views(desk.ben)] == [shared.id]
    for change in (lambda: views.change(desk.ben, shared.id, NewView("x", {}), revision=None),
                   lambda: views.delete(desk.ben, mine.id)):  # fmt: skip
        with pytest.raises(ViewNotFoundError):
            change()
    assert views.change(desk.ana, mine.id, NewView("Ours", {}, shared=True), revision=1).revision == 2
    with pytest.raises(PreconditionFailedError):
        views.change(desk.ana, mine.id, NewView("Old", {}), revision=1)
    views.delete(desk.ana, mine.id)
    assert [each.name for each in views.list_views(desk.ana)] == ["Deals"]


def test_rules_by_amount_and_confidence_make_policies_stricter(desk):
    policies = build(PolicyService, desk)
    with pytest.raises(PermissionRequiredError):
        policies.add(desk.ana, NewPolicy(FieldPolicy.TWO))
    large = policies.add(desk.cleo, NewPolicy(FieldPolicy.BLIND, amount=Decimal("3000000"), unit="USD"))
    policies.add(desk.cleo, NewPolicy(FieldPolicy.TWO, confidence=0.95, field_key="signed"))
    task = desk.task()
    assert desk.decide(desk.ana, task, "signed", "approve").row.status == "entered"
    blind = desk.decide(desk.ana, task, "fee", "correct", "1 million")
    assert (blind.row.status, blind.my_reading.printed) == ("proposed", "USD 1,000,000")
    assert desk.decide(desk.ben, task, "fee", "correct", "1 million").row.status == "approved"
    small = desk.task(read=READ | {"fee": ("2 million", 0.9)})
    assert desk.decide(desk.ana, small, "fee", "correct", "9 million").row.status == "entered"
    policies.delete(desk.cleo, large.id)
    with pytest.raises(PolicyNotFoundError):
        policies.delete(desk.cleo, large.id)
    assert desk.decide(desk.ben, desk.task(read=READ | {"signed": ("2026-12-31", 0.99)}), "signed", "approve").in_force


def test_deals_workload_and_agreement_count_complete_readings_only(desk):
    progress = build(ProgressService, desk)
    first, second = desk.task(), desk.task()
    desk.decide(desk.ana, first, "signed", "approve")
    desk.decide(desk.ana, first, "law", "approve")
    desk.tasks.assign(desk.ana, second, desk.ben.user_id)
    desk.tasks.claim(desk.ben, second)
    (deal,) = progress.list_deals(desk.reader)
    assert (deal.name, deal.tasks, deal.fields_total, deal.fields_open) == ("Deals", {"open": 2}, 8, 7)
    assert deal.statuses == {"approved": 1, "proposed": 7}
    people = {each.person: each for each in progress.get_workload(desk.reader, days=1).people}
    assert people[desk.ana.user_id].actions == {"approve": 1}, "the blind reading is not complete"
    assert progress.get_workload(desk.ana, days=1).people[0].decisions == 1
    assert (people[desk.ben.user_id].assigned, people[desk.ben.user_id].claimed) == (1, 1)
    assert progress.get_agreement(desk.ana).total is None
    desk.decide(desk.ben, first, "law", "approve")
    desk.decide(desk.ben, second, "law", "approve")
    desk.tasks.release(desk.ben, second)
    desk.decide(desk.ana, second, "law", "correct", "Texas")
    view = progress.get_agreement(desk.reader)
    assert (view.fields["law"].readings, view.fields["law"].observed) == (2, 0.5)
    assert list(view.pairs) == [tuple(sorted([desk.ana.user_id, desk.ben.user_id]))]
    assert sum(day.decisions for day in progress.get_workload(desk.reader, days=1).days) == 5


ANA, BEN = UUID(int=1), UUID(int=2)


@pytest.mark.parametrize(
    ("pairs", "observed", "kappa"),
    [
        # Cohen 1960 defines kappa as (po - pe) / (1 - pe): here po = .7, pe = .5.
        ([("yes", "yes")] * 20 + [("yes", "no")] * 5 + [("no", "yes")] * 10 + [("no", "no")] * 15, 0.7, 0.4),
        ([("a", "a"), ("b", "b")], 1.0, 1.0),
        ([("a", "b"), ("b", "a")], 0.0, -1.0),
        ([("a", "a")] * 3, 1.0, None),
    ],
)
def test_kappa_is_agreement_beyond_chance(pairs, observed, kappa):
    found = agreement(pairs)
    assert found.observed == pytest.approx(observed)
    assert found.kappa == (None if kappa is None else pytest.approx(kappa))


def test_agreement_is_by_field_and_by_pair_in_either_order():
    readings = [PairedReading("law", ANA, BEN, "ohio", "ohio"), PairedReading("fee", BEN, ANA, "1", "2")]
    assert {key: each.observed for key, each in by_field(readings).items()} == {"law": 1.0, "fee": 0.0}
    assert by_pair(readings)[ANA, BEN].readings == 2
