"""Which push endpoints are accepted: hostile ones are refused by name, never called."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.domain.errors import EndpointRefused
from sayso.push.endpoints import EndpointRules, is_public

RULES = EndpointRules()


@pytest.mark.parametrize(
    ("endpoint", "origin"),
    [
        ("https://fcm.googleapis.com/fcm/send/abc:def", "https://fcm.googleapis.com"),
        ("https://web.push.apple.com/QGu-x", "https://web.push.apple.com"),
        (
            "https://updates.push.services.mozilla.com/wpush/v2/gAAA",
            "https://updates.push.services.mozilla.com",
        ),
        (
            "https://wns2-par02p.notify.windows.com/w/?token=BQ%3d",
            "https://wns2-par02p.notify.windows.com",
        ),
        ("https://FCM.googleapis.com:443/fcm/send/x", "https://fcm.googleapis.com"),
    ],
)
def test_the_browsers_own_services_are_accepted(endpoint: str, origin: str) -> None:
    assert RULES.origin(endpoint) == origin


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "https://",
        "not an address",
        "http://fcm.googleapis.com/fcm/send/abc",
        "ftp://fcm.googleapis.com/abc",
        "https://fcm.googleapis.com",
        "https://fcm.googleapis.com/",
        "https://fcm.googleapis.com:8443/fcm/send/abc",
        "https://fcm.googleapis.com:99999/fcm/send/abc",
        "https://fcm.googleapis.com.evil.example/fcm/send/abc",
        "https://evilfcm.googleapis.com/fcm/send/abc",
        "https://push.apple.com/abc",
        "https://evilpush.apple.com/abc",
        "https://web.push.apple.com.evil.example/abc",
        "https://notify.windows.com/abc",
        "https://user@fcm.googleapis.com/abc",
        "https://fcm.googleapis.com@evil.example/abc",
        "https://fcm.googleapis.com\\@evil.example/abc",
        "https://fcm.googleapis.com/abc#fragment",
        "https://fcm.googleapis.com/a b",
        "https://fcm.googleapis.com/a\nb",
        "https://fcm.googleapis.com/ä",
        "https://fcm.googleapis.com/" + "a" * 1100,
        "https://127.0.0.1/abc",
        "https://[::1]/abc",
        "https://10.0.0.1/abc",
        "https://169.254.169.254/latest/meta-data",
        "https://2130706433/abc",
        "https://0x7f.1/abc",
        "https://127.1/abc",
        "https://localhost/abc",
        "http://127.0.0.1:8080/abc",
        "https://[::ffff:127.0.0.1]/abc",
        "https://[/abc",
    ],
)
def test_everything_else_is_refused_without_repeating_it(endpoint: str) -> None:
    with pytest.raises(EndpointRefused) as refusal:
        RULES.origin(endpoint)
    assert "evil" not in str(refusal.value)
    assert str(refusal.value).endswith(".")


def test_an_administrator_can_name_more_hosts() -> None:
    rules = EndpointRules(("push.example.org", "*.corp.example"))
    assert rules.origin("https://push.example.org/x") == "https://push.example.org"
    assert rules.origin("https://a.corp.example/x") == "https://a.corp.example"
    with pytest.raises(EndpointRefused):
        rules.origin("https://corp.example/x")


def test_this_machine_only_where_it_is_allowed() -> None:
    rules = EndpointRules(allow_loopback=True)
    assert rules.origin("http://127.0.0.1:8080/x") == "http://127.0.0.1:8080"
    assert rules.origin("http://[::1]:8080/x") == "http://[::1]:8080"
    for other in ("http://10.0.0.1:8080/x", "http://localhost.evil.example/x"):
        with pytest.raises(EndpointRefused):
            rules.origin(other)


@settings(deadline=None)
@given(st.text(max_size=60) | st.text(max_size=40).map("https://".__add__))
def test_no_text_gets_past_the_list(text: str) -> None:
    with pytest.raises(EndpointRefused):
        RULES.origin(text)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.0.1", "169.254.169.254", "0.0.0.1",
        "100.64.0.1", "224.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "fe80::1%eth0",
        "fc00::1", "ff02::1", "::ffff:10.0.0.1", "2002:a00:1::", "64:ff9b::a00:1",
    ],
)  # fmt: skip
def test_private_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2607:f8b0::1", "::ffff:8.8.8.8"])
def test_public_addresses_are(address: str) -> None:
    assert is_public(address)


def test_loopback_counts_as_public_only_on_request() -> None:
    assert is_public("127.0.0.1", allow_loopback=True)
    assert not is_public("10.0.0.1", allow_loopback=True)
