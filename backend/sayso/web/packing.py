"""Answers to a phone, made small: on a slow line a person waits for every kilobyte.

Only for what the participant's app reads. The documented proxies do the same for everything; this
holds where there is none, and leaves them nothing to do twice.
"""

from __future__ import annotations

import gzip

from flask import Response, request

_PAYS_FROM = 1000
"""Bytes below which an answer travels as fast as it is."""


def pack(response: Response) -> Response:
    """Compress a good answer to a GET, for browsers that read that."""
    if request.method != "GET" or response.status_code != 200:
        return response
    if "Content-Encoding" in response.headers:
        return response
    content = response.get_data()
    if len(content) < _PAYS_FROM:
        return response
    response.vary.add("Accept-Encoding")
    if request.accept_encodings["gzip"]:
        response.set_data(gzip.compress(content, 6, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response
