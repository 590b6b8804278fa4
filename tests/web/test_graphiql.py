"""GraphiQL in development: one page that brings everything along; nothing of it in production."""

import re

import pytest

from tests.web.rig import Gateway, Web

pytestmark = pytest.mark.flow

POLICY = "default-src 'self' data: blob: 'unsafe-inline' 'unsafe-eval'"
LOADED = re.compile(r"<(?:script|link|img)[^>]*?\b(?:src|href)\s*=\s*[\"']?([^\"'\s>]*)")


async def test_the_page_loads_nothing_from_outside(gateway: Gateway) -> None:
    page = await gateway.page()
    assert page.status == 200
    assert f'<head><meta http-equiv="Content-Security-Policy" content="{POLICY}" />' in page.text
    head = page.text[: page.text.index("<script>")]
    assert "<title>Plantmesh</title>" in head
    assert all(one.startswith("data:") for one in LOADED.findall(head))
    assert "YogaGraphiQL.renderYogaGraphiQL(" in page.text


async def test_in_production_there_is_no_page(web: Web) -> None:
    with web.gateway("pageless", DEVELOPMENT="0") as gateway:
        page = await gateway.page()
        assert (page.status, page.text) == (406, "")
