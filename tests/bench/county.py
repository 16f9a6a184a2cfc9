"""Counties of invented villages that several benches read; each size is loaded once a run."""

import gc
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask import Flask

from app import create_app
from app.extensions import db
from app.sample.county import CountyShape, load_county
from tests.bench.frame import Figures, Run
from tests.bench.site import Site
from tests.conftest import settings_for

# COUNTY_VILLAGES makes it smaller where disk or patience is short.
FULL = CountyShape(villages=int(os.environ.get("COUNTY_VILLAGES") or 400))


@dataclass(frozen=True, slots=True)
class LoadedCounty:
    """A county's database and how long its loading took."""

    shape: CountyShape
    url: str
    seconds: float


_loaded: dict[tuple[str, CountyShape], LoadedCounty] = {}


def loaded_county(site: Site, shape: CountyShape) -> LoadedCounty:
    """The county of that shape, loaded when it is first asked for."""
    key = (str(site.postgres.data), shape)
    if key not in _loaded:
        url = site.postgres_url()
        with _application(url):
            began = time.perf_counter()
            load_county(shape, processes=os.cpu_count() or 1, progress=lambda *_: None)
            _loaded[key] = LoadedCounty(shape, url, time.perf_counter() - began)
    return _loaded[key]


@contextmanager
def open_county(site: Site, shape: CountyShape) -> Iterator[LoadedCounty]:
    """Inside the context of an application on the county."""
    county = loaded_county(site, shape)
    with _application(county.url):
        yield county


@contextmanager
def _application(url: str) -> Iterator[Flask]:
    app = create_app(settings_for(url))
    # As wsgi.py does it.
    gc.collect()
    gc.freeze()
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
    gc.unfreeze()


def repeated(work: Callable[[], object]) -> Run:
    """Do the work again and again for the seconds given; milliseconds each time took on average.

    Each time reads afresh, in a transaction of its own.
    """

    def run(seconds: float) -> Figures:
        count, began = 0, time.perf_counter()
        while count == 0 or time.perf_counter() - began < seconds:
            work()
            db.session.rollback()
            count += 1
        return {"ms": (time.perf_counter() - began) * 1000 / count}

    return run


def once(work: Callable[[], object]) -> Run:
    """Do the work once, however many seconds are given, and take back what it wrote; its time."""

    def run(_: float) -> Figures:
        began = time.perf_counter()
        work()
        took = time.perf_counter() - began
        db.session.rollback()
        return {"s": took}

    return run
