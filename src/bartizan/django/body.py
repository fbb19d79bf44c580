"""The request's body, read once through Django and bounded by the policy alone."""

from collections.abc import Callable
from io import BytesIO

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, UnreadablePostError


def reader(request: HttpRequest) -> Callable[[int], bytes | None]:
    """Reads up to a limit; ``None`` where there is more. The view finds it in ``request.body``."""

    def read(limit: int) -> bytes | None:
        if int(request.META.get("CONTENT_LENGTH") or 0) > limit:
            return None
        try:
            body = request.body
        except RequestDataTooBig:
            body = _whole(request, limit)
        except UnreadablePostError:  # the client went away in the middle
            return b""
        return body if len(body) <= limit else None

    return read


def _whole(request: HttpRequest, limit: int) -> bytes:
    """The body where the policy takes more than ``DATA_UPLOAD_MAX_MEMORY_SIZE``: Django has
    refused before it read, and what we put in its place is what it would have put there."""
    stream = request._stream
    if hasattr(stream, "seekable") and stream.seekable():
        stream.seek(0)
    body: bytes = request.read(limit + 1)
    stream.close()
    request._body = body
    request._stream = BytesIO(body)
    return body
