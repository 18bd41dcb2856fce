from __future__ import annotations

import base64
import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.secrets.made_up import LINES, key_of, kinds_with_secrets, lines_with_secrets, some
from foreword.core.documents.text import Text, decode, printable
from foreword.core.edits.hunk import hunks_between
from foreword.core.edits.hunk_placement import resolve
from foreword.core.exclusion import SECRET, reason_for_content
from foreword.core.secrets.redaction import (
    PLACEHOLDER,
    RedactionCache,
    placeholder,
    redact,
    redaction_of,
    shown,
)

SHOWN_BEFORE = tuple(f"# before\n{line}\n# behind\n" for line, _ in lines_with_secrets(7).values())
KEYS_WRAPPED: dict[str, Callable[[str], str]] = {
    "base 64 twice": lambda key: base64.b64encode(base64.b64encode(key.encode())).decode(),
    "UTF-16 in base 64": lambda key: base64.b64encode(key.encode("utf-16-le")).decode(),
    "hexadecimal": lambda key: key.encode().hex(),
    "PKCS 1": lambda key: "MIIEpAIBAAK" + "CAQEA" + "".join(key.split("\n")[1:-1]),
    "PKCS 8": lambda key: "MIIEvQIBADAN" + "BgkqhkiG9w0BAQEFAASC" + "".join(key.split("\n")[1:-1]),
    "OpenSSH": lambda key: "b3BlbnNzaC1rZXkt" + "djEAAAAA" + "".join(key.split("\n")[1:-1]),
}
KEYS = {"RSA": "RSA ", "EC": "EC ", "OpenSSH": "OPENSSH ", "PKCS 8": "", "encrypted": "ENCRYPTED "}


@pytest.mark.parametrize("kind", LINES)
@pytest.mark.parametrize("seed", range(3))
def test_a_secret_is_named_in_its_place(kind: str, seed: int) -> None:
    line, secret = lines_with_secrets(seed)[kind]
    text = f"# the first line\n{line}\n# the last line\n"
    found = redact(text)
    assert secret not in found
    assert 1 == len(PLACEHOLDER.findall(found))
    first, _, last = found.splitlines()
    assert ("# the first line", "# the last line") == (first, last)


