"""Which addresses do the pages have that read across apps?"""

from django.urls import path, re_path

from dashboard import views
from dashboard.reports import REVIEWED

app_name = "dashboard"
urlpatterns = [
    path("", views.nation, name="nation"),
    path("komitmen/janji/", views.pledges, name="pledges"),
    path("kerja/", views.room, name="room"),
    path("verifikasi/", views.queue, name="queue"),
    path("verifikasi/seremoni/<int:pk>/", views.ceremony, name="ceremony"),
    re_path(rf"^verifikasi/(?P<ledger>{'|'.join(REVIEWED)})/(?P<pk>[0-9]{{1,18}})/$", views.review, name="review"),
    re_path(r"^mpp/(?P<pk>[0-9]{1,18})/$", views.site, name="site"),
    path("komitmen/", views.commitments, name="commitments"),
    path("komitmen/belum-hadir/", views.gaps, name="gaps"),
    path("kesiapan/", views.readiness, name="readiness"),
    path("provinsi/<str:code>/", views.province, name="province"),
]
