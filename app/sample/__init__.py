"""The sample town: two villages with two months of history, made through the services.

The same day gives the same town, codes and ids included. Its codes and passwords are known to
everybody, so a production installation refuses to load it.
"""

from .town import SampleSignIn as SampleSignIn
from .town import is_loaded as is_loaded
from .town import load_town as load_town
from .town import sign_ins as sign_ins