def test_hundreds_of_forms_of_tokens_settings_and_commands_are_redacted() -> None:
    missed = [
        {
            text
            for text, secret in kinds_with_secrets(seed)
            if secret in shown(f"# before\n{text}\n# behind\n")
        }
        for seed in range(3)
    ]
    n_kinds = len(kinds_with_secrets(0))
    assert n_kinds > 400
    # One in thirty random passwords has no digit, or a word in it, and can be taken for none.
    assert all(len(one) <= n_kinds // 50 for one in missed), missed


@pytest.mark.parametrize("wrapped", KEYS_WRAPPED)
def test_a_private_key_without_its_armour_or_encoded_again_is_redacted(wrapped: str) -> None:
    make = KEYS_WRAPPED[wrapped]
    secret = make("\n".join(key_of(random.Random(3))))
    found = redact(f"first\nkey: {secret}\nlast\n")
    assert secret[100:140] not in found
    assert ("first", "last") == (found.splitlines()[0], found.splitlines()[-1])


def test_the_values_of_a_kubernetes_secret_are_redacted_and_those_beside_it_are_not() -> None:
    r = random.Random(4)
    plain, hidden = some(r, 20), base64.b64encode(some(r, 20).encode()).decode()
    text = (
        f"kind: ConfigMap\ndata:\n  thing: {plain}\n---\nkind: Secret\ntype: Opaque\ndata:\n  db: {hidden}\n"
        "stringData:\n  host: database\n  from: {{ .Values.db }}\n"
    )
    assert text.replace(hidden, "<redacted: Kubernetes secret>") == redact(text)


@pytest.mark.parametrize("name", KEYS)
@pytest.mark.parametrize(
    "form",
    ["{}", " * {}", '    "{}\\n" +', "// {}", "> {}"],
    ids=["plain", "comment", "string", "line comment", "quote"],
)
def test_a_private_key_within_a_file_is_redacted_line_by_line(name: str, form: str) -> None:
    block = key_of(random.Random(name), KEYS[name])
    text = "one\n" + "".join(form.format(line) + "\n" for line in block) + "two\n"
    found = redact(text)
    assert [] == [line for line in block[1:-1] if line[4:-4] in found]
    assert text.count("\n") == found.count("\n")
    assert found.startswith("one\n" + form.format(block[0]) + "\n")
    assert found.endswith("two\n")


def test_a_key_in_one_string_in_base_64_or_in_utf_16_is_redacted() -> None:
    block = key_of(random.Random(5))
    in_json = '{"private_key": "' + "\\n".join(block) + '", "id": 1}\n'
    encoded = base64.b64encode("\n".join(block).encode()).decode()
    wide = decode("\n".join(["one", *block, "two"]).encode("utf-16")).content
    for text, secret in ((in_json, block[2]), (f"key: {encoded}\n", encoded[40:80]), (wide, block[2])):
        assert secret in text
        assert secret not in shown(text)
    assert '", "id": 1}' in redact(in_json)


@pytest.mark.parametrize(
    "line",
    [
        'if line == "-----BEGIN RSA PRIVATE KEY-----":',
        "password = os.environ['DB_PASSWORD']",
        'password = "changeme123"',
        "PASSWORD=${DB_PASSWORD}",
        "token: {{ .Values.token1 }}",
        "postgres://user:password@localhost/db",
        "http://daniel:s3cret@example.org socks://foo:baz@localhost",
        "https://example.org/a:b@c",
        "commit 3f786850e387550fdab836ed7e6dc881de23001b",
        'integrity = "sha512-Vh7aZ1oVwqG3mZ8Jd0k1Q5V1xXjxqv3y0r6uR5ZpPZs4yQ=="',
        "def token_of(process): return read(path)",
        "key: Ed25519PrivateKey | Ed448PrivateKey",
        "monitor.oauthAccessToken = oAuthAccessToken;",
        '"wayToGetToken": "Du kan få et token fra {0}.",\n"2faAlreadyEnabled": "2FA",',
        "twilio://AccountSid:AuthToken@FromPhoneNo",
        "token: Optional[HTTPBasicCredentials2] = None",
        "the token sha256:abc is checked by verifyToken2(secretKey1)",
        "client_secret = settings.client_secret_v2",
        'assert keys == ["key1", "key2"]',
    ],
)
def test_what_names_a_secret_or_looks_like_one_from_afar_stays(line: str) -> None:
    assert line == redact(line)


@given(st.text(alphabet=st.sampled_from("ab1 =:'\"\n<>redacted-/@"), max_size=80))
def test_lines_stay_lines_and_what_was_redacted_stays(text: str) -> None:
    found = redact(text)
    assert text.count("\n") == found.count("\n")
    assert found == redact(found)


def with_secret(seed: int = 1) -> tuple[str, str]:
    line, secret = lines_with_secrets(seed)["GitHub classic"]
    return f"def one():\n    pass\n\n{line}\n\ndef two():\n    pass\n", secret


def test_an_edit_beside_a_secret_keeps_it() -> None:
    text, secret = with_secret()
    before = shown(text)
    after = before.replace("def two", "def three")
    done = resolve(hunks_between(before, after), Text(text))
    assert text.replace("def two", "def three") == done.text.content
    assert secret in done.text.content


def test_an_edit_of_the_line_of_a_secret_keeps_its_value() -> None:
    text, secret = with_secret()
    before = shown(text)
    after = before.replace("token: ", "token_of_ci: ")
    done = resolve(hunks_between(before, after), Text(text))
    assert f"token_of_ci: {secret}\n" in done.text.content


def test_a_secret_may_be_removed_and_none_is_written_elsewhere() -> None:
    text, secret = with_secret()
    before = shown(text)
    line = next(line for line in before.splitlines() if PLACEHOLDER.search(line))
    without = resolve(hunks_between(before, before.replace(line, "token: from the environment")), Text(text))
    assert secret not in without.text.content
    twice = resolve(hunks_between(before, before.replace(line, f"{line}\n{line}")), Text(text))
    assert text == twice.text.content
    assert ["redacted" in one.reason for one in twice.refused] == [True]


def test_what_a_file_has_that_looks_like_a_placeholder_stands_for_itself() -> None:
    text = f"a = '{placeholder('password')}'\nb = 1\n"
    assert {0: (placeholder("password"),)} == redaction_of(text).values
    done = resolve(hunks_between(text, text.replace("a =", "c =")), Text(text))
    assert text.replace("a =", "c =") == done.text.content


def test_a_new_value_that_looks_like_a_secret_can_be_written() -> None:
    text, secret = with_secret()
    other = lines_with_secrets(2)["password"][0]
    before = shown(text)
    done = resolve(hunks_between(before, before.replace("    pass\n\nt", f"    {other}\n\nt")), Text(text))
    assert other in done.text.content
    assert secret in done.text.content


def test_only_a_file_that_is_a_key_is_left_out() -> None:
    block = "\n".join(key_of(random.Random(7)))
    assert SECRET == reason_for_content("server.txt", block.encode())
    assert SECRET == reason_for_content("server.txt", ("Subject: me\n" + block).encode("utf-16"))
    code = "class Certificate:\n" + "    # a line of a large file\n" * 200 + block
    assert reason_for_content("certificate.py", code.encode()) is None
    assert block.splitlines()[3] not in shown(printable(code))


@given(st.lists(st.sampled_from((*SHOWN_BEFORE, "plain = 1\n", "")), max_size=12), st.integers(1, 3))
def test_what_is_remembered_of_secrets_changes_nothing_of_what_is_shown(texts: list[str], size: int) -> None:
    cache = RedactionCache(size)
    for text in texts:
        assert shown(text) == cache.shown(text)
