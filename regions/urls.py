"""Which addresses lead out of the work room?"""

from django.urls import path, re_path

from regions import evidence_views, offline_views, readiness_views, token_views, views, webhook_views

# Which entry of which ledger; the key fits the column.
ENTRY = r"(?P<ledger>tahap|operasional)/(?P<pk>[0-9]{1,18})"
ASSESSMENT = r"kesiapan/(?P<pk>[0-9]{1,18})"
REGENCY = r"(?P<code>[0-9]{2}[.][0-9]{2})"

app_name = "regions"
urlpatterns = [
    path("kerja/mpp/<int:pk>/lapor/", views.report_form, name="report"),
    path("kerja/mpp/<int:pk>/masih-benar/", views.still_right, name="still-right"),
    path("kerja/mpp/<int:pk>/ubah/", views.site_form, name="site-change"),
    re_path(rf"^kerja/kabkota/{REGENCY}/mpp-baru/$", views.new_site_form, name="site-new"),
    re_path(rf"^kerja/kabkota/{REGENCY}/kesiapan/$", readiness_views.report_form, name="readiness-report"),
    re_path(rf"^kerja/laporan/{ASSESSMENT}/$", readiness_views.receipt, name="readiness-receipt"),
    re_path(rf"^kerja/laporan/{ASSESSMENT}/koreksi/$", readiness_views.correction_form, name="readiness-correction"),
    path("pemberitahuan/", views.notices, name="notices"),
    path("pemberitahuan/dibaca/", views.read_all_notices, name="notices-read"),
    path("pemberitahuan/<int:pk>/", views.read_notice, name="notice"),
    path("kerja/sesi/", offline_views.session, name="session"),
    path("kerja/worker.js", offline_views.worker, name="worker"),
    path("akun/token/", token_views.tokens, name="tokens"),
    path("akun/token/baru/", token_views.new_token, name="token-new"),
    path("akun/token/<int:pk>/cabut/", token_views.revoke_token, name="token-revoke"),
    path("akun/webhook/", webhook_views.webhooks, name="webhooks"),
    path("akun/webhook/baru/", webhook_views.new_webhook, name="webhook-new"),
    path("akun/webhook/<int:pk>/", webhook_views.webhook, name="webhook"),
    path("akun/webhook/<int:pk>/sakelar/", webhook_views.switch_webhook, name="webhook-switch"),
    path("akun/webhook/<int:pk>/uji/", webhook_views.test_webhook, name="webhook-test"),
    path("akun/webhook/<int:pk>/rahasia/", webhook_views.renew_webhook, name="webhook-renew"),
    path("bukti/<int:pk>/", evidence_views.download, name="evidence"),
    path("bukti/<int:pk>/tarik/", evidence_views.take_back, name="evidence-take-back"),
    re_path(rf"^kerja/laporan/{ENTRY}/$", views.receipt, name="receipt"),
    re_path(rf"^kerja/laporan/{ENTRY}/koreksi/$", views.correction_form, name="correction"),
]
