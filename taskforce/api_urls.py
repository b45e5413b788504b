"""Which addresses of the API does the task force answer?"""

from django.urls import path
from rest_framework.routers import SimpleRouter

from taskforce import api, records_api

app_name = "taskforce-api"
router = SimpleRouter(use_regex_path=False)
router.register("decrees", records_api.DecreeViewSet, "decree")
router.register("members", records_api.MemberViewSet, "member")
router.register("directives", records_api.DirectiveViewSet, "directive")
router.register("targets", records_api.TargetViewSet, "target")
router.register("announced-figures", records_api.AnnouncedFigureViewSet, "announced-figure")
router.register("action-items", records_api.ActionItemViewSet, "action-item")
router.register("alerts", records_api.AlertViewSet, "alert")
router.register("letters", records_api.LetterViewSet, "letter")
urlpatterns = [
    path("coverage/", api.CoverageView.as_view(), name="coverage"),
    path("coverage/units/", api.UnitsView.as_view(), name="units"),
    path("coverage/series/", api.SeriesView.as_view(), name="series"),
    path("coverage/explain/", api.ExplainView.as_view(), name="explain"),
    *router.urls,
]
