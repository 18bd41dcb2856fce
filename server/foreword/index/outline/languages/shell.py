"""Bash: functions, in whatever block they stand."""

from __future__ import annotations

from foreword.index.outline.languages.rule import HASH_COMMENT, Rule, Table, containers

TABLE = Table(
    comment=HASH_COMMENT,
    rules={
        **containers(
            "program", "if_statement", "elif_clause", "else_clause", "case_statement", "case_item", "list"
        ),
        "compound_statement": Rule(body=(), descend=True),
        "function_definition": Rule("function"),
    },
)
