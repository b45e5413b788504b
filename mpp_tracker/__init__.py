"""Pantau MPP: the rollout of Indonesia's public service malls, followed from promise to inauguration."""

from mpp_tracker.celery import app as celery_app

__all__ = ["celery_app"]
