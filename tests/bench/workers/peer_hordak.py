"""django-hordak's transfers: `… peer_hordak DATABASE HOST WORK`; runs in .bench-venv.

WORK is "bare", or "same" for what a post of ours keeps as well, as far as the library's own API
can be told to: both accounts locked in order, a key looked up, and a balance not overdrawn.
"""

import random
import sys
import uuid

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction

from tests.bench.worker import Step, serve

_ACCOUNTS = 1000


def main(database: str, host: str, work: str) -> None:
    """Transfer between two of a thousand accounts; by itself hordak keeps no balances, no keys."""
    _set_up(database, host)
    from hordak.models import Account, AccountType  # noqa: PLC0415 - only after setup

    with transaction.atomic():
        ids = [
            Account.objects.create(
                name=f"{n}", code=f"{n}", type=AccountType.liability, currencies=["CNY"]
            ).pk
            for n in range(_ACCOUNTS)
        ]
    serve(lambda: _bare(ids) if work == "bare" else _same(ids))


def _set_up(database: str, host: str) -> None:
    settings.configure(
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": database,
                "USER": "postgres",
                "HOST": host,
                "CONN_MAX_AGE": None,
            }
        },
        INSTALLED_APPS=["django.contrib.contenttypes", "mptt", "djmoney", "hordak"],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
        CURRENCIES=("CNY",),
        DEFAULT_CURRENCY="CNY",
    )
    django.setup()
    call_command("migrate", verbosity=0)


def _bare(ids: list[int]) -> Step:
    from hordak.models import Account  # noqa: PLC0415 - only after setup
    from moneyed import Money  # noqa: PLC0415

    accounts = list(Account.objects.filter(pk__in=ids))

    def step() -> int:
        payee, payer = random.sample(accounts, 2)
        with transaction.atomic():
            # Of two liabilities the one that is called grows.
            payee.transfer_to(payer, Money(10, "CNY"))
        return 1

    return step


def _same(ids: list[int]) -> Step:
    from hordak.models import Account, Transaction  # noqa: PLC0415 - only after setup
    from moneyed import Money  # noqa: PLC0415

    _fund(ids)
    amount = Money(10, "CNY")

    def step() -> int:
        wanted, key = random.sample(ids, 2), uuid.uuid4()
        with transaction.atomic():
            # `list` reads, and with it locks, now.
            locked = list(Account.objects.select_for_update().filter(pk__in=wanted).order_by("pk"))
            payee, payer = random.sample(locked, 2)
            if Transaction.objects.filter(uuid=key).exists():
                raise ValueError("a key is known")
            if payer.get_simple_balance()["CNY"] < amount:
                raise ValueError("insufficient balance")
            payee.transfer_to(payer, amount, uuid=key)
        return 1

    return step


def _fund(ids: list[int]) -> None:
    """Give every account more than a bench can spend, and the keys their index."""
    from hordak.models import Account, AccountType  # noqa: PLC0415 - only after setup
    from moneyed import Money  # noqa: PLC0415

    with transaction.atomic():
        bank = Account.objects.create(
            name="bank", code="bank", type=AccountType.liability, currencies=["CNY"]
        )
        for account in Account.objects.filter(pk__in=ids):
            account.transfer_to(bank, Money(1_000_000, "CNY"))
    with connection.cursor() as cursor:
        cursor.execute("CREATE UNIQUE INDEX ON hordak_transaction (uuid)")
        cursor.execute("ANALYZE")


if __name__ == "__main__":
    main(*sys.argv[1:])
