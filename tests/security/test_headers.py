"""What does every response tell the browser to refuse?"""

import os
import subprocess
import sys

import pytest
from django.templatetags.static import static
from django.test import Client

from mpp_tracker.local.environment import ROOT

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/akun/login/", 200),
        ("/api/v1/coverage/", 200),
        ("/healthz", 200),
        ("/tidak-ada", 404),
        ("/provinsi/35/?as_at=bukan-tanggal", 400),
        ("/admin/", 302),
        ("css/pantau.css", 200),
    ],
)
def test_no_page_may_use_the_camera_or_whereabouts_or_be_framed(client: Client, path: str, status: int) -> None:
    response = client.get(path if path.startswith("/") else static(path))
    b"".join(response)  # a file stays open until it was read

    assert response.status_code == status
    for feature in ("camera", "microphone", "geolocation", "payment", "usb"):
        assert f"{feature}=()" in response["Permissions-Policy"]
    assert "frame-ancestors 'none'" in response["Content-Security-Policy"]
    assert "unsafe" not in response["Content-Security-Policy"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"


def test_the_check_for_deployment_finds_nothing() -> None:
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    environment = {"SITE_URL": "https://pantau-mpp.example", "SECRET_KEY": "".join(map(chr, range(33, 123)))}
    environment |= {"OIDC_SERVER_URL": "https://sso.example", "OIDC_CLIENT_ID": "a", "OIDC_CLIENT_SECRET": "b"}

    done = subprocess.run(command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr


def test_an_identity_provider_without_tls_is_refused() -> None:
    environment = {"SITE_URL": "https://pantau-mpp.example", "OIDC_SERVER_URL": "http://sso.example"}
    environment |= {"OIDC_CLIENT_ID": "a", "OIDC_CLIENT_SECRET": "b"}

    done = subprocess.run(
        [sys.executable, "manage.py", "check"], cwd=ROOT, env=os.environ | environment, capture_output=True, text=True
    )

    assert "OIDC_SERVER_URL must be an https address" in done.stderr
