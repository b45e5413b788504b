"""Which addresses do the public pages have?"""

from django.urls import path, re_path

from dashboard import views
from dashboard.reports import REVIEWED

app_name = "dashboard"
urlpatterns = [
    path("", views.nation, name="nation"),
    path("verifikasi/", views.queue, name="queue"),
    path("verifikasi/seremoni/<int:pk>/", views.ceremony, name="ceremony"),
    re_path(rf"^verifikasi/(?P<ledger>{'|'.join(REVIEWED)})/(?P<pk>[0-9]{{1,18}})/$", views.review, name="review"),
    re_path(r"^mpp/(?P<pk>[0-9]{1,18})/$", views.site, name="site"),
    path("provinsi/<str:code>/", views.province, name="province"),
]
