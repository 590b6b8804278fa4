"""Makes an empty database a Tryton company: modules, currency, company, units, accounts, users.

Runs in the environment of Tryton (GPL-3) as a process of its own; nothing of ours imports it.
JSON on stdin: {"server" (its URL without a database), "database", "email", "admin_password",
"adapter": {"login", "password"}}.
"""

import datetime as dt
import json
import logging
import subprocess
import sys
import tempfile
from decimal import Decimal
from pathlib import Path

import trytond.config
from proteus import Model, Wizard, config

_MODULES = (
    "production_routing",
    "production_work",
    "production_split",
    "stock_lot",
    "account_stock_continental",
    "sale",
    "purchase",
)
_GROUPS = ("Production", "Stock", "Stock Force Assignment", "Stock Cancellation")
_READS = ("sale.sale", "purchase.purchase")
"""What the platform's user may read and not change, in a group of its own."""
_DIGITS = {"Kilogram": 3, "Liter": 3, "Meter": 3}
"""Decimals in which a unit counts; Tryton's own are coarser."""
_YEARS = 8
"""That a database's books are open, from last year on: it may be copied for long."""
_CHART = {"RAW": ("3010", "4010"), "FINISHED": ("3020", "4020")}
"""Stock and its change, by kind of goods: every move of stock is booked on both."""


def build(task):
    """Everything that does not depend on what a plant makes."""
    _activate(task)
    trytond.config.set("database", "uri", task["server"])
    tryton = config.set_trytond(task["database"])
    _found_company(tryton, task["email"])
    for name, digits in _DIGITS.items():
        [unit] = Model.get("product.uom").find([("name", "=", name)])
        unit.digits, unit.rounding = digits, float(Decimal(1).scaleb(-digits))
        unit.save()
    _open_books()
    _employ(task["adapter"])


def _activate(task):
    """trytond-admin, twice: the tables of the core, then the modules."""
    admin = str(Path(sys.executable).with_name("trytond-admin"))
    with tempfile.TemporaryDirectory() as folder:
        told, password = Path(folder, "trytond.conf"), Path(folder, "password")
        told.write_text(f"[database]\nuri = {task['server']}\n")
        password.write_text(task["admin_password"])
        env = {"TRYTONPASSFILE": str(password), "HOME": folder}
        for more in (["--all", "--email", task["email"]], ["-u", *_MODULES]):
            words = [admin, "-c", told, "-d", task["database"], *more, "--activate-dependencies"]
            subprocess.run(words, env=env, check=True, stdout=sys.stderr)


def _found_company(tryton, email):
    euro = Model.get("currency.currency")(
        name="Euro", symbol="€", code="EUR", rounding=Decimal("0.01"), digits=2
    )
    euro.save()
    party = Model.get("party.party")(name="Plantmesh")
    party.save()
    wizard = Wizard("company.company.config")
    wizard.execute("company")
    wizard.form.party, wizard.form.currency = party, euro
    wizard.execute("add")
    User = Model.get("res.user")  # noqa: N806 - a class that proteus makes
    [admin] = User.find([("login", "=", "admin")])
    admin.email = email
    admin.save()
    tryton._context = User.get_preferences(True, {})


def _open_books():
    """A general ledger of stock at cost, as continental valuation keeps it; no other accounts."""
    [company] = Model.get("company.company").find([])
    _open_years(company)
    lies = _kind(company, "Stock", statement="balance", assets=True)
    changes = _kind(company, "Change of stock", statement="income")
    for name, (stock, change) in _CHART.items():
        category = Model.get("product.category")(name=name, accounting=True)
        category.account_stock = _account(company, lies, stock, f"{name}, stock")
        change = _account(company, changes, change, f"{name}, change of stock")
        category.account_stock_in = category.account_stock_out = change
        category.save()


def _open_years(company):
    first = dt.datetime.now(dt.UTC).year - 1
    [numbers] = Model.get("ir.sequence.type").find([("name", "=", "Account Move")])
    sequence = Model.get("ir.sequence.strict")(name="moves", sequence_type=numbers, company=company)
    sequence.save()
    years = Model.get("account.fiscalyear")(name=f"from {first}", company=company)
    years.start_date, years.end_date = dt.date(first, 1, 1), dt.date(first + _YEARS - 1, 12, 31)
    years.move_sequence, years.account_stock_method = sequence, "continental"
    # Nobody invoices here, so invoices need no numbers.
    while years.invoice_sequences:
        years.invoice_sequences.pop()
    years.save()
    years.click("create_period")


def _kind(company, name, **other):
    kind = Model.get("account.account.type")(name=name, company=company, stock=True, **other)
    kind.save()
    return kind


def _account(company, kind, code, name):
    account = Model.get("account.account")(name=name, code=code, type=kind, company=company)
    account.save()
    return account


def _employ(adapter):
    """The user the platform posts as; no administrator."""
    [company] = Model.get("company.company").find([])
    user = Model.get("res.user")(name="Plantmesh", login=adapter["login"])
    user.password = adapter["password"]
    user.companies.append(company)
    user.company = company
    Group = Model.get("res.group")  # noqa: N806 - a class that proteus makes
    for name in _GROUPS:
        [group] = Group.find([("name", "=", name)])
        user.groups.append(group)
    user.groups.append(_readers())
    user.save()


def _readers():
    group = Model.get("res.group")(name="Orders, read only")
    group.save()
    for model in _READS:
        access = Model.get("ir.model.access")(model=model, group=group)
        access.perm_read = True
        access.perm_write = access.perm_create = access.perm_delete = False
        access.save()
    return group


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    build(json.load(sys.stdin))
