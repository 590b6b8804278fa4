"""A real cluster, asked through kubectl and Helm as an SRE asks it."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import yaml

# What examples use and not every cluster has.
OPERATORS = ("monitoring.coreos.com/v1", "keda.sh/v1alpha1")
_SECONDS = 900


class Answer(NamedTuple):
    """What a program printed; warnings of the API server are in `words`."""

    text: str
    words: str


class RefusedError(Exception):
    """A program ended badly; the message is what it said."""


@dataclass(frozen=True)
class Hands:
    """kubectl and Helm toward one namespace of one cluster."""

    kubeconfig: Path
    namespace: str
    helm_program: str = "helm"

    def kubectl(self, *words: str, given: str = "") -> Answer:
        """Run it; raises RefusedError."""
        return _run(self.kubectl_line(*words), given)

    def helm(self, *words: str) -> Answer:
        """Run it; raises RefusedError."""
        return _run(self.helm_line(*words))

    def kubectl_line(self, *words: str) -> list[str]:
        """The command, from its program on."""
        return ["kubectl", *self._where(), *words]

    def helm_line(self, *words: str) -> list[str]:
        """The command, from its program on."""
        return [self.helm_program, *words, *self._where()]

    def apply(self, documents: Sequence[Mapping[str, Any]], *words: str) -> Answer:
        """Server-side; `words` may be --dry-run=server."""
        given = yaml.safe_dump_all(documents)
        return self.kubectl("apply", "--server-side", *words, "--filename", "-", given=given)

    def get(self, kind: str, name: str) -> Any:
        """One object."""
        return json.loads(self.kubectl("get", kind, name, "--output", "json").text)

    def may(self, account: str, verb: str, what: str) -> bool:
        """Whether a service account of the namespace may do that."""
        person = f"system:serviceaccount:{self.namespace}:{account}"
        try:
            answer = self.kubectl("auth", "can-i", verb, what, "--as", person)
        except RefusedError as error:
            if str(error).strip().endswith("no"):
                return False
            raise
        return answer.text.strip() == "yes"

    def served(self) -> set[str]:
        """The API versions of the cluster."""
        return set(self.kubectl("api-versions").text.split())

    def _where(self) -> list[str]:
        return ["--kubeconfig", str(self.kubeconfig), "--namespace", self.namespace]


def _run(line: Sequence[str], given: str = "") -> Answer:
    done = subprocess.run(
        line, input=given, capture_output=True, text=True, check=False, timeout=_SECONDS
    )
    if done.returncode:
        raise RefusedError(f"{' '.join(line)}\n{done.stderr}{done.stdout}")
    return Answer(done.stdout, done.stderr)
