"""Which addresses do the public pages have?"""

from django.urls import path, re_path

from dashboard import views

app_name = "dashboard"
urlpatterns = [
    path("", views.nation, name="nation"),
    path("verifikasi/", views.queue, name="queue"),
    re_path(r"^verifikasi/(?P<ledger>tahap|operasional)/(?P<pk>[0-9]{1,18})/$", views.review, name="review"),
    path("provinsi/<str:code>/", views.province, name="province"),
]
