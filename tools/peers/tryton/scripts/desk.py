"""A clerk at Tryton's own desk: reads a task a line, does it with proteus, answers a line.

Runs in the environment of Tryton (GPL-3) as a process of its own; nothing of ours imports it.
JSON on stdin: first {"url", "login", "password"}, then {"verb", "task"} each; on stdout {"answer"}
or {"error", "kind"}, kind "away" when Tryton cannot be reached.
"""

import json
import sys
import xmlrpc.client
from contextlib import suppress

from call import call
from finish import finish
from introduce import introduce
from period import close_period
from proteus import config
from read import read
from release import release
from trade import pick, trade

_VERBS = {
    "introduce": introduce,
    "release": release,
    "trade": trade,
    "pick": pick,
    "finish": finish,
    "read": read,
    "close_period": close_period,
    "call": call,
}


def answer(tryton, request):
    """What a line says in return."""
    try:
        return {"answer": _VERBS[request["verb"]](tryton, request["task"])}
    except OSError as error:
        return {"error": f"{type(error).__name__}: {error}", "kind": "away"}
    except xmlrpc.client.Fault as fault:
        return {"error": f"{fault.faultCode}: {fault.faultString}", "kind": "refused"}


def main():
    """One session for all tasks; Tryton keeps it in its database, over restarts too."""
    who = json.loads(sys.stdin.readline())
    session = config.set_xmlrpc_session(who["url"], who["login"], who["password"])
    # Whoever leaves while Tryton is away cannot log out.
    with suppress(OSError), session as tryton:
        for line in sys.stdin:
            sys.stdout.write(json.dumps(answer(tryton, json.loads(line)), default=str) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
