"""Which Celery application runs the background jobs, and how do its workers hold on to work?

Nothing depends on a message arriving: whatever has to be done later is a row, the message only says "look
now", and `beat_schedule` in the settings looks anyway (docs/decisions/0003-queue-is-a-hint.md).
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mpp_tracker.settings")

app = Celery("mpp_tracker")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
