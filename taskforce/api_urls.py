"""Which addresses of the API does the task force answer?"""

from django.urls import path

from taskforce import api

app_name = "taskforce-api"
urlpatterns = [
    path("coverage/", api.CoverageView.as_view(), name="coverage"),
    path("coverage/units/", api.UnitsView.as_view(), name="units"),
    path("coverage/series/", api.SeriesView.as_view(), name="series"),
    path("coverage/explain/", api.ExplainView.as_view(), name="explain"),
]
