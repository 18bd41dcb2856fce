"""Passwords and tokens in the columns of tables: found by the name of their column, whatever they look like."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foreword.core.secrets.redaction import redact, redaction_of

VALUE = "sunshine"
"""Nothing but its column says that it is a password."""
R = "<redacted: password>"
CREATE = (
    "CREATE TABLE `app`.`users` (\n  `id` int NOT NULL DEFAULT (1),\n  `mail` varchar(9),\n  `password` varchar(255),\n  PRIMARY KEY (`id`)\n);\n"
    "INSERT INTO `app`.`users` VALUES (1,'a@b.example','«»'),(2,NULL,'«»');\n"
)


@pytest.mark.parametrize(
    "table",
    [
        "name,password\nann,«»\nbob,\n",
        '"name","password"\n"Ann, B.","«»"\n',
        "# of the test users\n\nname;User Password;mail\r\nann;«»;a@b.example\r\n",
        "#id\tpasswd\n7\t«»\n",
        'id,note,pwd\n1,"he said ""no""",«»\n2,,«»\n',
        "INSERT INTO users (name, password) VALUES ('ann', '«»'), ('bob', '«»');",
        "insert into `users` (`id`,`user_pass`) values\n(1,\n '«»');\n",
        "REPLACE INTO users VALUES (1);INSERT INTO users (mail, password_hash, n) VALUES ('it''s (a), b', '«»', 3);",
        "INSERT [dbo].[Users] ([Id], [Password]) VALUES (1, N'«»')\nGO\n",
        "INSERT INTO users (id, password) VALUES (1, crypt('«»', gen_salt('bf')));",
        "INSERT INTO users (id, -- the first\n /* and (the */ password) VALUES (1, '«»');",
        CREATE,
        "COPY public.users (id, secret) FROM stdin;\n1\t«»\n2\t\\N\n\\.\nSELECT 1;\n",
    ],
)
def test_what_stands_under_a_password_is_redacted(table: str) -> None:
    assert table.replace("«»", R) == redact(table.replace("«»", VALUE))
    assert redaction_of(table.replace("«»", VALUE)).values


@pytest.mark.parametrize(
    "value", ["5f4dcc3b5aa765d61d8327deb882cf99", "{SSHA}b5aa765d61d8327deb88", "$2y$10$b5aa765d61d8"]
)
def test_the_hash_of_a_password_is_redacted(value: str) -> None:
    assert f"id,password_hash\n1,{R}\n" == redact(f"id,password_hash\n1,{value}\n")


def test_a_token_has_to_look_like_one() -> None:
    table = "word,api_token,reset_token\nsunshine,{},hello\n"
    assert table.format(R) == redact(table.format("q7Lm0Zx81TyWc4"))
    assert table.format("sunshine") == redact(table.format("sunshine"))


@pytest.mark.parametrize(
    "text",
    [
        "INSERT INTO users (name, password) VALUES (?, ?), (:name, :password), ('$name', '$password'), ('%s', '%s');",
        'sql = "INSERT INTO users (name, password) VALUES (\'" + name + "\', \'" + password + "\')"',
        "INSERT INTO users (name, password) VALUES ('{name}', '{password}'), ('ann', NULL), ('bob', 'password1');",
        "INSERT INTO users (name, password_changed_at) VALUES ('ann', 'yesterday');",
        "CREATE TABLE users (id int, password varchar(20) DEFAULT 'nothing');\nINSERT INTO others VALUES (1, 'sunshine');",
        "INSERT INTO users (name, password) SELECT name, 'sunshine' FROM others;",
        "key,en,password_hint\nlogin,Password,Kennwort\n",
        "token,count\nsunshine,7\nmoonlight,3\n",
        "tests,pass,fail\nsunshine,twenty,nothing\n",
        "from users import name, password\nimport sunshine, moonlight\n",
        "column,type,password\nname,varchar,optional\n",
        "name,password\nann,sunshine,moonlight\n",
        "The user, password and mail.\nAll of it, sunshine and moonlight.\n",
    ],
)
def test_what_is_no_value_of_such_a_column_stays(text: str) -> None:
    assert text == redact(text)


@given(
    st.lists(
        st.text(
            alphabet=st.characters(exclude_categories=("C", "Z"), exclude_characters="\",;'\\"), max_size=9
        ),
        min_size=1,
        max_size=6,
    ),
    st.integers(0, 5),
)
def test_the_other_columns_stay(others: list[str], place: int) -> None:
    place = min(place, len(others))
    names = [f"n{n}" for n in range(len(others))]
    names.insert(place, "password")
    header, row = ",".join(names), [*others[:place], VALUE, *others[place:]]
    wanted = [*others[:place], R, *others[place:]]
    assert f"{header}\n{','.join(wanted)}\n" == redact(f"{header}\n{','.join(row)}\n")
    strings = ", ".join(f"'{one}'" for one in row), ", ".join(f"'{one}'" for one in wanted)
    statement = f"INSERT INTO t ({header}) VALUES "  # noqa: S608 - a text to read
    assert f"{statement}({strings[1]});" == redact(f"{statement}({strings[0]});")
