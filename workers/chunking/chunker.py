"""Cuts a parsed document into chunks.

A heading begins a chunk. A table within the size limit stays whole, with the caption and units line before it. A longer
table is cut between rows, and each part repeats the header. Small neighbouring chunks are merged. A chunk never crosses
a page.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from app.documents.content.chunks import ChunkDraft, ChunkKind
from app.documents.content.parsed import ParsedDocument, ParsedPage
from app.documents.metadata import DocumentMetadata, DocumentType
from workers.chunking.headings import SectionTrail, running_titles
from workers.chunking.tokens import count_tokens
from workers.chunking.units import Role, Unit, page_units

CHUNKER_VERSION = "3"
_TABLE_ROLES = frozenset({Role.ROW, Role.HEADER_ROW})


@dataclass(frozen=True, slots=True)
class ChunkingParams:
    """Chunk sizes in cl100k tokens of `table_header` and `text` together.

    `target` is the usual size, and `most` is the maximum size. A chunk below `least` is merged with a neighbour. A
    table's caption has at most `caption_most` tokens.
    """

    target: int = 350
    least: int = 90
    most: int = 512
    caption_most: int = 80

    def __post_init__(self) -> None:
        if not 0 < self.least <= self.target <= self.most or self.most < 16:
            raise ValueError("chunk sizes must satisfy 0 < least <= target <= most, most >= 16")


@dataclass(frozen=True, slots=True)
class _Piece:
    """Consecutive units of one page that become a chunk, alone or merged with others."""

    units: tuple[Unit, ...]
    paths: tuple[tuple[str, ...], ...]
    table_header: str = ""
    header_tokens: int = 0
    part_of_split: int | None = None

    def tokens(self) -> int:
        return self.header_tokens + sum(unit.tokens for unit in self.units)

    def is_table(self) -> bool:
        rows = sum(unit.tokens for unit in self.units if unit.role in _TABLE_ROLES)
        return rows * 2 > sum(unit.tokens for unit in self.units)

    def path(self) -> tuple[str, ...]:
        """Return the path of headings above most of the piece's text."""
        weights: dict[tuple[str, ...], int] = {}
        for unit, path in zip(self.units, self.paths, strict=True):
            weights[path] = weights.get(path, 0) + unit.tokens
        return max(weights, key=lambda path: weights[path])


def chunk_document(
    parsed: ParsedDocument, metadata: DocumentMetadata, *, params: ChunkingParams
) -> tuple[ChunkDraft, ...]:
    """Return chunks in reading order. A page's chunks do not overlap, and cover all its text except white space."""
    trail = SectionTrail(running=running_titles(parsed.pages))
    context = document_context(metadata)
    chunks: list[ChunkDraft] = []
    for page in parsed.pages:
        for whole in _page_pieces(page, trail, params):
            for piece, tokens in _fitted(page, whole, params):
                chunks.append(_draft(len(chunks), page, piece, context, tokens=tokens))
    return tuple(chunks)


def document_context(metadata: DocumentMetadata) -> str:
    """Return the text with which every chunk's heading begins: issuer · document type · period.

    If the fiscal year is not named after the calendar year of its end, the end date is added.
    """
    kind = "" if metadata.document_type is DocumentType.OTHER else metadata.document_type.value
    name = metadata.issuer or metadata.title[:80]
    period, end = metadata.period_label(), metadata.period_end
    if end and metadata.fiscal_year and end.year != metadata.fiscal_year:
        period = f"{period} (ended {end.isoformat()})"
    return " · ".join(part for part in (name, kind, period) if part)


def _fitted(page: ParsedPage, piece: _Piece, params: ChunkingParams) -> Iterator[tuple[_Piece, int]]:
    """Yield the piece with its exact token count. A piece over the limit is halved until each part is within it."""
    tokens = piece.header_tokens + _count(page.text, piece.units)
    if tokens <= params.most or len(piece.units) == 1:
        yield piece, tokens
        return
    middle = len(piece.units) // 2
    yield from _fitted(page, replace(piece, units=piece.units[:middle], paths=piece.paths[:middle]), params)
    yield from _fitted(page, replace(piece, units=piece.units[middle:], paths=piece.paths[middle:]), params)


def _count(text: str, units: Sequence[Unit]) -> int:
    """Return the token count of the text from the first to the last unit.

    No token of cl100k continues after a line end, except with further white space. If each unit begins a line, the
    count is therefore the sum of the units' counts, of which only the last one includes white space that does not
    count.
    """
    *before, last = units
    if all(text[unit.start - 1] == "\n" for unit in units[1:]):
        return sum(unit.tokens for unit in before) + count_tokens(text[last.start : last.end])
    return count_tokens(text[units[0].start : last.end])


def _draft(ordinal: int, page: ParsedPage, piece: _Piece, context: str, *, tokens: int) -> ChunkDraft:
    start, end = piece.units[0].start, piece.units[-1].end
    path = piece.path()
    text = page.text[start:end]
    return ChunkDraft(
        ordinal=ordinal,
        kind=ChunkKind.TABLE if piece.is_table() else ChunkKind.TEXT,
        page_number=page.number,
        char_start=start,
        char_end=end,
        heading=" · ".join(part for part in (context, " > ".join(path)) if part),
        table_header=piece.table_header,
        text=text,
        section_path=path,
        token_count=tokens,
    )


