"""How does the schema of the API say that a token may be brought?"""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.plumbing import build_bearer_security_scheme_object


class TokenScheme(OpenApiAuthenticationExtension):
    """`Authorization: Bearer mpp_…`; known to the schema by being loaded."""

    target_class = "regions.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        """Return the definition."""
        definition: dict[str, Any] = build_bearer_security_scheme_object("Authorization", "Bearer", "mpp_…")
        return definition
