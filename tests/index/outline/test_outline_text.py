"""What is found in a file of Markdown, HTML, CSS, JSON, YAML, TOML and SQL: kind, name, parent and line of each definition."""

from __future__ import annotations

import pytest

from foreword.index.outline.definitions import extract

Row = tuple[str, str, str | None, int]

MARKDOWN = """\
---
title: x
---
# Main *title*

text

## Sub one
```
# not heading
```
### Deep

Setext
======

Other
-----

## Last ##
> # quoted
- item
  # in list
"""

MARKDOWN_ROWS: list[Row] = [
    ("heading", "Main *title*", None, 4),
    ("heading", "Sub one", "Main *title*", 8),
    ("heading", "Deep", "Sub one", 12),
    ("heading", "Setext", None, 14),
    ("heading", "Other", "Setext", 17),
    ("heading", "Last", "Setext", 20),
]

HTML = """\
<!DOCTYPE html>
<html>
<head><title>T</title></head>
<body id="page">
<h1>Main <b>title</b></h1>
<div id='box' class="x"><h2>Sub
 title</h2><p>text</p></div>
<h3></h3>
<script>function f() {}</script>
<img id="pic">
<h2>Second</h2>
</body>
</html>
"""

HTML_ROWS: list[Row] = [
    ("selector", "#page", None, 4),
    ("heading", "Main title", "#page", 5),
    ("selector", "#box", "#page", 6),
    ("heading", "Sub title", "#box", 6),
    ("selector", "#pic", "#page", 10),
    ("heading", "Second", "#page", 11),
]

CSS = """\
@charset "utf-8";
:root { --main: #fff; }
.a, .b > p { color: red; }
#id:hover { color: blue; }
@media (max-width: 10px) { .c { color: red; } }
@keyframes spin { from { a: b } to { c: d } }
@supports (display: grid) { .d { x: y } }
@font-face { font-family: x; }
.parent { .nested { color: red; } &:hover { } }
@layer base { html { a: b } }
"""

CSS_ROWS: list[Row] = [
    ("selector", ":root", None, 2),
    ("selector", ".a, .b > p", None, 3),
    ("selector", "#id:hover", None, 4),
    ("selector", ".c", None, 5),
    ("selector", ".d", None, 7),
    ("selector", ".parent", None, 9),
    ("selector", ".nested", ".parent", 9),
    ("selector", "&:hover", ".parent", 9),
    ("selector", "html", None, 10),
]

JSON = """\
{
  "name": "x",
  "scripts": { "build": "tsc", "deep": { "no": 1 } },
  "list": [ { "inner": 1 } ],
  "": 1
}
"""

JSON_ROWS: list[Row] = [
    ("key", "name", None, 2),
    ("key", "scripts", None, 3),
    ("key", "build", "scripts", 3),
    ("key", "deep", "scripts", 3),
    ("key", "list", None, 4),
]

YAML = """\
# c
name: x
on:
  push:
    branches: [main]
  "pull": 1
list:
  - a: 1
flow: { one: 1, two: { three: 3 } }
---
second: 1
"""

YAML_ROWS: list[Row] = [
    ("key", "name", None, 2),
    ("key", "on", None, 3),
    ("key", "push", "on", 4),
    ("key", "pull", "on", 6),
    ("key", "list", None, 7),
    ("key", "flow", None, 9),
    ("key", "one", "flow", 9),
    ("key", "two", "flow", 9),
    ("key", "second", None, 11),
]

TOML = """\
title = "x"
a.b = 1
[project]
name = "x"
inline = { k = 1 }
[tool.ruff]
line = 1
[tool.ruff.lint]
select = []
[[bin]]
name = "a"
[[bin]]
name = "b"
"""

TOML_ROWS: list[Row] = [
    ("key", "title", None, 1),
    ("key", "a.b", None, 2),
    ("table", "project", None, 3),
    ("key", "name", "project", 4),
    ("key", "inline", "project", 5),
    ("table", "tool.ruff", None, 6),
    ("key", "line", "tool.ruff", 7),
    ("table", "tool.ruff.lint", None, 8),
    ("key", "select", "tool.ruff.lint", 9),
    ("table", "bin", None, 10),
    ("key", "name", "bin", 11),
    ("table", "bin", None, 12),
    ("key", "name", "bin", 13),
]

SQL = """\
CREATE TABLE app.users (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS "posts" (id int);
CREATE OR REPLACE VIEW active AS SELECT * FROM users;
CREATE MATERIALIZED VIEW mat AS SELECT 1;
CREATE UNIQUE INDEX users_name ON users (name);
CREATE FUNCTION add(a integer, b integer) RETURNS integer AS $$
BEGIN RETURN a + b; END;
$$ LANGUAGE plpgsql;
CREATE TYPE mood AS ENUM ('a', 'b');
CREATE SEQUENCE seq;
CREATE SCHEMA sch;
CREATE TRIGGER trg BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION f();
SELECT * FROM users;
ALTER TABLE users ADD COLUMN x int;
"""

SQL_ROWS: list[Row] = [
    ("table", "users", None, 1),
    ("table", "posts", None, 5),
    ("view", "active", None, 6),
    ("view", "mat", None, 7),
    ("key", "users_name", None, 8),
    ("function", "add", None, 9),
    ("type", "mood", None, 12),
    ("variable", "seq", None, 13),
    ("namespace", "sch", None, 14),
    ("function", "trg", None, 15),
]


@pytest.mark.parametrize(
    ("language", "source", "expected"),
    [
        pytest.param("markdown", MARKDOWN, MARKDOWN_ROWS, id="markdown"),
        pytest.param("html", HTML, HTML_ROWS, id="html"),
        pytest.param("css", CSS, CSS_ROWS, id="css"),
        pytest.param("json", JSON, JSON_ROWS, id="json"),
        pytest.param("yaml", YAML, YAML_ROWS, id="yaml"),
        pytest.param("toml", TOML, TOML_ROWS, id="toml"),
        pytest.param("sql", SQL, SQL_ROWS, id="sql"),
    ],
)
def test_each_definition_has_its_kind_name_parent_and_line(
    language: str, source: str, expected: list[Row]
) -> None:
    found = extract(language, source.encode()).definitions

    assert expected == [(each.kind, each.name, each.parent, each.line) for each in found]
