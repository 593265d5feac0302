"""A QR code made of text: two rows of modules in one line of half blocks, dark on light whatever the colours of the terminal."""

from __future__ import annotations

_HALVES = {(False, False): "█", (False, True): "▀", (True, False): "▄", (True, True): " "}
"""A light module is drawn and a dark one left out, for a terminal that is dark; the quiet zone is drawn with it."""

_QUIET = 2
_MOST = 400


def text_qr(text: str) -> tuple[str, ...]:
    """Return the lines of a QR code, or none when the text is too long to be shown. segno is imported only here."""
    import segno

    if len(text) > _MOST:
        return ()
    matrix = segno.make_qr(text, error="l").matrix
    width = len(matrix[0])
    margin = [[False] * (width + 2 * _QUIET)] * _QUIET
    rows = [*margin, *([*[False] * _QUIET, *map(bool, row), *[False] * _QUIET] for row in matrix), *margin]
    if len(rows) % 2:
        rows.append([False] * (width + 2 * _QUIET))
    pairs = zip(rows[::2], rows[1::2], strict=True)
    return tuple("".join(_HALVES[pair] for pair in zip(upper, lower, strict=True)) for upper, lower in pairs)
