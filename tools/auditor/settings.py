"""What the auditor takes from the environment."""

from typing import Annotated

from pydantic import Field

from tools.smoke.caller import CallerSettings


class AuditorSettings(CallerSettings):
    """The client needs the scope audit:verify, and nothing else."""

    client_id: Annotated[str, Field(min_length=1)] = "auditor"
    run: Annotated[str, Field(min_length=1, max_length=128)]
    """What the verification is called; one that was cut short goes on under its name."""
    whole: bool = False
    """From the first seal and with every export, else each chain's newest."""
