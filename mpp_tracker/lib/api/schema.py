"""How does the API describe itself? In OpenAPI, with what can go wrong, in the words of the models."""

from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import force_instance
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse
from rest_framework import serializers

from mpp_tracker.lib.api.rows import RowSerializer
from mpp_tracker.lib.problems import MEDIA_TYPE


class ErrorSerializer(serializers.Serializer):
    """One thing that is wrong."""

    parameter = serializers.CharField(allow_blank=True)
    detail = serializers.CharField()


class ProblemSerializer(serializers.Serializer):
    """What went wrong, as RFC 9457 has it."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(allow_blank=True)
    errors = ErrorSerializer(many=True)  # type: ignore[assignment]


class Schema(AutoSchema):
    """Describe an operation by its model, and with every problem it can answer."""

    view: Any

    def get_tags(self) -> list[str]:
        """Return under which heading the operation stands."""
        model = getattr(self.view, "model", None)
        if model is None:
            return [str(getattr(self.view, "tag", _("Cakupan")))]
        return [capfirst(str(model._meta.verbose_name_plural))]

    def get_summary(self) -> str | None:
        """Return what the operation does, in a line."""
        if (said := getattr(self.view, "summaries", {}).get(getattr(self.view, "action", None))) is not None:
            return str(said)
        model = getattr(self.view, "model", None)
        if model is None:
            return str(getattr(self.view, "summary", ""))
        lines = {
            "list": _("Daftar %s"),
            "retrieve": _("Satu baris %s"),
            "create": _("Laporkan %s"),
            "partial_update": _("Ubah %s"),
            "verify": _("Verifikasi laporan %s"),
            "send_back": _("Kembalikan laporan %s"),
            "updates": _("Laporkan perkembangan %s"),
        }
        return str(lines[self.view.action] % model._meta.verbose_name)

    def get_description(self) -> str:  # type: ignore[override]
        """Return nothing: docstrings are for who reads the code."""
        return str(getattr(self.view, "about", ""))

    def get_examples(self) -> list[OpenApiExample]:
        """Return what may be sent."""
        if self.method not in {"POST", "PATCH"}:
            return []
        example = getattr(self.get_request_serializer(), "EXAMPLE", None)
        return [OpenApiExample(_("Contoh"), value=example, request_only=True)] if example else []

    def get_override_parameters(self) -> list[Any]:
        """Return what every list and row may be asked for, and on which state of a row a decision rests."""
        parameters: list[Any] = list(super().get_override_parameters())
        if getattr(self.view, "action", None) in {"list", "retrieve"} and hasattr(self.view, "columns_of_csv"):
            names = list(self.view.get_serializer_class()().fields)
            parameters.append(
                OpenApiParameter(
                    "fields",
                    {"type": "array", "items": {"type": "string", "enum": names}},
                    description=_("Kolom yang diminta, dipisahkan koma; tanpa ini semuanya."),
                    style="form",
                    explode=False,
                )
            )
        if self.method == "POST":
            about = _("Permintaan berkunci sama dilaksanakan satu kali; ulangannya mendapat jawaban yang sama.")
            parameters.append(OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER, description=about))
        if getattr(self.view, "action", None) in {"verify", "send_back", "partial_update", "updates"}:
            about = _("ETag baris yang dibaca sebelum memutuskan; bila baris itu berubah, jawabannya 412.")
            parameters.append(OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, description=about))
        return parameters

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        for code in self._problems():
            problem = OpenApiResponse(ProblemSerializer, description=_SAID[code]())
            bodies.setdefault(code, self._get_response_for_code(problem, code, [MEDIA_TYPE], direction))
        sent = force_instance(self.get_request_serializer()) if self.method == "POST" else None
        if "client_id" in getattr(sent, "fields", {}):
            bodies["200"] = {**bodies["201"], "description": _("Sudah tercatat dari kiriman sebelumnya yang sama.")}
        if self.method == "GET":
            bodies["304"] = {"description": _("Tidak berubah sejak ETag pada If-None-Match.")}
        return bodies

    def _map_serializer(self, serializer: Any, direction: Any, bypass_extensions: bool = False) -> Any:
        schema = super()._map_serializer(serializer, direction, bypass_extensions)
        if isinstance(force_instance(serializer), RowSerializer):
            # Whoever asks for some columns by `fields` gets no others.
            schema.pop("required", None)
        return schema

    def _problems(self) -> list[str]:
        codes = ["400", "401", "403", "406", "429"]
        if "{" in self.path or getattr(self.view, "action", None) == "list":
            codes.append("404")
        if self.method in {"POST", "PATCH"}:
            codes += ["413", "415"]
        if self.method == "POST":
            codes.append("422")
        if getattr(self.view, "action", None) in {"verify", "send_back", "partial_update", "updates"}:
            codes += ["409", "412"]
        if getattr(self.view, "action", None) == "create":
            codes.append("409")
        if self.method == "GET":
            codes.append("412")
        return codes


_SAID = {
    "400": lambda: _("Ada yang salah dalam permintaan; “errors” menyebut apa."),
    "401": lambda: _("Token tidak berlaku, atau Anda belum masuk."),
    "403": lambda: _("Bukan wewenang Anda."),
    "404": lambda: _("Tidak ada, atau bukan untuk Anda."),
    "406": lambda: _("Bentuk yang diminta tidak ada."),
    "409": lambda: _("Keadaan baris ini tidak memungkinkannya."),
    "412": lambda: _("Baris ini berubah sejak dibaca."),
    "413": lambda: _("Kiriman terlalu besar."),
    "415": lambda: _("Kiriman harus berupa JSON."),
    "422": lambda: _("Idempotency-Key sudah dipakai untuk permintaan lain."),
    "429": lambda: _("Terlalu sering meminta; coba lagi setelah Retry-After."),
}
