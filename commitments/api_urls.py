"""Which addresses of the API do institutions, agreements, presences and pledges have?"""

from rest_framework.routers import SimpleRouter

from commitments import api

app_name = "commitments-api"
router = SimpleRouter(use_regex_path=False)
router.register("institutions", api.InstitutionViewSet, "institution")
router.register("agreements", api.AgreementViewSet, "agreement")
router.register("signatories", api.SignatoryViewSet, "signatory")
router.register("presences", api.PresenceViewSet, "presence")
router.register("services", api.ServiceViewSet, "service")
router.register("pledges", api.PledgeViewSet, "pledge")
urlpatterns = router.urls