def _page_pieces(page: ParsedPage, trail: SectionTrail, params: ChunkingParams) -> list[_Piece]:
    units = page_units(page, max_tokens=min(params.target, params.most * 3 // 4))
    paths: list[tuple[str, ...]] = []
    for unit in units:
        if unit.opens:
            trail.enter(unit.opens)
        paths.append(trail.path())
    pieces: list[_Piece] = []
    for begin, stop, table_from in _segments(units, params):
        segment = _Piece(tuple(units[begin:stop]), tuple(paths[begin:stop]))
        if segment.tokens() <= params.most and (table_from is not None or segment.tokens() <= params.target * 5 // 4):
            pieces.append(segment)
        elif table_from is not None:
            pieces.extend(_split_table(page, segment, table_from - begin, params))
        else:
            pieces.extend(_split_text(segment, params))
    return _merged(pieces, params)


def _segments(units: Sequence[Unit], params: ChunkingParams) -> Iterator[tuple[int, int, int | None]]:
    """Yield ranges of units that belong together: (begin, stop, index of the table's first row or None).

    A range begins at a heading, or at the caption of a table, which is the short lines before the table.
    """
    begin = 0
    index = 0
    while index < len(units):
        unit = units[index]
        if unit.role in _TABLE_ROLES:
            caption = _caption_start(units, begin, index, params)
            if caption > begin:
                yield begin, caption, None
            stop = index
            while stop < len(units) and units[stop].role in _TABLE_ROLES and units[stop].block == unit.block:
                stop += 1
            yield caption, stop, index
            begin = index = stop
            continue
        if unit.role is Role.HEADING and index > begin and units[index - 1].role is not Role.HEADING:
            yield begin, index, None
            begin = index
        index += 1
    if begin < len(units):
        yield begin, len(units), None


def _caption_start(units: Sequence[Unit], begin: int, table: int, params: ChunkingParams) -> int:
    """Return the start of the caption of the table at `table`. It is the headings and up to three lines before it."""
    start, tokens, lines = table, 0, 0
    while start > begin:
        unit = units[start - 1]
        lines += unit.role is Role.TEXT
        tokens += unit.tokens
        if tokens > params.caption_most or lines > 3:
            break
        start -= 1
    return start


def _split_table(page: ParsedPage, segment: _Piece, first_row: int, params: ChunkingParams) -> list[_Piece]:
    """Split a table that exceeds the size limit between rows. Later pieces repeat its caption and header rows."""
    rows = first_row
    while rows < len(segment.units) and segment.units[rows].role is Role.HEADER_ROW:
        rows += 1
    header, header_tokens = _repeated_header(page, segment.units[:rows], params)
    sizes = [unit.tokens for unit in segment.units]
    cuts = _even_cuts(sizes, room=params.target, first_extra=0, later_extra=header_tokens)
    pieces = []
    for number, (begin, stop) in enumerate(cuts):
        repeated = bool(number) and begin >= rows
        pieces.append(
            _Piece(
                segment.units[begin:stop],
                segment.paths[begin:stop],
                table_header=header if repeated else "",
                header_tokens=header_tokens if repeated else 0,
                part_of_split=number,
            )
        )
    return pieces


def _repeated_header(page: ParsedPage, units: Sequence[Unit], params: ChunkingParams) -> tuple[str, int]:
    """Return the text that later pieces repeat, with its token count: the caption and the header rows.

    If that text is too long, it is only the header rows. If they are too long as well, it is empty.
    """
    limit = params.most // 4
    for chosen in (units, [unit for unit in units if unit.role is Role.HEADER_ROW]):
        text = "\n".join(page.text[unit.start : unit.end] for unit in chosen)
        tokens = count_tokens(text + "\n")
        if text and tokens <= limit:
            return text, tokens
    return "", 0


def _split_text(segment: _Piece, params: ChunkingParams) -> list[_Piece]:
    cuts = _even_cuts([unit.tokens for unit in segment.units], room=params.target, first_extra=0, later_extra=0)
    return [_Piece(segment.units[begin:stop], segment.paths[begin:stop]) for begin, stop in cuts]


def _even_cuts(sizes: Sequence[int], *, room: int, first_extra: int, later_extra: int) -> list[tuple[int, int]]:
    """Split `sizes` into ranges with about equal sums. Return (begin, stop) of each.

    Only a range with a single size can exceed `room`.
    """
    inner = max(room - later_extra, 1)
    parts = max(1, -(-sum(sizes) // inner))
    aim = sum(sizes) / parts
    cuts: list[tuple[int, int]] = []
    begin, held = 0, first_extra
    for index, size in enumerate(sizes):
        full = held + size > inner or (held >= aim and len(cuts) < parts - 1)
        if index > begin and full:
            cuts.append((begin, index))
            begin, held = index, 0
        held += size
    cuts.append((begin, len(sizes)))
    return cuts


def _merged(pieces: list[_Piece], params: ChunkingParams) -> list[_Piece]:
    """Join a small piece to its neighbour if the result is within the limit. Parts of one split table stay separate."""
    done: list[_Piece] = []
    for piece in pieces:
        last = done[-1] if done else None
        if last is not None and _belong_together(last, piece, params):
            done[-1] = replace(last, units=last.units + piece.units, paths=last.paths + piece.paths)
        else:
            done.append(piece)
    return done


def _belong_together(first: _Piece, second: _Piece, params: ChunkingParams) -> bool:
    if second.table_header or (first.part_of_split is not None and second.part_of_split is not None):
        return False
    total = first.tokens() + second.tokens()
    smaller = min(first.tokens(), second.tokens())
    is_scrap = smaller < params.least // 3 or all(unit.role is Role.HEADING for unit in first.units)
    if is_scrap:
        return total <= params.most
    return smaller < params.least and total <= params.target
