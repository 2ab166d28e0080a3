"""Response schemas of reading one document."""

from uuid import UUID

from pydantic import BaseModel, Field

from app.retrieval.reading.service import Hits, Outline


class HeadingOut(BaseModel):
    """A heading, the page on which its text begins, and its depth (1 outermost)."""

    title: str
    page: int
    level: int


class OutlineOut(BaseModel):
    """The headings of a version. `printed` has the numbers that are printed on its pages, by the pages' own numbers."""

    version_id: UUID
    headings: list[HeadingOut]
    printed: dict[int, str] = Field(examples=[{"57": "55"}])

    @staticmethod
    def of(outline: Outline) -> "OutlineOut":
        headings = [HeadingOut(title=each.title, page=each.page, level=each.level) for each in outline.headings]
        return OutlineOut(version_id=outline.version_id, headings=headings, printed=outline.printed)


class HitOut(BaseModel):
    """A passage with the words: the page's text from `start` to `end`, and the text around it on one line."""

    page: int
    start: int
    end: int
    before: str
    found: str
    after: str


class HitsOut(BaseModel):
    """The passages with the words, in order. `more` states that the document has more than these."""

    version_id: UUID
    items: list[HitOut]
    more: bool

    @staticmethod
    def of(hits: Hits) -> "HitsOut":
        items = [
            HitOut(page=hit.page, start=hit.start, end=hit.end, before=hit.before, found=hit.found, after=hit.after)
            for hit in hits.items
        ]
        return HitsOut(version_id=hits.version_id, items=items, more=hits.more)
