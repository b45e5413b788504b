"""Which addresses of the API do areas, sites and the ledger have?"""

from rest_framework.routers import SimpleRouter

from regions import api

app_name = "regions-api"
router = SimpleRouter(use_regex_path=False)
router.register("provinces", api.ProvinceViewSet, "province")
router.register("regencies", api.RegencyViewSet, "regency")
router.register("regency-aliases", api.RegencyAliasViewSet, "regency-alias")
router.register("former-codes", api.FormerCodeViewSet, "former-code")
router.register("sites", api.SiteViewSet, "site")
router.register("milestones", api.MilestoneViewSet, "milestone")
router.register("operating-records", api.OperatingRecordViewSet, "operating-record")
router.register("digital-adoptions", api.DigitalAdoptionViewSet, "digital-adoption")
router.register("readiness-assessments", api.ReadinessViewSet, "readiness-assessment")
router.register("ceremonies", api.CeremonyViewSet, "ceremony")
urlpatterns = router.urls
