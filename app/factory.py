"""Build the application: the only module that imports every domain."""

from flask import Blueprint, Flask

from app import cli
from app.accounts import api as accounts_api
from app.accounts import service as accounts
from app.accounts import views as accounts_views
from app.alerts import api as alerts_api
from app.alerts import views as alerts_views
from app.billing import api as billing_api
from app.billing import views as billing_views
from app.booking import api as booking_api
from app.booking import views as booking_views
from app.capture import api as capture_api
from app.capture import views as capture_views
from app.catalogue import api as catalogue_api
from app.catalogue import views as catalogue_views
from app.controlled import api as controlled_api
from app.controlled import views as controlled_views
from app.counting import api as counting_api
from app.counting import views as counting_views
from app.delivery.api import desk as desk_api
from app.delivery.api import driving as driver_api
from app.delivery.api import planning as delivery_api
from app.delivery.views import board as delivery_views
from app.delivery.views import desk as desk_views
from app.delivery.views import driving as driver_views
from app.dispensing import api as dispensing_api
from app.dispensing import views as dispensing_views
from app.disposal import api as disposal_api
from app.disposal import views as disposal_views
from app.epcis import api as epcis_api
from app.epcis import views as epcis_views
from app.equipment import api as equipment_api
from app.equipment import views as equipment_views
from app.exchange import api as exchange_api
from app.exchange import views as exchange_views
from app.fulfilment import api as fulfilment_api
from app.fulfilment import views as fulfilment_views
from app.inventory import api as inventory_api
from app.inventory import views as inventory_views
from app.kernel import clock
from app.kernel.db import open_engine
from app.kernel.settings import Settings
from app.kpi import api as kpi_api
from app.kpi import views as kpi_views
from app.labelling import views as labelling_views
from app.network import api as network_api
from app.network.views import facilities as network_views
from app.network.views import roads as roads_views
from app.notices import api as notices_api
from app.notices import views as notices_views
from app.patients import api as patients_api
from app.purchasing import api as purchasing_api
from app.purchasing import views as purchasing_views
from app.quality import api as quality_api
from app.quality import service as quality
from app.quality import views as quality_views
from app.recall import api as recall_api
from app.recall import views as recall_views
from app.reconciliation import api as reconciliation_api
from app.reconciliation import views as reconciliation_views
from app.replenishment import api as replenishment_api
from app.replenishment import views as replenishment_views
from app.savings import views as savings_views
from app.traceability import api as traceability_api
from app.traceability import views as traceability_views
from app.transfers import api as transfers_api
from app.transfers import views as transfers_views
from app.uploads import api as uploads_api
from app.uploads import service as uploads
from app.uploads import views as uploads_views
from app.web import (
    aftermath,
    bodies,
    guard,
    health,
    home,
    jobs,
    labels,
    locale,
    navigation,
    offline,
    openapi,
    pages,
    problems,
    search,
    security,
    unit_of_work,
)

API_BLUEPRINTS: tuple[Blueprint, ...] = (
    accounts_api.blueprint,
    alerts_api.blueprint,
    billing_api.blueprint,
    booking_api.blueprint,
    capture_api.blueprint,
    catalogue_api.blueprint,
    counting_api.blueprint,
    controlled_api.blueprint,
    delivery_api.blueprint,
    desk_api.blueprint,
    dispensing_api.blueprint,
    *disposal_api.BLUEPRINTS,
    driver_api.blueprint,
    epcis_api.blueprint,
    equipment_api.blueprint,
    exchange_api.blueprint,
    *fulfilment_api.BLUEPRINTS,
    *inventory_api.BLUEPRINTS,
    jobs.api,
    kpi_api.blueprint,
    network_api.blueprint,
    notices_api.blueprint,
    patients_api.blueprint,
    *purchasing_api.BLUEPRINTS,
    quality_api.blueprint,
    quality_api.units,
    reconciliation_api.blueprint,
    *recall_api.BLUEPRINTS,
    replenishment_api.blueprint,
    traceability_api.blueprint,
    transfers_api.blueprint,
    *uploads_api.BLUEPRINTS,
)
"""Edges for programs, sorted; every one is in the OpenAPI document."""

