"""Periods of the stock. Runs in the environment of Tryton."""

import datetime as dt

from proteus import Model


def close_period(tryton, task):
    """{"date": ISO}: nothing moves on that day or before any more."""
    day = dt.date.fromisoformat(task["date"])
    Period = Model.get("stock.period")  # noqa: N806 - a class that proteus makes
    found = Period.find([("date", "=", day)])
    period = found[0] if found else Period(date=day)
    period.save()
    if period.state != "closed":
        period.click("close")
    return {"period": period.id}
