"""Which addresses does the action plan have?"""

from django.urls import path

from taskforce import views

app_name = "taskforce"
urlpatterns = [
    path("satgas/", views.mandate, name="mandate"),
    path("satgas/rencana/", views.actions, name="actions"),
    path("satgas/rencana/baru/", views.new_action, name="action-new"),
    path("satgas/rencana/<int:pk>/", views.action, name="action"),
    path("satgas/rencana/<int:pk>/ubah/", views.change_action, name="action-change"),
    path("satgas/bukti/<int:pk>/", views.proof, name="proof"),
]
