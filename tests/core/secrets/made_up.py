"""Credentials of many kinds that nobody has: made up anew at each run, so that none stands in a file.

Their parts are put together here only, lest other scanners take this file for a leak.
"""

from __future__ import annotations

import base64
import random
import re
import string
from collections.abc import Callable
from pathlib import Path

Make = Callable[[random.Random], str]
LOW, UP, NUM = string.ascii_lowercase, string.ascii_uppercase, string.digits
BASE_64 = UP + LOW + NUM + "+/"


def some(r: random.Random, n: int, of: str = UP + LOW + NUM) -> str:
    return "".join(r.choice(of) for _ in range(n))


def after(head: str, n: int, of: str = UP + LOW + NUM, tail: str = "") -> Make:
    """What begins with `head` and has `n` random characters."""
    return lambda r: head + some(r, n, of) + tail


def hexadecimal(n: int, head: str = "") -> Make:
    return after(head, n, "0123456789abcdef")


def key_of(r: random.Random, name: str = "RSA ", n_lines: int = 12, width: int = 64) -> list[str]:
    body = [some(r, width, BASE_64) for _ in range(n_lines)]
    return [f"-----BEGIN {name}PRIVATE" + " KEY-----", *body, f"-----END {name}PRIVATE KEY-----"]


def web_token(r: random.Random) -> str:
    parts = (b'{"alg":"HS256","typ":"JWT"}', b'{"sub":"1234","name":"' + some(r, 8).encode() + b'"}')
    head, body = (base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)
    return ".".join((head, body, some(r, 43)))


LINES: dict[str, tuple[str, Make]] = {
    "AWS access key": ("key_id = '{}'", after("AKIA", 16, UP + "234567")),
    "AWS secret key": ("aws_secret_access_key = {}", after("", 40, BASE_64)),
    "GitHub classic": ("token: {}", after("ghp_", 36)),
    "GitHub OAuth": ("{}", after("gho_", 36)),
    "GitHub app": ("x = '{}'", after("ghs_", 36)),
    "GitHub user to server": ("x = '{}'", after("ghu_", 36)),
    "GitHub refresh": ("x = '{}'", after("ghr_", 36)),
    "GitHub fine grained": ("x = '{}'", after("github_pat_", 82, UP + LOW + NUM + "_")),
    "GitLab": ("x = '{}'", after("glpat-", 20)),
    "GitLab trigger": ("x = '{}'", hexadecimal(40, "glptt-")),
    "Anthropic": ("x = '{}'", after("sk-ant-api03-", 93, UP + LOW + NUM + "_-", "AA")),
    "OpenAI": ("x = '{}'", lambda r: "sk-" + some(r, 20) + "T3Blbk" + "FJ" + some(r, 20)),
    "Hugging Face": ("x = '{}'", after("hf_", 34, LOW)),
    "Google API": ("x = '{}'", after("AIza", 35)),
    "Google refresh": ("x = '{}'", after("1//0g", 60)),
    "Slack bot": ("x = '{}'", lambda r: f"xo{''}xb-{some(r, 11, NUM)}-{some(r, 11, NUM)}-{some(r, 24)}"),
    "Slack webhook": (
        "x = '{}'",
        lambda r: f"https://hooks.sla{''}ck.com/services/T{some(r, 8, UP)}/B{some(r, 8, UP)}/{some(r, 24)}",
    ),
    "Stripe": ("x = '{}'", after("sk_live_", 24)),
    "Twilio": ("twilio = '{}'", hexadecimal(32, "SK")),
    "SendGrid": ("x = '{}'", after("SG.", 66)),
    "Mailgun": ("mailgun_key = '{}'", hexadecimal(32, "key-")),
    "Mailchimp": ("mailchimp_key = '{}'", lambda r: hexadecimal(32)(r) + "-us12"),
    "npm": ("x = '{}'", after("npm_", 36, LOW + NUM)),
    "PyPI": ("x = '{}'", after("pypi-AgEIcHlwaS5vcmc", 80)),
    "RubyGems": ("x = '{}'", hexadecimal(48, "rubygems_")),
    "DigitalOcean": ("x = '{}'", hexadecimal(64, "dop_v1_")),
    "Vault": ("x = '{}'", after("hvs.", 95)),
    "Databricks": ("x = '{}'", hexadecimal(32, "dapi")),
    "Grafana": ("x = '{}'", lambda r: "gls" + "a_" + some(r, 32) + "_" + hexadecimal(8)(r)),
    "Shopify": ("x = '{}'", hexadecimal(32, "shpat_")),
    "Telegram": (
        "telegram_token = '{}'",
        lambda r: some(r, 1, "123456789") + some(r, 9, NUM) + ":A" + some(r, 34),
    ),
    "Azure storage": (
        "DefaultEndpointsProtocol=https;AccountName=x;AccountKey={};",
        after("", 86, BASE_64, "=="),
    ),
    "age": ("{}", after("AGE-SECRET-KEY-1", 58, "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L")),
    "Linear": ("x = '{}'", after("lin_api_", 40)),
    "Doppler": ("x = '{}'", after("dp.pt.", 43)),
    "PlanetScale": ("x = '{}'", after("pscale_tkn_", 43)),
    "web token": ("x = '{}'", web_token),
    "URL": ("postgres://app:{}@db.internal:5432/shop", after("", 18)),
    "password": ("db_password = '{}'", after("", 20)),
    "password in an environment": ("DB_PASSWORD={}", after("", 20)),
    "Django": ("SECRET_KEY = '{}'", after("django-insecure-", 50)),
    "header": ("Authorization: Bearer {}", after("", 40)),
    "WireGuard": ("PrivateKey = {}", after("", 43, BASE_64, "=")),
}
"""A line by its kind, and what makes the secret in it."""


def lines_with_secrets(seed: int) -> dict[str, tuple[str, str]]:
    """By kind: a line, and the secret in it."""
    r = random.Random(seed)
    made = {kind: (line, make(r)) for kind, (line, make) in LINES.items()}
    return {kind: (line.format(secret), secret) for kind, (line, secret) in made.items()}


KINDS = Path(__file__).with_name("kinds.txt")
"""A kind a line, with \\n for the ends of its lines: what is between the quotation marks is the secret, and [A20] twenty random
characters of an alphabet. So no line is a secret, and none is taken for one."""
ALPHABETS = {
    "A": UP + LOW + NUM,
    "B": BASE_64,
    "D": NUM,
    "H": NUM + "abcdef",
    "L": LOW + NUM,
    "N": UP + NUM,
    "S": LOW,
    "U": UP,
    "W": UP + LOW + NUM + "_-",
    "X": UP + "234567",
    "Y": LOW + "234567",
}


def kinds_with_secrets(seed: int) -> list[tuple[str, str]]:
    """Of each kind in the file: a text, and the secret in it."""
    r = random.Random(seed)
    rows = [made_of(r, row) for row in KINDS.read_text(encoding="utf-8").splitlines()]
    return [(row.replace("«", "").replace("»", ""), row.partition("«")[2].partition("»")[0]) for row in rows]


def made_of(r: random.Random, row: str) -> str:
    """A row with random characters in place of what stands for them."""

    def random_part(match: re.Match[str]) -> str:
        if match[0] == "[U]":
            return "-".join(some(r, n, ALPHABETS["H"]) for n in (8, 4, 4, 4, 12))
        return some(r, int(match[2]), ALPHABETS[match[1]])

    made = re.sub(r"\[([A-Z])(\d*)\]", random_part, row)
    return made.replace("\\\\", "\0").replace("\\n", "\n").replace("\0", "\\")
