"""Django's registration of the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RegionsConfig(AppConfig):
    name = "regions"
    verbose_name = _("Wilayah dan MPP")

    def ready(self) -> None:
        """Let the schema of the API know of tokens."""
        from regions import token_schema  # noqa: F401
