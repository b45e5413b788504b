"""Which addresses of the API does the task force answer?"""

from django.urls import path

from taskforce.api import CoverageView

app_name = "taskforce-api"
urlpatterns = [path("coverage/", CoverageView.as_view(), name="coverage")]
