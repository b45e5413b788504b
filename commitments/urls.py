"""Which addresses do agreements, presence and pledges have?"""

from django.urls import path

from commitments import views

app_name = "commitments"
urlpatterns = [
    path("kerja/laporan/gerai/<int:pk>/", views.receipt, name="receipt"),
]
