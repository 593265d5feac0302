"""The rules of JSON from the network."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from client import json_rules
from client.json_rules import JsonError, check, without_mark

_HOSTILE = {
    "deep lists": b"[" * 300 + b"]" * 300,
    "very deep": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "NaN": b'{"a":NaN}',
    "Infinity": b'{"a":-Infinity}',
    "too large a number": b'{"a":1e999}',
    "too long an integer": b'{"a":' + b"9" * 5000 + b"}",
    "a name twice": b'{"id":"a","x":{"y":1,"y":2}}',
    "a name twice, once escaped": b'{"id":"a","i\\u0064":"b"}',
    "a lone surrogate": b'{"a":"\\ud800"}',
    "a lone low surrogate": b'{"a":"\\udc00x"}',
    "a surrogate in UTF-8": b'{"a":"\xed\xa0\x80"}',
    "not UTF-8": b'{"a":"\xff"}',
    "cut": b'{"a":[1,2',
    "nothing": b"",
    "more behind it": b'{"a":1} {"b":2}',
    "a trailing comma": b'{"a":[1,],}',
    "a bare control character": b'{"a":"\x07"}',
}


@pytest.mark.parametrize("body", _HOSTILE.values(), ids=_HOSTILE.keys())
def test_hostile_json_is_refused(body: bytes) -> None:
    with pytest.raises(JsonError) as refusal:
        check(body)
    assert "ud800" not in str(refusal.value)


@pytest.mark.parametrize(
    "body",
    [
        b'{"a":1.50}',
        b'{"a":"\\ud83d\\ude00"}',
        b'{"a":{"y":1},"b":{"y":1}}',
        b"[" * 150 + b"]" * 150,
        b'{"a":1e300}',
    ],
)
def test_ordinary_json_passes(body: bytes) -> None:
    check(body)


def test_a_mark_is_taken_off() -> None:
    assert without_mark(b"\xef\xbb\xbf{}") == b"{}"


_NAMES = st.sampled_from(["a", "b", "a:b", "null", "\u00e5", "\n", ""])
_LEAVES = st.sampled_from(
    [
        "null",
        "true",
        "1",
        "1.50",
        "-0.0",
        "1e400",
        "-1e999",
        "9" * 30,
        '":"',
        '"null"',
        '"\\u003a"',
        '"\\u006eull"',
    ]
)


def _object(members: list[tuple[str, str]]) -> str:
    return "{" + ",".join(f"{json.dumps(name)}:{value}" for name, value in members) + "}"


_TEXTS = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: "[" + ",".join(items) + "]"),
        st.lists(st.tuples(_NAMES, inner), max_size=4).map(_object),
    ),
    max_leaves=12,
)


@given(_TEXTS)
@example('{"a":1,"a":"\\u003a\\u003a"}')
@example('{"a":null,"b":1e400,"a":1}')
@example('{"a:":1,"a\\u003a":2}')
def test_what_the_quick_look_lets_through_the_slow_one_does_too(text: str) -> None:
    body = text.encode()
    try:
        json_rules._check_slowly(body)
    except JsonError:
        with pytest.raises(JsonError):
            check(body)
    else:
        check(body)


def test_an_ordinary_page_needs_no_slow_look(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(_body: bytes) -> None:
        raise AssertionError

    monkeypatch.setattr(json_rules, "_check_slowly", never)
    check('{"a":[{"url":"http://x:80","b":null,"c":1.50,"d":"Å\\n\\u20ac"}]}'.encode())
