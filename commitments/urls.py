"""Which addresses do agreements, presence and pledges have?"""

from django.urls import path

from commitments import views

app_name = "commitments"
urlpatterns = [
    path("kerja/instansi/", views.room, name="room"),
    path("kerja/mpp/<int:pk>/gerai/", views.site_counters, name="site-counters"),
    path("kerja/mpp/<int:pk>/gerai/baru/", views.new_form, name="counter-new"),
    path("kerja/gerai/<int:pk>/perbarui/", views.update_form, name="counter-update"),
    path("kerja/laporan/gerai/<int:pk>/", views.receipt, name="receipt"),
]
