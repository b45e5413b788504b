"""Which addresses do the public pages have?"""

from django.urls import path

from dashboard import views

app_name = "dashboard"
urlpatterns = [
    path("", views.nation, name="nation"),
    path("provinsi/<str:code>/", views.province, name="province"),
]
