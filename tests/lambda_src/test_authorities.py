"""The certificate authorities that the probe trusts: Amazon's for RDS, of which regions, and unchanged."""

import hashlib
import re
import ssl
import time
from pathlib import Path

PROBE = Path(__file__).parents[2] / "lambda_src" / "probe"
BUNDLE = PROBE / "rds-ca-bundle.pem"
ORIGIN = (PROBE / "ORIGIN.md").read_text(encoding="utf-8")

REGIONS = {
    "af-south": 1,
    "ap-east": 1,
    "ap-northeast": 3,
    "ap-south": 2,
    "ap-southeast": 4,
    "ca-central": 1,
    "eu-central": 2,
    "eu-north": 1,
    "eu-south": 2,
    "eu-west": 3,
    "me-central": 1,
    "me-south": 1,
    "sa-east": 1,
    "us-east": 2,
    "us-west": 2,
}


def authorities():
    return ssl.create_default_context(cafile=str(BUNDLE)).get_ca_certs()


def field(name, certificate):
    return dict(pair for group in certificate["subject"] for pair in group)[name]


def test_the_file_is_the_one_whose_origin_is_told():
    assert hashlib.sha256(BUNDLE.read_bytes()).hexdigest() == (
        "a12d3063ffcfe0859b055eac6fc9694fc8ec18647068009bc2641cfb780f3b7f"
    )
    assert "a12d3063ffcfe0859b055eac6fc9694fc8ec18647068009bc2641cfb780f3b7f" in ORIGIN


def test_every_certificate_can_be_read_and_is_an_authority_still_valid():
    assert BUNDLE.read_text(encoding="ascii").count("BEGIN CERTIFICATE") == 81
    assert len(authorities()) == 81
    for certificate in authorities():
        assert field("organizationName", certificate) == "Amazon Web Services, Inc."
        assert certificate["subject"] == certificate["issuer"]
        assert ssl.cert_time_to_seconds(certificate["notAfter"]) > time.time() + 10 * 365 * 86400


def test_each_region_has_its_three_authorities_and_nothing_else_is_trusted():
    expected = {
        f"Amazon RDS {area}-{number} Root CA {kind} G1"
        for area, count in REGIONS.items()
        for number in range(1, count + 1)
        for kind in ("RSA2048", "RSA4096", "ECC384")
    }
    assert {field("commonName", certificate) for certificate in authorities()} == expected


def test_the_names_above_the_certificates_are_theirs():
    named = re.findall(r"# (.*)\n-----BEGIN", BUNDLE.read_text(encoding="ascii"))
    assert sorted(named) == sorted(field("commonName", certificate) for certificate in authorities())
