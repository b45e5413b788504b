"""Django's registration of the admin with our own site."""

from django.contrib.admin.apps import AdminConfig


class PantauAdminConfig(AdminConfig):
    """The admin, open to whoever `regions.admin_site` lets in."""

    default_site = "regions.admin_site.PantauAdminSite"
