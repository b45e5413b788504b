"""Which addresses does the work room have?"""

from django.urls import path, re_path

from regions import evidence_views, offline_views, views

app_name = "regions"
urlpatterns = [
    path("kerja/", views.room, name="room"),
    path("kerja/mpp/<int:pk>/lapor/", views.report_form, name="report"),
    path("kerja/mpp/<int:pk>/masih-benar/", views.still_right, name="still-right"),
    path("kerja/kabkota/<str:code>/mpp-baru/", views.site_form, name="site-new"),
    path("kerja/sesi/", offline_views.session, name="session"),
    path("kerja/worker.js", offline_views.worker, name="worker"),
    path("bukti/<int:pk>/", evidence_views.download, name="evidence"),
    re_path(r"^kerja/laporan/(?P<ledger>tahap|operasional)/(?P<pk>[0-9]{1,18})/$", views.receipt, name="receipt"),
]
