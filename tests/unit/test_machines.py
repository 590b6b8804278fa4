"""Every state machine there is, whole: it is found where it is declared (tools.states)."""

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.descriptor_pool import Default
from graphql import EnumTypeDefinitionNode, parse

from services.kit.errors import ConflictError
from services.kit.machine import word
from tools.states import machines, page
from tools.states.found import AnyMachine

ROOT = Path(__file__).parents[2]
FOUND = machines()

every = pytest.mark.parametrize("machine", FOUND, ids=lambda machine: machine.name)
PAIRS = [
    pytest.param(machine, state, command, id=f"{machine.name}: {word(state)}, {word(command)}")
    for machine in FOUND
    for state in machine.states
    for command in machine.commands
]
NOT_TOLD = {"UNSPECIFIED", "UNKNOWN"}
"""The value of an enum that is no state: nothing was said."""


def test_machines_are_found_and_named_apart() -> None:
    names = [machine.name for machine in FOUND]
    assert {"mes.work_order", "quality.inspection", "quality.hold"} <= set(names)
    assert len(set(names)) == len(names)
    assert all(machine.source and machine.noun for machine in FOUND)


@pytest.mark.parametrize(("machine", "state", "command"), PAIRS)
def test_every_pair_leads_where_the_table_says_or_is_refused(
    machine: AnyMachine, state: Any, command: Any
) -> None:
    if command in machine.next[state]:
        assert machine.follow(state, command) is machine.next[state][command]
        assert machine.next[state][command] in machine.next
        return
    with pytest.raises(ConflictError) as caught:
        machine.follow(state, command, field="here")
    error = caught.value
    assert (error.code, error.field) == ("wrong_state", "here")
    assert word(state) in str(error)
    assert word(command) in str(error)
    for allowed in machine.next[state]:
        assert word(allowed) in error.hint
    assert machine.next[state] or "end" in error.hint


@every
def test_every_state_is_reached_and_every_command_used(machine: AnyMachine) -> None:
    reached, ahead = {machine.start}, [machine.start]
    while ahead:
        news = set(machine.next[ahead.pop()].values()) - reached
        reached |= news
        ahead += news
    assert reached == set(machine.states)
    assert {command for row in machine.next.values() for command in row} == set(machine.commands)


@every
def test_final_states_and_no_others_have_no_way_out(machine: AnyMachine) -> None:
    ends = {state for state, row in machine.next.items() if set(row.values()) <= {state}}
    assert machine.final == ends


@every
def test_the_table_has_a_row_for_every_state_of_the_enum(machine: AnyMachine) -> None:
    kind: Any = type(machine.start)
    left = set(kind) - set(machine.states)
    assert {state.name for state in left} <= NOT_TOLD


@every
def test_the_columns_are_whole(machine: AnyMachine) -> None:
    if machine.columns:
        assert set(machine.called) == set(machine.states)
    assert {len(words) for words in machine.called.values()} <= {len(machine.columns)}


@every
def test_the_protobuf_enum_has_exactly_the_states(machine: AnyMachine) -> None:
    if not machine.proto:
        return
    enum = contract_enum(machine.proto)
    prefix = _prefix(machine.proto.rpartition(".")[2])
    names = {value.name.removeprefix(prefix) for value in enum.values}
    assert names - NOT_TOLD == {state.name for state in machine.states}


@every
def test_the_graph_has_exactly_the_states(machine: AnyMachine) -> None:
    if not machine.graph:
        return
    service = machine.name.partition(".")[0]
    names = graph_enum(service, machine.graph)
    assert names - NOT_TOLD == {state.name for state in machine.states}


def test_the_page_is_as_the_code_says() -> None:
    assert (ROOT / "docs/states.md").read_text() == page(FOUND)


def contract_enum(full_name: str) -> Any:
    package = full_name.rpartition(".")[0]
    for proto in sorted((ROOT / "protos" / package.replace(".", "/")).glob("*.proto")):
        import_module(f"{package}.{proto.stem}_pb2")
    return Default().FindEnumTypeByName(full_name)


def _prefix(name: str) -> str:
    return "".join(f"_{c}" if c.isupper() else c for c in name).strip("_").upper() + "_"


def graph_enum(service: str, name: str) -> set[str]:
    document = parse((ROOT / f"gateway/subgraphs/{service}.graphql").read_text())
    enums = {
        one.name.value: {value.name.value for value in one.values or ()}
        for one in document.definitions
        if isinstance(one, EnumTypeDefinitionNode)
    }
    return enums[name]
