"""How do administrators look after accounts?"""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as BaseUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import SignInRecord, User
from mpp_tracker.lib.history import VersionedForm


class ReadOnly:
    """Rows that only the product writes."""

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


class AccountCreationForm(AdminUserCreationForm):
    """Make an account; whoever has no password signs in another way."""

    class Meta:
        model = User
        fields = ("email", "name")


class AccountChangeForm(VersionedForm, UserChangeForm):
    """Change an account, unless somebody else has since it was opened."""


@admin.register(User)
class UserAdmin(BaseUserAdmin):
    form = AccountChangeForm
    add_form = AccountCreationForm
    ordering = ["email"]
    list_display = ["email", "name", "is_active", "last_login"]
    list_filter = ["is_superuser", "is_active", "groups"]
    search_fields = ["email", "name"]
    readonly_fields = ["last_login", "date_joined"]
    fieldsets = (
        (None, {"fields": ("email", "name", "password")}),
        (_("Hak"), {"fields": ("is_active", "is_superuser", "groups", "user_permissions")}),
        (_("Waktu"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "name", "usable_password", "password1", "password2")}),)

    def has_delete_permission(self, request: object, obj: object = None) -> bool:
        """Never: who reported and reviewed is part of the ledger; deactivate instead."""
        return False


@admin.register(SignInRecord)
class SignInRecordAdmin(ReadOnly, admin.ModelAdmin):
    """Who came when, from where: for administrators alone, who hold every permission."""

    list_display = ["at", "outcome", "email", "user", "method", "second_factor", "address", "user_agent"]
    list_filter = ["outcome", "method", "second_factor"]
    list_select_related = ["user"]
    date_hierarchy = "at"
    search_fields = ["email", "address"]
    show_full_result_count = False
