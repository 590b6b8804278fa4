"""What `make schema` and `make check` do with the subgraphs."""

from pathlib import Path

import pytest

from services.kit.graph import sdl
from tests.web.rig import compose
from tests.web.schemas import SCHEMAS
from tools.schema import differences, write

pytestmark = pytest.mark.flow


@pytest.fixture
def graph(tmp_path: Path) -> Path:
    """Composed, and accepted as what clients rely on."""
    (tmp_path / "subgraphs").mkdir()
    write({name: sdl(schema) for name, schema in SCHEMAS.items()}, tmp_path / "subgraphs")
    for verb in ("write", "baseline"):
        assert compose(verb, tmp_path).returncode == 0
    return tmp_path


def edit(graph: Path, name: str, old: str, new: str) -> None:
    file = graph / "subgraphs" / f"{name}.graphql"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_what_is_committed_must_be_what_it_composes_to(graph: Path) -> None:
    assert compose("check", graph).returncode == 0
    edit(graph, "wms", "warehouses: Int", "warehouses: Int\n  more: Int")
    refused = compose("check", graph)
    assert (refused.returncode, "make schema" in refused.stderr) == (1, True)


def test_subgraphs_that_do_not_fit_are_refused_by_their_code(graph: Path) -> None:
    edit(graph, "wms", "stock: Int", "stock: Int\n  execution: Int")
    refused = compose("check", graph)
    assert refused.returncode == 1
    assert "FIELD_TYPE_MISMATCH" in refused.stderr or "INVALID_FIELD_SHARING" in refused.stderr


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("  warehouses: Int\n", "  places: Int\n", "FIELD_REMOVED: Query.warehouses"),
        ("  stock: Int\n", "  stock: String\n", "FIELD_CHANGED_KIND: Order.stock"),
    ],
)
def test_what_clients_use_is_not_taken_away(graph: Path, old: str, new: str, says: str) -> None:
    edit(graph, "wms", old, new)
    compose("write", graph)
    refused = compose("check", graph)
    assert refused.returncode == 1
    assert says in refused.stderr


def test_what_was_deprecated_in_a_release_may_go(graph: Path) -> None:
    deprecated = '  warehouses: Int @deprecated(reason: "ask for stock")\n'
    edit(graph, "wms", "  warehouses: Int\n", deprecated)
    for verb in ("write", "baseline"):
        assert compose(verb, graph).returncode == 0
    edit(graph, "wms", deprecated, "  places: Int\n")
    compose("write", graph)
    assert compose("check", graph).returncode == 0


def test_files_follow_the_services(tmp_path: Path) -> None:
    for name, text in (("ids", "by hand"), ("gone", "old"), ("erp", "old")):
        (tmp_path / f"{name}.graphql").write_text(text)
    wanted = {"erp": "new", "mes": "new"}
    assert differences(wanted, tmp_path) == ["erp", "gone", "mes"]
    write(wanted, tmp_path)
    assert differences(wanted, tmp_path) == []
    assert (tmp_path / "ids.graphql").read_text() == "by hand"
