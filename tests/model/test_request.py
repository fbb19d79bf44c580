"""A request in a trace, in a log or in an error tracker's list of variables."""

from bartizan.model.request import Request


def test_a_request_shows_no_credential() -> None:
    request = Request(
        method="GET", path="/orders/7", raw_path="/orders/7", query="token=hunter2",
        scheme="https", peer="192.0.2.1", host="api.example.com", authorization="Bearer hunter2",
        content_type=None, content_encoding=None, length=None, chunked=False, endless=True,
        origin=None, headers_size=0, repeated=(), peer_rewritten=False, header={}.get,
    )  # fmt: skip
    shown = f"{request} {request!r} {request.__rich_repr__()}"
    assert "hunter2" not in shown
    assert "GET" in shown
    assert "/orders/7" in shown
