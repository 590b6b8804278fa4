"""The canonical core, noun by noun: what docs/core.md says is in the contracts, and no more is."""

from dataclasses import replace

import pytest
from graphql import ObjectTypeDefinitionNode, parse, print_ast

from tools.mesh.gateway import FOLDER
from tools.nouns import ASIDE, NOUNS, Noun, Without, page, problems
from tools.nouns.__main__ import FILE
from tools.nouns.found import reads

every = pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: noun.name)
OWNERS = sorted({noun.owner for noun in NOUNS} - {"ids", "ops"})
SUMS = {"erp.MoneyService.GetTrialBalance", "process.DriftService.GetReconciliation"}
"""Over everything, and a run that somebody asked for: there is one at a time."""
JOINED = ', key: "id"'
LOT = next(noun for noun in NOUNS if noun.name == "lot")


def test_every_name_is_in_the_contracts_and_every_read_and_event_has_a_noun() -> None:
    assert problems(NOUNS, ASIDE) == []


def test_the_page_is_as_the_table_says() -> None:
    assert FILE.read_text() == page(NOUNS)


def test_what_other_subgraphs_may_join_by_id_is_a_node() -> None:
    document = parse((FOLDER / "supergraph.graphql").read_text())
    types = [one for one in document.definitions if isinstance(one, ObjectTypeDefinitionNode)]
    nodes = {one.name.value for one in types if one.interfaces}
    joined = {one.name.value for one in types if JOINED in print_ast(one)}
    assert joined == nodes
    assert {"Item", "Party", "HandlingUnit", "Equipment"} <= nodes


def test_what_is_read_alone_is_read_in_batches_too() -> None:
    alone = {name for owner in OWNERS for name in reads(owner, ("Get",))}
    batches = {name for owner in OWNERS for name in reads(owner, ("BatchGet",))}
    lonely = {one for one in alone if f"{one.replace('.Get', '.BatchGet')}s" not in batches}
    assert lonely == SUMS


def test_nouns_are_named_apart() -> None:
    assert len({noun.name for noun in NOUNS}) == len(NOUNS)


@every
def test_a_noun_is_read_somehow_and_says_why_not_otherwise(noun: Noun) -> None:
    forms = (noun.batch, noun.page, noun.events, noun.graph)
    assert any(not isinstance(form, Without) for form in forms)
    assert all(form.why if isinstance(form, Without) else form for form in forms)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        (replace(LOT, batch=("LotService.BatchGetLost",)), "BatchGetLost is no batch of mes"),
        (replace(LOT, batch=("LotService.ListLots",)), "ListLots is no batch of mes"),
        (replace(LOT, page=("LotService.BatchGetLots",)), "BatchGetLots is no page of mes"),
        (replace(LOT, page=("LotService.TraceLots",)), "TraceLots is no page of mes"),
        (replace(LOT, events=("LotLost",)), "LotLost is no event of mes"),
        (replace(LOT, graph=("Lot.lost",)), "Lot.lost is no field of mes"),
        (replace(LOT, graph=("Lot.quality",)), "lot: none of its fields is of mes"),
        (replace(LOT, page=Without("no")), "mes.LotService.ListLots belongs to no noun"),
        (replace(LOT, events=Without("no")), "mes.LotProduced belongs to no noun"),
        (replace(LOT, graph=Without("no")), "Query.lots belongs to no noun"),
    ],
)
def test_a_name_that_is_not_there_or_not_said_is_found(changed: Noun, says: str) -> None:
    others = [
        replace(noun, page=Without("elsewhere")) if noun.page == LOT.page else noun
        for noun in NOUNS
        if noun is not LOT
    ]
    assert any(says in one for one in problems([*others, changed]))
