"""A model summarises the parts of sections, then joins them. Each sentence is verified; what is late is said."""

import asyncio
from dataclasses import replace

import pytest

from app.answers.claims import ClaimPart, Writer
from app.answers.offered import ForModel
from app.answers.sections import ChosenSections, SectionPart
from app.answers.writing.drafting import Drafter, VerifiedDraft
from app.answers.writing.model_writer import ModelWriter
from app.answers.writing.section_writer import JOINED, PART, SectionWriter
from app.llm.errors import ModelUnavailableError
from app.llm.pacing import READS, Pace, PacedChat
from tests.answers.lines import find_line

QUESTION = "Summarise the risk factors of Plain Holdings"
SENTENCES = (
    "Our depots depend on a single supplier of lanterns.",
    "The term loan limits our dividends to $40 million a year.",
    "A flood closed two depots in 2021.",
)


@pytest.fixture
def parts(library):
    """Return the parts of a section: a sentence on each of three pages, in a part each."""
    passages = [
        library.add(f"Risk Factors\n\n{sentence}\n", number=at) for at, sentence in enumerate(SENTENCES, start=11)
    ]
    return tuple(SectionPart("Risk Factors", (passage,)) for passage in passages)


@pytest.fixture
def summarise(extractive, prompts, understand, library, stub_chat, parts):
    """Return a function that summarises parts with a model that calls `on_part` and `on_join` for its requests."""

    def run(on_part=None, on_join=None, *, of=parts, seconds=60.0, writer=None, show=None) -> VerifiedDraft:
        run.chat = stub_chat(
            lambda request: (on_part or quote)(request) if request.schema_name == PART else on_join(request)
        )
        run.writer = writer or SectionWriter(chat=run.chat, prompts=prompts)
        drafter = Drafter(
            extractive=extractive,
            model=ModelWriter(chat=run.chat, prompts=prompts),
            sections=run.writer,
            summary_seconds=seconds,
        )
        beside = ForModel(sections=ChosenSections("Risk Factors", library.passages[0], tuple(of)))
        return asyncio.run(
            drafter.draft(
                QUESTION, understand(QUESTION), library.passages[:2], library.pages, library.tables, show, beside
            )
        )

    return run


def quote(request):
    """Quote the sentence of the part that a request has."""
    sentence = next(each for each in SENTENCES if each in request.messages[1].content)
    return {"claims": [{"text": sentence, "evidence": [find_line(request, sentence)[0]]}]}


def join(*texts):
    """Return a model that writes texts; each stands on the statements with its first words."""

    def behave(request):
        return {"claims": [{"text": text, "evidence": [find_line(request, part)[0]]} for text, part in texts]}

    return behave


def fail(_request):
    raise ModelUnavailableError


async def wait(_request):
    await asyncio.Event().wait()


def test_parts_are_joined_and_cite_the_quotes_behind_their_statements(summarise) -> None:
    joined = join(("The term loan limits dividends to $40 million.", "term loan"), (SENTENCES[0], "single supplier"))
    draft = summarise(on_join=joined)
    assert [(claim.text, claim.part) for claim in draft.shown] == [
        ("The term loan limits dividends to $40 million.", ClaimPart.ANSWER),
        (SENTENCES[0], ClaimPart.SUPPORT),
    ]
    assert [[span.quote for span in claim.citations] for claim in draft.shown] == [[SENTENCES[1]], [SENTENCES[0]]]
    assert [request.schema_name for request in summarise.chat.requests] == [PART] * 3 + [JOINED]
    assert (draft.writer, draft.degraded, draft.left_out, draft.usage.tokens_in) == (Writer.MODEL, None, (), 2_800)


def test_only_verified_statements_are_joined(summarise) -> None:
    def invent(request):
        good = quote(request)["claims"][0]
        return {"claims": [{**good, "text": "The splendid Lantern business grew by 90%."}, good]}

    summarise(on_part=invent, on_join=join((SENTENCES[0], "single supplier")))
    assert "splendid" not in summarise.chat.requests[-1].messages[1].content


