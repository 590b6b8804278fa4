"""Any call a user can make, for what has no verb. Runs in the environment of Tryton."""


def call(tryton, task):
    """{"model", "method", "args"} with the session's context and "context" on top of it."""
    method = getattr(tryton.get_proxy(task["model"]), task["method"])
    return method(*task.get("args", []), {**tryton.context, **task.get("context", {})})
