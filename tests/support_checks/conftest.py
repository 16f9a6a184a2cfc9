from tests.support.fixtures import camera_phone as camera_phone
from tests.support.fixtures import chromium as chromium
from tests.support.fixtures import phone as phone
from tests.support.fixtures import playwright as playwright
from tests.support.fixtures import postgres as postgres