PAGE_BLUEPRINTS: tuple[Blueprint, ...] = (
    accounts_views.blueprint,
    alerts_views.blueprint,
    billing_views.blueprint,
    *booking_views.BLUEPRINTS,
    capture_views.blueprint,
    catalogue_views.blueprint,
    counting_views.blueprint,
    controlled_views.blueprint,
    delivery_views.blueprint,
    desk_views.blueprint,
    dispensing_views.blueprint,
    *disposal_views.BLUEPRINTS,
    driver_views.blueprint,
    epcis_views.blueprint,
    equipment_views.blueprint,
    *exchange_views.BLUEPRINTS,
    *fulfilment_views.BLUEPRINTS,
    health.blueprint,
    home.blueprint,
    *inventory_views.BLUEPRINTS,
    jobs.pages,
    kpi_views.blueprint,
    labelling_views.blueprint,
    network_views.blueprint,
    notices_views.blueprint,
    offline.blueprint,
    *purchasing_views.BLUEPRINTS,
    quality_views.blueprint,
    quality_views.quarantine,
    reconciliation_views.blueprint,
    *recall_views.BLUEPRINTS,
    replenishment_views.blueprint,
    roads_views.blueprint,
    savings_views.blueprint,
    search.blueprint,
    *traceability_views.BLUEPRINTS,
    transfers_views.blueprint,
    *uploads_views.BLUEPRINTS,
)
"""Edges for people, sorted."""

NAVIGATION: tuple[navigation.Entry, ...] = (
    *accounts_views.NAVIGATION,
    *alerts_views.NAVIGATION,
    *billing_views.NAVIGATION,
    *booking_views.NAVIGATION,
    *capture_views.NAVIGATION,
    *catalogue_views.NAVIGATION,
    *counting_views.NAVIGATION,
    *controlled_views.NAVIGATION,
    *delivery_views.NAVIGATION,
    *dispensing_views.NAVIGATION,
    *disposal_views.NAVIGATION,
    *driver_views.NAVIGATION,
    *epcis_views.NAVIGATION,
    *equipment_views.NAVIGATION,
    *exchange_views.NAVIGATION,
    *fulfilment_views.NAVIGATION,
    *inventory_views.NAVIGATION,
    *kpi_views.NAVIGATION,
    *labelling_views.NAVIGATION,
    *network_views.NAVIGATION,
    *purchasing_views.NAVIGATION,
    *reconciliation_views.NAVIGATION,
    *recall_views.NAVIGATION,
    *replenishment_views.NAVIGATION,
    *roads_views.NAVIGATION,
    *savings_views.NAVIGATION,
    *transfers_views.NAVIGATION,
    *uploads_views.NAVIGATION,
)
"""The entries of each domain's views, sorted by domain."""

FINDERS: tuple[search.Finder, ...] = (
    *fulfilment_views.FINDERS,
    traceability_views.find_codes,
    *purchasing_views.FINDERS,
    counting_views.find_counts,
    transfers_views.find_transfers,
    dispensing_views.find_documents,
    *disposal_views.FINDERS,
    *recall_views.FINDERS,
    catalogue_views.find_items,
    inventory_views.find_lots,
    inventory_views.find_bins,
    labelling_views.find_devices,
    delivery_views.find_runs,
    network_views.find_facilities,
)
"""What the search field finds, most specific first: codes and references before names."""


def create_app(settings: Settings) -> Flask:
    """Return an application bound to one database."""
    app = Flask(__name__, static_folder="../static")
    app.config.from_mapping(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        DEMO=settings.demo,
    )
    app.extensions["settings"] = settings
    uploads.load_profile(settings.upload_profile)  # a wrong field map stops the start
    clock.shift(settings.demo_clock)
    security.trust_proxies(app, settings.proxies)
    unit_of_work.init_app(app, open_engine(settings.database_url))
    guard.init_app(app, accounts.authenticate)
    aftermath.init_app(app, quality.keep_incident)
    for glue in (bodies, labels, locale, pages, problems, security):
        glue.init_app(app)
    pages.tell_unread(app, notices_views.unread_of)
    api = openapi.init_app(app)
    for blueprint in API_BLUEPRINTS:
        api.register_blueprint(blueprint)
    for blueprint in PAGE_BLUEPRINTS:
        app.register_blueprint(blueprint)
    with app.app_context():
        navigation.add_entries(*NAVIGATION)
        search.add_finders(*FINDERS)
        search.set_reader(traceability_views.read_code)
    cli.register(app)
    return app