@pytest.mark.parametrize(
    "on_join",
    [fail, lambda request: None, join(("Dividends are limited to $41 million.", "term loan"))],
    ids=["down", "nonsense", "unsupported"],
)
def test_statements_of_the_parts_are_the_summary_if_they_cannot_be_joined(summarise, on_join) -> None:
    draft = summarise(on_join=on_join)
    assert [claim.text for claim in draft.shown] == list(SENTENCES)
    assert (draft.writer, draft.degraded) == (Writer.MODEL, None)


def test_part_that_fails_is_said_to_be_left_out(summarise) -> None:
    def some(request):
        return fail(request) if SENTENCES[1] in request.messages[1].content else quote(request)

    draft = summarise(on_part=some, on_join=join((SENTENCES[2], "flood")))
    assert [claim.text for claim in draft.shown] == [SENTENCES[2]]
    assert draft.left_out == ("“Risk Factors” (page 12)",)


def test_part_that_is_late_is_said_to_be_left_out(summarise) -> None:
    def some(request):
        return wait(request) if SENTENCES[1] in request.messages[1].content else quote(request)

    draft = summarise(on_part=some, on_join=wait, seconds=0.5)
    assert [claim.text for claim in draft.shown] == [SENTENCES[0], SENTENCES[2]]
    assert draft.left_out == ("“Risk Factors” (page 12)",)


@pytest.mark.parametrize("on_part", [fail, lambda request: None], ids=["down", "nonsense"])
def test_built_in_writer_answers_if_no_part_is_read(summarise, on_part) -> None:
    draft = summarise(on_part=on_part)
    assert draft.writer is Writer.EXTRACTIVE
    assert draft.degraded is not None


def test_single_part_is_streamed_and_needs_one_request(summarise, parts) -> None:
    shown = []

    async def show(claim) -> None:
        shown.append(claim.text)

    async def write(request):
        for claim in quote(request)["claims"]:
            yield claim
            assert shown == [SENTENCES[0]]

    draft = summarise(on_part=write, of=parts[:1], show=show)
    assert [claim.text for claim in draft.shown] == shown == [SENTENCES[0]]
    assert len(summarise.chat.requests) == 1


def test_part_is_read_once_for_all_questions(summarise, parts) -> None:
    summarise(on_join=join((SENTENCES[2], "flood")))
    first = summarise.chat
    draft = summarise(writer=summarise.writer, of=parts[1:])
    assert [request.schema_name for request in first.requests] == [PART] * 3 + [JOINED] * 2
    assert [claim.text for claim in draft.shown] == [SENTENCES[2]]


def test_kept_summary_does_not_reveal_that_another_document_has_the_same_text(summarise, parts, library) -> None:
    summarise(of=parts[:1])
    first = summarise.chat
    copy = library.add(library.pages[(parts[0].passages[0].version_id, 11)], number=11)
    (claim,) = summarise(writer=summarise.writer, of=[replace(parts[0], passages=(copy,))]).shown
    assert [span.document_id for span in claim.citations] == [copy.document_id]
    assert len(first.requests) == 2


def test_at_most_so_many_parts_are_read_at_once(summarise, prompts, parts, stub_chat) -> None:
    running = most = 0

    async def read(request):
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1
        return quote(request)

    chat = stub_chat(lambda request: read(request) if request.schema_name == PART else fail(request))
    summarise(writer=SectionWriter(chat=chat, prompts=prompts, at_once=2))
    assert most == 2


def test_text_of_the_documents_is_fenced_in_both_prompts(summarise) -> None:
    summarise(on_join=join((SENTENCES[0], "single supplier")))
    for request in summarise.chat.requests:
        system, user = request.messages
        boundary = system.content.split("<<end ")[1].split(">>")[0]
        assert user.content.count(f"<<data {boundary} ") == user.content.count(f"<<end {boundary}>>") == 2
        assert not any(sentence in system.content for sentence in SENTENCES)


def test_slow_local_model_is_not_asked_to_summarise_several_parts(summarise, prompts, stub_chat) -> None:
    pace = Pace(clock=lambda: 0.0)
    pace.set(tokens_in=int(READS), tokens_out=0, seconds=1.0)
    chat = stub_chat(fail)
    writer = SectionWriter(chat=PacedChat(chat, pace=pace), prompts=prompts, pace=pace)
    draft = summarise(writer=writer)
    assert (chat.requests, draft.writer, draft.degraded) == ([], Writer.EXTRACTIVE, "model-unavailable")
