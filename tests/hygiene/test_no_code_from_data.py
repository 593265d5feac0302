"""Nothing that comes from outside is run, unpacked into objects or read by a parser of XML: the product has no means to."""

from __future__ import annotations

import ast

import pytest

from tests.hygiene.sources import ROOMS, python_names, tree

_CALLS = {"eval", "exec", "compile", "__import__"}
_MODULES = {
    "pickle",
    "marshal",
    "shelve",
    "dill",
    "yaml",
    "xml",
    "lxml",
    "zipfile",
    "tarfile",
    "jinja2",
    "mako",
    "code",
    "runpy",
}
"""What makes objects, code, trees with entities, paths or pages out of bytes."""


def means(source: ast.Module) -> list[str]:
    """Return what in a source could do such a thing, in order."""
    found: list[str] = []
    for node in ast.walk(source):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _CALLS:
            found.append(node.func.id)
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names if alias.name.split(".")[0] in _MODULES]
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in _MODULES:
            found.append(str(node.module))
        if isinstance(node, ast.keyword) and node.arg == "shell":
            found.append("shell=")
    return found


def test_no_room_runs_or_unpacks_what_it_is_given() -> None:
    found = {name: told for name in python_names(*ROOMS) if (told := means(tree(name)))}
    assert found == {}


@pytest.mark.parametrize(
    "source",
    [
        "eval(text)",
        "exec(body)",
        "import pickle",
        "def f():\n    from xml.etree import ElementTree",
        "import xml.sax",
        "subprocess.run(words, shell=True)",
        "from yaml import load",
    ],
)
def test_a_planted_means_is_found(source: str) -> None:
    assert means(ast.parse(source))


def test_what_is_none_is_left_alone() -> None:
    assert means(ast.parse("re.compile(pattern)\nself.exec(text)\nimport codecs")) == []
