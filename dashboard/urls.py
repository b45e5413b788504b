"""Which addresses do the pages have that read across apps?"""

from django.urls import path, re_path

from dashboard import api_page, ceremony_views, data_views, import_views, paper_views, place_views, search_views, views
from dashboard.reports import REVIEWED

app_name = "dashboard"
urlpatterns = [
    path("", views.nation, name="nation"),
    path("tahap/", views.stages, name="stages"),
    path("api/docs/", api_page.page, name="api"),
    path("peta/", views.atlas, name="atlas"),
    path("bahan-rapat/", paper_views.papers, name="papers"),
    path("bahan-rapat/pdf/", paper_views.paper_new, name="paper-new"),
    path("bahan-rapat/<uuid:pk>/", paper_views.paper, name="paper"),
    path("bahan-rapat/<uuid:pk>/pdf/", paper_views.paper_file, name="paper-file"),
    path("komitmen/janji/", views.pledges, name="pledges"),
    path("perkiraan/", views.forecast, name="forecast"),
    path("perkiraan/berikutnya/", views.next_best, name="next-best"),
    path("kerja/", views.room, name="room"),
    path("kerja/impor/", import_views.start, name="imports"),
    path("kerja/impor/<uuid:pk>/", import_views.batch, name="import"),
    path("kerja/impor/<uuid:pk>/setuju/", import_views.agree, name="import-agree"),
    path("kerja/impor/<uuid:pk>/simpan/", import_views.confirm, name="import-confirm"),
    path("kerja/impor/<uuid:pk>/batal/", import_views.reverse, name="import-reverse"),
    path("kerja/impor/<uuid:pk>/perbaiki/", import_views.mend, name="import-mend"),
    re_path(
        r"^kerja/impor/(?P<name>[a-z-]{1,30})/(?P<what>templat|data[.]xlsx|data[.]csv)/$",
        import_views.kind_file,
        name="import-file",
    ),
    path("verifikasi/", views.queue, name="queue"),
    path("verifikasi/seremoni/<int:pk>/", views.ceremony, name="ceremony"),
    re_path(rf"^verifikasi/(?P<ledger>{'|'.join(REVIEWED)})/(?P<pk>[0-9]{{1,18}})/$", views.review, name="review"),
    re_path(r"^mpp/(?P<pk>[0-9]{1,18})/$", place_views.site, name="site"),
    path("komitmen/", views.commitments, name="commitments"),
    path("komitmen/belum-hadir/", views.gaps, name="gaps"),
    path("pantauan/", views.alerts, name="alerts"),
    re_path(r"^pantauan/(?P<pk>[0-9]{1,18})/$", views.alert, name="alert"),
    re_path(r"^pantauan/(?P<pk>[0-9]{1,18})/diketahui/$", views.acknowledge_alert, name="alert-acknowledge"),
    re_path(r"^pantauan/(?P<pk>[0-9]{1,18})/rencana-aksi/$", views.follow_up_alert, name="alert-follow-up"),
    path("seremoni/", ceremony_views.ceremonies, name="ceremonies"),
    path("seremoni/baru/", ceremony_views.ceremony_new, name="ceremony-new"),
    re_path(r"^seremoni/(?P<pk>[0-9]{1,18})/$", ceremony_views.ceremony_plan, name="ceremony-plan"),
    re_path(r"^seremoni/(?P<pk>[0-9]{1,18})/hadir/$", ceremony_views.ceremony_attendance, name="ceremony-attendance"),
    re_path(r"^seremoni/(?P<pk>[0-9]{1,18})/catat/$", ceremony_views.ceremony_record, name="ceremony-record"),
    path("angka/", views.announced, name="announced"),
    re_path(r"^angka/(?P<pk>[0-9]{1,18})/$", views.announced_figure, name="announced-figure"),
    path("cari/", search_views.find, name="search"),
    path("penjelasan/", views.explain, name="explain"),
    path("data/", data_views.data, name="data"),
    path("data/<str:day>/", data_views.data_release, name="data-release"),
    path("data/<str:day>/<str:name>", data_views.data_file, name="data-file"),
    path("kesiapan/", views.readiness, name="readiness"),
    path("provinsi/<str:code>/", views.province, name="province"),
    path("kabkota/<str:code>/", place_views.regency, name="regency"),
]
