"""The budgets: how long, how wide, how quiet, and what a domain may not touch."""

import ast
import re
from pathlib import Path

import pytest

from tests.architecture.sources import Function, functions, length, modules, name, tree

FUNCTION_LINES_MAX = 40
RPC_LINES_MAX = 12
MODULE_LINES_MAX = 300
SUPPRESSIONS_PER_1000_LINES = 2
BANNED_IN_DOMAIN = {"now", "utcnow", "today", "uuid1", "uuid4", "uuid7", "random", "urandom"}
BANNED_MODULES_IN_DOMAIN = {"random", "secrets", "os", "time"}
BANNED_WORDS = {"manager", "helper", "helpers", "util", "utils", "common", "base", "impl"}
BANNED_WORDS |= {"data", "info", "handler2"}
READS_THE_ENVIRONMENT = {"services/chassis/settings.py"}
MAY_SLEEP = {"support", "bench", "faults"}

# A suppression names its rule and is followed by its reason.
SUPPRESSION = re.compile(r"#\s*(noqa|type:\s*ignore|pragma)")
REASONED = re.compile(
    r"#\s*(noqa: [A-Z]+\d+(, ?[A-Z]+\d+)*|type: ignore\[[a-z, -]+\])\s+[#—-]\s*\w+"
)
OPEN_ENDED = re.compile(r"#\s*(TODO|FIXME|XXX|HACK)(?!\(#\d+\))")
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+")

OURS = modules("services", "deploy", "tests")
RUNNING = modules("services", "deploy")
DOMAIN = [module for module in modules("services") if "domain" in module.parts]
APIS = [module for module in modules("services") if module.parent.name == "api"]
TESTS = [module for module in modules("tests") if not MAY_SLEEP & set(module.parts)]


@pytest.mark.parametrize("module", OURS, ids=name)
def test_a_module_is_short_and_says_what_it_is_for(module: Path) -> None:
    source = module.read_text()
    assert source.count("\n") <= MODULE_LINES_MAX
    assert ast.get_docstring(tree(module))


@pytest.mark.parametrize("module", OURS, ids=name)
def test_functions_are_short(module: Path) -> None:
    long = [each.name for each in functions(module) if length(each) > FUNCTION_LINES_MAX]
    assert long == []


@pytest.mark.parametrize("module", APIS, ids=name)
def test_an_rpc_is_request_command_response(module: Path) -> None:
    rpcs = [each for each in functions(module) if each.name[0].isupper()]
    assert [each.name for each in rpcs if length(each) > RPC_LINES_MAX] == []


@pytest.mark.parametrize("module", DOMAIN, ids=name)
def test_a_domain_has_no_clock_no_ids_and_no_chance(module: Path) -> None:
    nodes = list(ast.walk(tree(module)))
    touched = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    touched |= {
        each.name for node in nodes if isinstance(node, ast.ImportFrom) for each in node.names
    }
    assert not touched & BANNED_IN_DOMAIN
    imported = {
        each.name.partition(".")[0]
        for node in nodes
        if isinstance(node, ast.Import)
        for each in node.names
    }
    imported |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    assert not imported & BANNED_MODULES_IN_DOMAIN


@pytest.mark.parametrize("module", modules("services"), ids=name)
def test_the_environment_is_read_at_one_place(module: Path) -> None:
    if name(module) in READS_THE_ENVIRONMENT:
        return
    read = [
        node.lineno
        for node in ast.walk(tree(module))
        if (isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"})
        or (isinstance(node, ast.alias) and node.name in {"environ", "getenv"})
    ]
    assert read == []


@pytest.mark.parametrize("module", RUNNING, ids=name)
def test_names_say_something(module: Path) -> None:
    named = [module.stem]
    for node in ast.walk(tree(module)):
        if isinstance(node, Function | ast.ClassDef):
            named.append(node.name)
    empty = [each for each in named if BANNED_WORDS & {word.lower() for word in WORD.findall(each)}]
    assert empty == []


@pytest.mark.parametrize("module", TESTS, ids=name)
def test_tests_wait_for_conditions_and_never_sleep(module: Path) -> None:
    slept = [
        node.lineno
        for node in ast.walk(tree(module))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "sleep"
    ]
    assert slept == []


def test_suppressions_are_few_and_reasoned() -> None:
    lines = [(name(module), line) for module in OURS for line in module.read_text().splitlines()]
    here = name(Path(__file__))
    found = [(module, line) for module, line in lines if module != here if SUPPRESSION.search(line)]
    assert [each for each in found if not REASONED.search(each[1])] == []
    assert len(found) <= SUPPRESSIONS_PER_1000_LINES * len(lines) / 1000


def test_nothing_is_left_open_without_an_issue() -> None:
    here = Path(__file__)
    found = [
        (name(module), line.strip())
        for module in OURS
        if module != here
        for line in module.read_text().splitlines()
        if OPEN_ENDED.search(line)
    ]
    assert found == []
