"""Which address leads where?"""

from allauth.account.decorators import secure_admin_login
from allauth.account.views import logout
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularJSONAPIView

from accounts import views as accounts
from dashboard import search_views, views

# One door, in and out: throttled, with the second factor, noted, for the admin too.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("api/v1/", include("taskforce.api_urls")),
    path("api/v1/", include("regions.api_urls")),
    path("api/v1/", include("commitments.api_urls")),
    path("api/schema/", SpectacularJSONAPIView.as_view(), name="api-schema"),
    path("healthz", views.healthz),
    path("readyz", views.readyz),
    path("robots.txt", search_views.robots),
    *i18n_patterns(
        path("", include("dashboard.urls")),
        path("", include("regions.urls")),
        path("", include("commitments.urls")),
        path("", include("taskforce.urls")),
        path("akun/email/", accounts.address),
        path("akun/", include("allauth.urls")),
        path("admin/logout/", logout),
        path("admin/", admin.site.urls),
        prefix_default_language=False,
    ),
    # Last, so that it is what is written into pages: the provider knows one address to send people back to.
    path("akun/", include("allauth.socialaccount.providers.openid_connect.urls")),
]

handler400 = "dashboard.views.bad_request"
handler403 = "dashboard.views.permission_denied"
handler404 = "dashboard.views.not_found"
handler500 = "dashboard.views.server_error"
