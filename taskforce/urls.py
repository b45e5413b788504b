"""Which addresses do the action plan and the letters have?"""

from django.urls import path, re_path

from taskforce import letter_views, views

app_name = "taskforce"
urlpatterns = [
    path("satgas/", views.mandate, name="mandate"),
    path("satgas/rencana/", views.actions, name="actions"),
    path("satgas/rencana/baru/", views.new_action, name="action-new"),
    path("satgas/rencana/<int:pk>/", views.action, name="action"),
    path("satgas/rencana/<int:pk>/ubah/", views.change_action, name="action-change"),
    path("satgas/bukti/<int:pk>/", views.proof, name="proof"),
    path("satgas/surat/", letter_views.letters, name="letters"),
    re_path(r"^satgas/surat/baru/(?P<code>[0-9]{2}[.][0-9]{2})/$", letter_views.new_letter, name="letter-new"),
    path("satgas/surat/<int:pk>/", letter_views.letter, name="letter"),
    path("satgas/surat/<int:pk>/pdf/", letter_views.letter_pdf, name="letter-pdf"),
    path("satgas/surat/<int:pk>/terkirim/", letter_views.send, name="letter-send"),
    path("satgas/surat/<int:pk>/batal/", letter_views.call_off, name="letter-cancel"),
]
