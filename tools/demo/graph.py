"""The gateway as any client asks it: over HTTP, with a token."""

from pathlib import Path
from typing import Any, Self

import aiohttp

from services.kit.errors import InvalidError, UnavailableError
from services.kit.rpc.client import Identity

_TIMEOUT = aiohttp.ClientTimeout(total=10)


class Graph:
    """`async with Graph(url, identity) as graph`."""

    def __init__(self, url: str, identity: Identity) -> None:
        self.url = url
        self._identity = identity

    async def __aenter__(self) -> Self:
        """Open."""
        self._http = aiohttp.ClientSession(timeout=_TIMEOUT)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close."""
        await self._http.close()

    async def ask(self, document: str, **variables: str) -> dict[str, Any]:
        """The whole answer to a document of this folder.

        Raises UnavailableError when a service had no part in it, InvalidError when it is refused.
        """
        query = (Path(__file__).parent / f"{document}.graphql").read_text()
        headers = {"authorization": f"Bearer {await self._identity.token()}"}
        body = {"query": query, "variables": variables}
        try:
            async with self._http.post(self.url, json=body, headers=headers) as got:
                answer: dict[str, Any] = await got.json(content_type=None)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise UnavailableError(f"the gateway does not answer: {error}") from error
        if errors := answer.get("errors"):
            said = "; ".join(error["message"] for error in errors)
            raise UnavailableError(said) if answer.get("data") else InvalidError(said)
        data: dict[str, Any] = answer["data"]
        return data
