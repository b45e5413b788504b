"""What can happen at the door, and by which way do people come?"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Outcome(models.TextChoices):
    """How an attempt ended."""

    SIGNED_IN = "signed_in", _("Masuk")
    SIGNED_OUT = "signed_out", _("Keluar")
    WRONG_PASSWORD = "wrong_password", _("Kata sandi salah")
    WRONG_CODE = "wrong_code", _("Kode verifikasi salah")
    THROTTLED = "throttled", _("Ditahan karena terlalu sering mencoba")
    REFUSED = "refused", _("Ditolak: tanpa akun, atau akun dinonaktifkan")


class Method(models.TextChoices):
    """The first proof somebody brings, by the names allauth gives them."""

    PASSWORD = "password", _("Kata sandi")
    MAIL = "password_reset", _("Tautan surel")
    PROVIDER = "socialaccount", _("SSO")


class SecondFactor(models.TextChoices):
    """The second proof, by the names allauth gives them."""

    TOTP = "totp", _("Aplikasi autentikator")
    RECOVERY_CODE = "recovery_codes", _("Kode pemulihan")
