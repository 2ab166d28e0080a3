"""Paged lists. A request has `limit` and `cursor`; a response has `items`, `next_cursor` and a Link (RFC 8288)."""

from collections.abc import Callable, Sequence
from typing import Annotated, Generic, TypeVar

from fastapi import Depends, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel

from app.core.pagination import DEFAULT_LIMIT, MAX_LIMIT, PageOf, PageRequest
from app.http.text import LINE_PATTERN

Out = TypeVar("Out", bound=BaseModel)
Item = TypeVar("Item")


class Page(BaseModel, Generic[Out]):
    """One page. `next_cursor` is null on the last page; send it as `cursor` to get the next one."""

    items: list[Out]
    next_cursor: str | None = None


async def _requested(
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT, description="The number of rows per page.")] = DEFAULT_LIMIT,
    cursor: Annotated[
        str | None,
        Query(max_length=500, pattern=LINE_PATTERN, description="`next_cursor` of the previous page.", examples=[None]),
    ] = None,
) -> PageRequest:
    return PageRequest(limit=limit, cursor=cursor)


RequestedPage = Annotated[PageRequest, Depends(_requested)]


def page_out(
    request: Request, response: Response, page: PageOf[Item], present: Callable[[Item], Out], kind: type[Page[Out]]
) -> Page[Out]:
    """Return the page for the response, and set the Link header to the next page's address."""
    if page.next_cursor is not None:
        url = request.url.include_query_params(cursor=page.next_cursor)
        response.headers["Link"] = f'<{url.path}?{url.query}>; rel="next"'
    items: Sequence[Item] = page.items
    return kind(items=[present(item) for item in items], next_cursor=page.next_cursor)
