"""Which static files are served, and under which names?"""

from collections.abc import Iterable
from typing import Any

from django.contrib.staticfiles.finders import AppDirectoriesFinder
from whitenoise.storage import CompressedManifestStaticFilesStorage


class Assets(CompressedManifestStaticFilesStorage):
    """Names that change with the content, also where one of our own modules imports another."""

    # Django's own `support_js_module_import_aggregation` would also rewrite what packages bring.
    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        ("js/*.js", ((r"""(?P<matched>from "(?P<url>\./[^"]+)")""", 'from "%(url)s"'),)),
    )


class UsedFiles(AppDirectoriesFinder):
    """Find what apps bring, but not what no page loads: compressing that would take a minute of every start."""

    UNUSED = ("redoc",)

    def list(self, ignore_patterns: Iterable[str] | None) -> Any:
        """Return the files of all apps."""
        return super().list([*(ignore_patterns or ()), *self.UNUSED])
