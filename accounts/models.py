"""Who can sign in, and who did? What a user may do is said by the app that owns the turf (`regions`, `commitments`)."""

from datetime import datetime
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import connection, models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.choices import Method, Outcome, SecondFactor
from mpp_tracker.lib.constraints import one_of
from mpp_tracker.lib.history import only_added, tracked


class UserManager(BaseUserManager["User"]):
    """Make users whose e-mail address is their name."""

    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        """Create a user; without a password only another sign-in method lets them in.

        Raises:
            ValueError: the address is empty.
        """
        if not email:
            raise ValueError("A user needs an e-mail address.")
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> "User":
        """Create a user who may do everything in the admin."""
        return self.create_user(email, password, **{"is_superuser": True, **fields})

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the user signing in as `username`, in whatever case they typed it."""
        return self.get(email__iexact=username)


@tracked(exclude=["password", "last_login"])
class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in by e-mail address."""

    email = models.EmailField(_("alamat surel"), unique=True)
    name = models.CharField(_("nama"), max_length=150, blank=True)
    is_active = models.BooleanField(
        _("aktif"),
        default=True,
        help_text=_("Nonaktifkan akun, jangan dihapus: namanya tercatat di buku besar."),
    )
    date_joined = models.DateTimeField(_("terdaftar sejak"), default=timezone.now, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("pengguna")
        verbose_name_plural = _("pengguna")
        ordering = ["email"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="accounts_user_email_any_case",
                violation_error_message=_("Alamat surel ini sudah dipakai."),
            ),
        ]

    def __str__(self) -> str:
        """Return the name people know the user by."""
        return self.name or self.email


class SignInRecord(models.Model):
    """One thing that happened at the door.

    Itself a record that only grows, so it needs no versions.
    """

    at = models.DateTimeField(_("pada"), default=timezone.now)
    outcome = models.CharField(_("hasil"), max_length=20, choices=Outcome)
    email = models.CharField(_("alamat surel yang diketik"), max_length=254, blank=True)
    user = models.ForeignKey(
        User, verbose_name=_("pengguna"), on_delete=models.PROTECT, null=True, related_name="sign_in_records"
    )
    method = models.CharField(_("cara"), max_length=20, choices=Method, blank=True)
    second_factor = models.CharField(_("langkah kedua"), max_length=20, choices=SecondFactor, blank=True)
    address = models.GenericIPAddressField(_("alamat IP"))
    user_agent = models.CharField(_("peramban"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("catatan masuk")
        verbose_name_plural = _("catatan masuk")
        ordering = ["-at", "-pk"]
        indexes = [
            # The admin's list, latest first.
            models.Index(fields=["-at", "-id"], name="accounts_signin_latest"),
        ]
        constraints = [
            one_of("outcome", Outcome.values, name="accounts_signin_outcome_known"),
            one_of("method", ["", *Method.values], name="accounts_signin_method_known"),
            one_of("second_factor", ["", *SecondFactor.values], name="accounts_signin_second_factor_known"),
        ]
        triggers = [only_added("Catatan masuk tidak dapat diubah atau dihapus.")]

    def __str__(self) -> str:
        """Return whom it was about and how it ended."""
        return f"{self.email}: {self.get_outcome_display()}"


class AskCountManager(models.Manager["AskCount"]):
    """Count how often somebody asked."""

    def count_one(self, asker: str, *, began_at: datetime) -> int:
        """Return how often `asker` has asked since then, this time included."""
        with connection.cursor() as cursor:
            cursor.execute(_COUNT_ONE, [asker, began_at])
            (count,) = cursor.fetchone()
        return int(count)


class AskCount(models.Model):
    """How often an account or an address asked the API in the minute that began then; without history."""

    asker = models.CharField(_("penanya"), max_length=60, primary_key=True)
    began_at = models.DateTimeField(_("sejak"))
    count = models.PositiveIntegerField(_("kali"))

    objects: ClassVar[AskCountManager] = AskCountManager()

    class Meta:
        verbose_name = _("hitungan permintaan API")
        verbose_name_plural = _("hitungan permintaan API")
        ordering = ["asker"]

    def __str__(self) -> str:
        """Return who asked."""
        return self.asker


_COUNT_ONE = """
    INSERT INTO accounts_askcount AS known (asker, began_at, count) VALUES (%s, %s, 1)
    ON CONFLICT (asker) DO UPDATE SET
        count = CASE WHEN known.began_at = excluded.began_at THEN known.count + 1 ELSE 1 END,
        began_at = excluded.began_at
    RETURNING count
"""
