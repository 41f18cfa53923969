"""The door a web server knocks on; behind it somebody also looks whether alerts are being told."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()

if settings.ALERT_LOOKOUT:
    from operations import lookout  # there are no models before the line above

    lookout.look_out()
