"""What the smoke test takes from the environment."""

from typing import Annotated

from pydantic import Field, HttpUrl

from tools.smoke.caller import CallerSettings


class SmokeSettings(CallerSettings):
    """The client needs to read every service, and nothing else."""

    client_id: Annotated[str, Field(min_length=1)] = "smoke"
    gateway_url: HttpUrl
    """Where the graph is asked, with its path."""
    patience_seconds: Annotated[float, Field(gt=0, le=600)] = 60.0
    """An installation that is not well by then is not well."""
