"""django-hordak's transfers: `… peer_hordak DATABASE HOST`; runs in .bench-venv."""

import random
import sys

import django
from django.conf import settings
from django.core.management import call_command
from django.db import transaction

from tests.bench.worker import Step, serve

_ACCOUNTS = 1000


def main(database: str, host: str) -> None:
    """Transfer between two of a thousand accounts; hordak keeps neither balances nor keys."""
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
    from hordak.models import Account, AccountType  # noqa: PLC0415 - only after setup
    from moneyed import Money  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    ids = [
        Account.objects.create(
            name=f"{n}", code=f"{n}", type=AccountType.liability, currencies=["CNY"]
        ).pk
        for n in range(_ACCOUNTS)
    ]

    def make_step() -> Step:
        accounts = list(Account.objects.filter(pk__in=ids))

        def step() -> int:
            source, destination = random.sample(accounts, 2)
            with transaction.atomic():
                source.transfer_to(destination, Money(10, "CNY"))
            return 1

        return step

    serve(make_step)


if __name__ == "__main__":
    main(*sys.argv[1:])
