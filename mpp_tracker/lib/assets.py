"""Under which names are static files served?"""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class Assets(CompressedManifestStaticFilesStorage):
    """Names that change with the content, also where one of our own modules imports another."""

    # Django's own `support_js_module_import_aggregation` would also rewrite what packages bring.
    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        ("js/*.js", ((r"""(?P<matched>from "(?P<url>\./[^"]+)")""", 'from "%(url)s"'),)),
    )
