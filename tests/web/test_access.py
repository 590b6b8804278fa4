"""Who may ask, what they may see, and how much of it."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from tests.servers import IssuerServer, issuer_server
from tests.web.rig import ORDER, PAGE, Gateway, Web
from tools.mesh.tokens import Bearer

pytestmark = pytest.mark.flow

COST = "query($id: ID!) { order(id: $id) { stock cost } }"
READS = ("erp:read", "mes:read", "wms:read")
ALIASES = " ".join(f"a{n}: running" for n in range(31))


@pytest.fixture(scope="module")
def stranger() -> str:
    """A good token of somebody else's issuer."""
    with issuer_server() as other:
        return other.mint(Bearer("anyone", READS))


def forged(token: str) -> str:
    head, claims, signature = token.split(".")
    return f"{head}.{claims}.{'A' * len(signature)}"


@pytest.mark.parametrize("kind", ["none", "junk", "forged", "expired", "audience", "stranger"])
async def test_nobody_unknown_is_answered(
    web: Web, gateway: Gateway, issuer: IssuerServer, stranger: str, kind: str
) -> None:
    anyone = Bearer("anyone", READS)
    before = datetime.now(UTC) - timedelta(hours=1)
    token, code = {
        "none": ("", "token_required"),
        "junk": ("junk", "bad_token"),
        "forged": (forged(gateway.token), "bad_token"),
        "expired": (issuer.mint(anyone, now=before), "token_expired"),
        "audience": (issuer.mint(anyone, audience="other"), "bad_token"),
        "stranger": (stranger, "bad_token"),
    }[kind]
    answer = await gateway.ask(PAGE, token=token, id=ORDER)
    assert (answer.status, answer.codes) == (401, {code})
    assert answer.data is None
    assert not [name for name in web.subgraphs if (await web.tell(name, "seen"))["headers"]]


async def test_bad_tokens_do_not_flood_the_log(gateway: Gateway) -> None:
    before = gateway.program.log.stat().st_size
    for _ in range(20):
        await gateway.ask(PAGE, token=forged(gateway.token), id=ORDER)
    assert gateway.program.log.stat().st_size == before


async def test_a_field_beyond_the_scopes_is_cut_and_the_rest_is_answered(
    gateway: Gateway, issuer: IssuerServer
) -> None:
    answer = await gateway.ask(COST, id=ORDER)
    assert (answer.status, answer.data["order"]["stock"]) == (200, 7)
    assert answer.data["order"].get("cost") is None
    assert answer.codes == {"UNAUTHORIZED_FIELD_OR_TYPE"}
    allowed = issuer.mint(Bearer("controller", (*READS, "erp:cost:read")))
    answer = await gateway.ask(COST, token=allowed, id=ORDER)
    assert answer.body == {"data": {"order": {"stock": 7, "cost": 12.5}}}


async def test_scopes_hold_inside_fragments_of_a_node(gateway: Gateway) -> None:
    query = "query($id: ID!) { node(id: $id) { ...f } } fragment f on Order { stock cost }"
    answer = await gateway.ask(query, id=ORDER)
    assert answer.data["node"]["stock"] == 7
    assert answer.data["node"].get("cost") is None
    assert answer.codes == {"UNAUTHORIZED_FIELD_OR_TYPE"}


async def test_an_operation_of_which_nothing_is_left_says_only_that(gateway: Gateway) -> None:
    answer = await gateway.ask("query($id: ID!) { order(id: $id) { cost } }", id=ORDER)
    assert answer.codes == {"UNAUTHORIZED_FIELD_OR_TYPE"}


def round_and_round(times: int) -> str:
    return "{ orders { lots" + " { order { lots" * times + " { id }" + " } }" * times + " } }"


def bomb(size: int) -> str:
    spread = "".join(f"fragment f{n} on Order {{ ...f{n + 1} ...f{n + 1} }}\n" for n in range(size))
    return f"{{ orders {{ ...f0 }} }}\n{spread}fragment f{size} on Order {{ id }}"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        (
            "{ orders { lots" + " { order { lots" * 6 + " { id }" + " } }" * 6 + " } }",
            "too_complex",
        ),
        ("{ " + ALIASES + " }", "too_complex"),
        ("{ orders { " + "id " * 2000 + " } }", "too_complex"),
        ("{ nosuch }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ orders { ", "GRAPHQL_PARSE_FAILED"),
        ("{ orders(first: 201) { id } }", "page_size"),
        # Only fields are called so by the language; a fragment hides nothing behind its name.
        ("{ ...__f } fragment __f on Query { " + ALIASES + " }", "too_complex"),
    ],
)
async def test_an_operation_has_its_limits(
    web: Web, gateway: Gateway, query: str, code: str
) -> None:
    answer = await gateway.ask(query)
    assert answer.codes == {code}
    assert len(answer.text) < 500


async def test_fragments_that_double_are_refused_before_they_are_planned(
    gateway: Gateway,
) -> None:
    """The planner writes every spread out: 60 that double would keep it busy for ever."""
    assert (await gateway.ask(bomb(60))).codes == {"too_complex"}
    assert (await gateway.ask(bomb(3))).status == 200


async def test_one_identity_that_asks_too_often_is_slowed_down_alone(
    web: Web, issuer: IssuerServer
) -> None:
    query = "query($id: ID!) { order(id: $id) { id } }"
    with web.gateway("rated", RATE_PER_SECOND="0.01", RATE_BURST="3") as gateway:
        answers = [await gateway.ask(query, id=ORDER) for _ in range(4)]
        assert [answer.status for answer in answers] == [200, 200, 200, 429]
        assert answers[-1].codes == {"RATE_LIMITED"}
        other = issuer.mint(Bearer("other", READS))
        assert (await gateway.ask(query, token=other, id=ORDER)).status == 200


async def test_in_production_only_trusted_documents_are_answered(web: Web) -> None:
    with web.gateway("trusting", DEVELOPMENT="0") as gateway:
        answer = await gateway.ask("{ running }")
        assert (answer.data, answer.codes) == (None, {"TRUSTED_DOCUMENTS_ONLY"})
        assert (await gateway.ask("{ __schema { queryType { name } } }")).data is None
        answer = await gateway.post(trusted("0" * 64))
        assert answer.codes == {"UNKNOWN_DOCUMENT"}
        answer = await gateway.post(trusted(sha256(PAGE.encode()).hexdigest()))
        assert answer.data["order"]["stock"] == 7


def trusted(hash: str) -> object:
    named = {"version": 1, "sha256Hash": hash}
    return {"variables": {"id": ORDER}, "extensions": {"persistedQuery": named}}
