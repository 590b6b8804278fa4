"""What a container is told is what its program reads: nothing missing, unknown or refused."""

from collections.abc import Iterator
from ipaddress import ip_address

from tools.charts.checks.finding import Finding
from tools.charts.checks.manifests import Container, Manifests
from tools.charts.checks.ports import numbers, probed
from tools.charts.checks.programs import PREFIX, Program, program_of
from tools.charts.checks.variables import HIDDEN, Environment, Variable

# A whole value that only a Secret knows, in a form that the settings accept.
_SAMPLES = {
    "DATABASE_URL": "postgresql://hidden", "REDIS_URL": "rediss://hidden", "SECRETS": "{}",
    "JWKS_URL": "https://hidden", "ISSUER": "https://hidden", "TOKEN_URL": "https://hidden",
    "AUDIT_FORMER_KEYS": "[]",
}  # fmt: skip
_ENDING = {f"{PREFIX}UNREADY_SECONDS", f"{PREFIX}DRAIN_SECONDS"}
_GRACE = 30


def check(manifests: Manifests) -> Iterator[Finding]:
    """Every container that runs a program of ours."""
    for container in manifests.containers:
        environment = Environment(container, manifests)
        yield from environment.unresolved()
        yield from environment.repeated()
        program = program_of(container)
        told = environment.variables
        ours = {name: each for name, each in told.items() if name.startswith(PREFIX)}
        if program is None:
            for name in ours:
                message = "is read by no program that is known here"
                hint = "drop it, or run a program of services/ or gateway/"
                yield container.finding(f"env[{name}]", message, hint)
            continue
        yield from _compared(container, program, ours)
        yield from _reached(container, ours)
        yield from _drained(container, program, ours)


def _compared(
    container: Container, program: Program, ours: dict[str, Variable]
) -> Iterator[Finding]:
    for name in sorted(program.required - ours.keys()):
        hint = f"set it: {program.name} does not start without it"
        yield container.finding(f"env[{name}]", "is missing", hint)
    for name in sorted(ours.keys() - program.variables):
        hint = f"drop it, or add the setting to {program.name}"
        yield container.finding(f"env[{name}]", "is no setting of this program", hint)
    samples = {name: _sample(each) for name, each in ours.items() if name in program.variables}
    if program.required <= ours.keys():
        for name, words in program.refuses(samples):
            yield container.finding(f"env[{name}]", f"is refused: {words}", "mend its value")


def _sample(variable: Variable) -> str:
    if variable.known or variable.value != HIDDEN:
        return variable.value
    return _SAMPLES.get(variable.name.removeprefix(PREFIX), HIDDEN)


def _reached(container: Container, ours: dict[str, Variable]) -> Iterator[Finding]:
    """Ports that are told are the ports that are declared, and not on the loopback alone."""
    told = {name: each.value for name, each in ours.items() if name.endswith("_PORT")}
    declared = {str(number) for number in (*numbers(container), *probed(container))}
    for name, value in told.items():
        if value not in declared:
            hint = "declare the port under ports, or leave the variable out"
            yield container.finding(f"env[{name}]", f"no container declares {value}", hint)
    for number in sorted(declared - set(told.values())):
        hint = "set the variable that opens it, or do not declare it"
        yield container.finding("ports", f"{number} is declared and nothing opens it", hint)
    bind = ours.get(f"{PREFIX}BIND")
    if declared and (bind is None or _is_loopback(bind.value)):
        hint = "set it to 0.0.0.0 or ::, for probes and callers"
        yield container.finding(f"env[{PREFIX}BIND]", "leaves it to the loopback alone", hint)


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"


def _drained(
    container: Container, program: Program, ours: dict[str, Variable]
) -> Iterator[Finding]:
    """The pod lives on after SIGTERM for as long as its program may take."""
    grace = container.pod.spec.get("terminationGracePeriodSeconds", _GRACE)
    taken = 0.0
    for name in _ENDING & program.seconds.keys():
        variable = ours.get(name)
        try:
            taken += float(variable.value) if variable else program.seconds[name]
        except ValueError:
            return
    if grace <= taken:
        message = f"{grace} s, but {program.name} may take {taken:g} s to drain"
        hint = "raise it above UNREADY_SECONDS + DRAIN_SECONDS"
        yield container.pod.finding("terminationGracePeriodSeconds", message, hint)
