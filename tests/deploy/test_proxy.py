"""The proxy examples are accepted by the proxies themselves."""

import subprocess
from pathlib import Path

import pytest

from support.certificate import self_signed
from support.house import ROOT
from support.require import program

PROXY = ROOT / "deploy" / "proxy"


def caddy(config: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [program("caddy"), "validate", "--adapter", "caddyfile", "--config", config],
        env={"HOME": str(config.parent), "SAYSO_SITE": "pro.example.org"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_caddy_accepts_its_file() -> None:
    result = caddy(PROXY / "Caddyfile")
    assert result.returncode == 0, result.stderr
    assert "Valid configuration" in result.stdout + result.stderr


def test_caddys_file_is_formatted() -> None:
    formatted = subprocess.run(
        [program("caddy"), "fmt", PROXY / "Caddyfile"], capture_output=True, text=True, check=False
    )
    assert formatted.stdout == (PROXY / "Caddyfile").read_text()


def test_caddy_would_refuse_a_wrong_one(tmp_path: Path) -> None:
    wrong = tmp_path / "Caddyfile"
    wrong.write_text((PROXY / "Caddyfile").read_text().replace("reverse_proxy", "reverse_prxy"))
    assert caddy(wrong).returncode != 0


def nginx(site: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Ask nginx about `site`, with a certificate and folders of its own."""
    certificate, key = self_signed("pro.example.org", folder)
    site = site.replace("/etc/sayso/tls/fullchain.pem", str(certificate))
    site = site.replace("/etc/sayso/tls/privkey.pem", str(key))
    (folder / "site.conf").write_text(site)
    places = "".join(
        f"{kind}_temp_path {folder}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"pid {folder}/pid;\nerror_log stderr;\nevents {{}}\n"
        f"http {{ access_log off;\n{places}include {folder}/site.conf;\n}}\n"
    )
    return subprocess.run(
        [program("nginx"), "-t", "-q", "-p", folder, "-c", folder / "nginx.conf"],
        capture_output=True,
        text=True,
        check=False,
    )


def test_nginx_accepts_its_file(tmp_path: Path) -> None:
    result = nginx((PROXY / "nginx.conf").read_text(), tmp_path)
    assert (result.returncode, result.stderr) == (0, "")


def test_nginx_would_refuse_a_wrong_one(tmp_path: Path) -> None:
    wrong = (PROXY / "nginx.conf").read_text().replace("proxy_pass", "proxy_past")
    assert nginx(wrong, tmp_path).returncode != 0


@pytest.mark.parametrize("name", ["Caddyfile", "nginx.conf"])
def test_measurements_and_long_requests_stay_outside(name: str) -> None:
    text = (PROXY / name).read_text().lower()
    assert "/metrics" in text
    assert "4m" in text


def test_the_address_of_a_calendar_is_not_logged() -> None:
    site = (PROXY / "nginx.conf").read_text()
    block = site.partition("location /calendar/ {")[2].partition("}")[0]
    assert "access_log off;" in block
    assert "proxy_pass http://sayso;" in block
