"""The village points bank: the factory, the only module that knows every feature."""

from flask import Flask
from flask_wtf import CSRFProtect

from app import cli, config, extensions
from app.activities.api import ACTIVITY_APIS
from app.activities.pages import ACTIVITY_PAGES
from app.activities.queries.witnesses import ACTIVITY_WITNESS
from app.claims.api import CLAIM_APIS
from app.claims.pages import CLAIM_PAGES
from app.claims.queries import CLAIM_WITNESS
from app.expiry.api import api as expiry_api
from app.expiry.pages import pages as expiry_pages
from app.expiry.queries import EXPIRY_WITNESS
from app.home.api import api as home_api
from app.home.pages import HOME_PAGES
from app.identity import access
from app.identity.api import api as identity_api
from app.identity.pages import pages as identity_pages
from app.incentives.api import api as incentives_api
from app.incentives.pages import pages as incentives_pages
from app.incentives.queries import INCENTIVE_WITNESS
from app.kit import ids
from app.ledger.queries.witnesses import register_witness
from app.notices.api import api as notices_api
from app.notices.pages import pages as notices_pages
from app.people.api import PEOPLE_APIS
from app.people.pages import PEOPLE_PAGES
from app.people.queries import LIFE_WITNESS
from app.rulebook.api import api as rulebook_api
from app.rulebook.pages import pages as rulebook_pages
from app.rulebook.queries import AWARD_WITNESS
from app.store.api import api as store_api
from app.store.pages import STORE_PAGES
from app.store.queries import STORE_WITNESS
from app.supervision.api import api as supervision_api
from app.supervision.pages import pages as supervision_pages
from app.web.errors import init_errors
from app.web.forms import init_forms
from app.web.headers import init_headers
from app.web.health import health
from app.web.json_api import DescribedApi
from app.web.links import init_links
from app.web.preferences import init_preferences, preferences

PAGES = (
    *ACTIVITY_PAGES,
    *CLAIM_PAGES,
    expiry_pages,
    *HOME_PAGES,
    health,
    identity_pages,
    incentives_pages,
    notices_pages,
    *PEOPLE_PAGES,
    preferences,
    rulebook_pages,
    *STORE_PAGES,
    supervision_pages,
)
APIS = (
    *ACTIVITY_APIS,
    *CLAIM_APIS,
    expiry_api,
    home_api,
    identity_api,
    *PEOPLE_APIS,
    rulebook_api,
    store_api,
    incentives_api,
    notices_api,
    supervision_api,
)

WITNESSES = (
    ACTIVITY_WITNESS,
    AWARD_WITNESS,
    CLAIM_WITNESS,
    EXPIRY_WITNESS,
    INCENTIVE_WITNESS,
    LIFE_WITNESS,
    STORE_WITNESS,
)


def create_app(settings: config.Settings | None = None) -> Flask:
    """The WSGI application; without settings they come from the environment."""
    settings = settings or config.load_settings()
    app = Flask(__name__)
    app.extensions["settings"] = settings
    app.config.from_mapping(config.flask_settings(settings))
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = extensions.engine_options(settings.database_url)
    ids.use_node(settings.node_id)
    extensions.init_database(app)
    init_errors(app)
    init_headers(app, production=settings.production)
    csrf = CSRFProtect(app)
    init_forms(app)
    init_preferences(app)
    init_links(app)
    access.init_access(app)
    for source in WITNESSES:
        register_witness(source)
    for pages in PAGES:
        app.register_blueprint(pages)
    described = DescribedApi(app)
    for api in APIS:
        described.register_blueprint(api)
        csrf.exempt(api)
    cli.register(app)
    return app
