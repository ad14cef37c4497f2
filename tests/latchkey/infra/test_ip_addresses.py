import pytest

from latchkey.infra.ip_addresses import is_public


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8", "2001:4860:4860::8888", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1",
    ],
)  # fmt: skip
def test_what_is_the_same_machine_everywhere_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1", "127.0.0.1", "100.64.0.1", "169.254.169.254", "0.1.2.3", "224.0.0.1",
        "::1", "fe80::1%eth0", "fd00::1", "fec0::1", "ff02::1", "ff0e::1", "2001:db8::1",
        "::ffff:10.0.0.1", "64:ff9b::a00:1", "64:ff9b:1::a00:1", "64:ff9b:1::808:808",
        "2002:a00:1::", "2002:7f00:1::1", "::10.0.0.1", "::8.8.8.8",
        "2001:0:5ef5:79fb:0:0:f5ff:fffe",
    ],
)  # fmt: skip
def test_all_else_is_not_however_it_is_written(address: str) -> None:
    assert not is_public(address)
