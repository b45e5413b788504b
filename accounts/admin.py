"""How do administrators look after accounts?"""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as BaseUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class AccountCreationForm(AdminUserCreationForm):
    """Make an account; whoever has no password signs in another way."""

    class Meta:
        model = User
        fields = ("email", "name")


@admin.register(User)
class UserAdmin(BaseUserAdmin):
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
