"""Bodies that are no resource, or JSON that two parsers could read as two things."""

from __future__ import annotations

from tests.contract.hostile.case import JSON, SECRET, Case, body

_NAME = f'"name":[{{"family":"{SECRET}"}}]'.encode()
PATIENT = b'{"resourceType":"Patient","id":"p1",' + _NAME + b"}"
"""What an honest journal would answer."""


def _with(member: bytes) -> bytes:
    return PATIENT[:-1] + b"," + member + b"}"


_PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
_BROKEN = {
    "nothing": b"",
    "blanks alone": b" \r\n\t ",
    "a cut body": PATIENT[:-9],
    "a body cut within a character": '{"resourceType":"Patient","id":"p1","x":"å'.encode()[:-1],
    "a body cut within an escape": b'{"resourceType":"Patient","id":"p1","x":"\\u00',
    "two resources one behind the other": PATIENT + PATIENT,
    "a resource and a NUL": PATIENT + b"\x00",
    "a trailing comma": PATIENT[:-1] + b",}",
    "a comment": b"{/*" + SECRET.encode() + b"*/" + PATIENT[1:],
    "names without quotes": b'{resourceType:"Patient",id:"p1"}',
    "single quotes": b"{'resourceType':'Patient','id':'p1'}",
    "a guard before the JSON": b")]}',\n" + PATIENT,
    "a call around the JSON": b"callback(" + PATIENT + b");",
    "two byte order marks": b"\xef\xbb\xbf" * 2 + PATIENT,
    "UTF-16": PATIENT.decode().encode("utf-16"),
    "UTF-32": PATIENT.decode().encode("utf-32-le"),
    "latin-1": _with('"x":"blåbær"'.encode("latin-1")),
    "a slash in two bytes": _with(b'"x":"\xc0\xaf"'),
    "a NUL in two bytes": _with(b'"x":"\xc0\x80"'),
    "a character past the last one": _with(b'"x":"\xf4\x90\x80\x80"'),
    "a surrogate in UTF-8": _with(b'"x":"\xed\xa0\x80"'),
    "a pair of surrogates in UTF-8": _with(b'"x":"\xed\xa0\xbd\xed\xb8\x80"'),
    "a lone high surrogate": _with(b'"x":"\\ud800"'),
    "a lone low surrogate": _with(b'"x":"\\udc00"'),
    "surrogates the wrong way round": _with(b'"x":"\\udc00\\ud800"'),
    "a lone surrogate in a name": _with(b'"\\ud800":1'),
    "a bare control character": _with(b'"x":"\x1b]52;c;Y3VybA==\x07"'),
    "a bare line feed in a string": _with(b'"x":"a\nb"'),
    "an escape that is none": _with(b'"x":"\\x41"'),
    "NaN": _with(b'"x":NaN'),
    "Infinity": _with(b'"x":Infinity'),
    "minus Infinity": _with(b'"x":-Infinity'),
    "a number past every float": _with(b'"x":1e999'),
    "a number far below every float": _with(b'"x":-1e999'),
    "a number with a zero before it": _with(b'"x":007'),
    "a number in hex": _with(b'"x":0x10'),
    "a number with a plus": _with(b'"x":+1'),
    "a number that begins with its point": _with(b'"x":.5'),
    "an integer of 5,000 digits": _with(b'"x":' + b"9" * 5000),
    "an integer of a million digits": _with(b'"x":' + b"9" * 1_000_000),
    "an id twice": _with(b'"id":"p2"'),
    "an id twice, once in escapes": _with(b'"i\\u0064":"p2"'),
    "a type twice": _with(b'"resourceType":"Practitioner"'),
    "a dose twice, far down": _with(b'"x":[{"y":{"dose":1,"unit":"mg","dose":10}}]'),
    "lists 300 deep": _with(b'"x":' + b"[" * 300 + b"]" * 300),
    "lists 100,000 deep": _with(b'"x":' + b"[" * 100_000 + b"]" * 100_000),
    "lists without end": _with(b'"x":' + b"[" * 100_000),
    "objects 100,000 deep": b'{"resourceType":' * 100_000,
    "extensions 300 deep": _with(b'"extension":[{"url":"u",' * 300 + b'"x":1' + b"}]" * 300),
    "a page that calls itself JSON": b"<!doctype html><html>Logg inn</html>",
}
_NO_FHIR = {
    "a page with status 200": (b"<html>Logg inn</html>", "text/html"),
    "JSON that calls itself a page": (PATIENT, "text/html; charset=utf-8"),
    "text": (b"OK", "text/plain"),
    "a picture": (_PNG, "image/png"),
    "XML": (b'<Patient xmlns="http://hl7.org/fhir"><id value="p1"/></Patient>', "application/fhir+xml"),
    "XML with an entity from a file": (
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><Patient>&e;</Patient>',
        "application/xml",
    ),
    "an empty object": (b"{}", JSON),
    "an empty list": (b"[]", JSON),
    "a list with the resource": (b"[" + PATIENT + b"]", JSON),
    "a string": (b'"' + SECRET.encode() + b'"', JSON),
    "a number": (b"1", JSON),
    "null": (b"null", JSON),
    "JSON that is no resource": (b'{"status":"up"}', JSON),
    "a type that is a number": (b'{"resourceType":7,"id":"p1"}', JSON),
    "a type that is a list": (b'{"resourceType":["Patient"],"id":"p1"}', JSON),
    "a type that is null": (b'{"resourceType":null,"id":"p1"}', JSON),
    "a type in small letters": (b'{"resourceType":"patient","id":"p1"}', JSON),
    "a type with a NUL": (b'{"resourceType":"Patient\\u0000","id":"p1"}', JSON),
    "a type with a path": (b'{"resourceType":"Patient/../Task","id":"p1"}', JSON),
    "a type of 1,000 letters": (b'{"resourceType":"' + b"P" * 1000 + b'","id":"p1"}', JSON),
    "an id that is a number": (b'{"resourceType":"Patient","id":1}', JSON),
    "an id that is an object": (b'{"resourceType":"Patient","id":{"value":"p1"}}', JSON),
}
_OTHER = {
    "another patient": PATIENT.replace(b"p1", b"p2"),
    "another type": PATIENT.replace(b'"Patient"', b'"Person"'),
    "an outcome in place of a resource": b'{"resourceType":"OperationOutcome","issue":[]}',
    "a Bundle in place of a resource": b'{"resourceType":"Bundle","id":"p1","entry":[]}',
    "a resource without an id": b'{"resourceType":"Patient"}',
    "an id that is null": b'{"resourceType":"Patient","id":null}',
    "an id in other letters": PATIENT.replace(b"p1", b"P1"),
    "a longer id": PATIENT.replace(b"p1", b"p1.2"),
    "the patient inside another resource": b'{"resourceType":"Parameters","parameter":[{"resource":'
    + PATIENT
    + b"}]}",
}
_HELD = {
    "a byte order mark": b"\xef\xbb\xbf" + PATIENT,
    "blanks around the resource": b"\r\n \t" + PATIENT + b"\n\n",
    "lists 190 deep": _with(b'"x":' + b"[" * 190 + b"]" * 190),
    "a name of a million letters": _with(b'"' + b"n" * 1_000_000 + b'":1'),
    "commands to a terminal in escapes": _with(b'"x":"\\u001b]52;c;Y3VybA==\\u0007\\u009b2J\\u202e"'),
    "a meta of another shape": _with(b'"meta":[1,"x"]'),
    "a version with a line break": _with(b'"meta":{"versionId":"1\\r\\nX-Evil: 1"}'),
    "a number with an exponent far below": _with(b'"x":1e-300000000'),
    "addresses elsewhere in every field": _with(
        b'"implicitRules":"http://evil.example/r","photo":[{"url":"http://evil.example/p.png"}],'
        b'"managingOrganization":{"reference":"http://evil.example/fhir/Organization/1"},'
        b'"meta":{"profile":["http://evil.example/p"]},"link":[{"other":{"reference":"http://evil.example/Patient/2"}}]'
    ),
}

CASES = [
    *(Case(name, "read", body(content), "broken") for name, content in _BROKEN.items()),
    *(Case(name, "read", body(content, kind), "not-fhir") for name, (content, kind) in _NO_FHIR.items()),
    *(Case(name, "read", body(content), "wrong-resource") for name, content in _OTHER.items()),
    *(Case(name, "read", body(content), "gives p1") for name, content in _HELD.items()),
]
