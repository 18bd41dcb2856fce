from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foreword.index.outline.definitions import extract
from foreword.index.outline.languages import TABLES
from foreword.index.outline.languages.mask import without_split_conditionals

MASKED = sorted(name for name, table in TABLES.items() if table.mask is not None)
PIECES = [
    "class A_EXPORT B : C {\n", "SHOP_BEGIN(x)\n", "#if X\n", "#else\n", "#endif\n", "#define A \\\n", "int f(int a) PURE;\n",
    "public slots:\n", "signals:\n", "};\n", "@Ann(1)\n", "context(a: B)\n", "fun f() {\n", "{{ .a }}\n", "k: {{ .b }}\n", "{%\n",
    "(", ")", "\r\n", "é", "\x00", "__init ", "export ", 'TEST_CASE("a b") {\n', "by x {\n", '$$"', ";;& esac", "${| ", "{{/* c\n*/}}\n",
]  # fmt: skip

CASES = [
    ("cpp", "class SHOP_EXPORT Till : public Desk {\n public:\n  int total() const;\n};\n", [("Till", None), ("total", "Till")]),
    ("cpp", "class SHOP_EXPORT SHOP_ALIGNED(8)\n    Till final {\n  int total();\n};\n", [("Till", None), ("total", "Till")]),
    ("cpp", "namespace shop {\nSHOP_NAMESPACE_BEGIN\nclass Till {\n};\nSHOP_NAMESPACE_END\n}\n", [("shop", None), ("Till", "shop")]),
    ("cpp", "namespace shop SHOP_VISIBILITY(default) {\nclass Till {\n};\n}\n", [("shop", None), ("Till", "shop")]),
    ("cpp", "struct Till {\n  void add(int a) SHOP_LOCKS_REQUIRED(mu_);\n  int sum() SHOP_PURE;\n};\n", [("Till", None), ("add", "Till"), ("sum", "Till")]),
    ("cpp", "SHOP_API SHOP_INLINE int total(Rate* SHOP_NONNULL rate);\n", [("total", None)]),
    ("cpp", 'SHOP_DEPRECATED("no")\nint total() { return 1; }\n', [("total", None)]),
    ("cpp", "SHOP_PUSH_WARNING\n// A comment.\nnamespace shop {\nclass Till { };\n}\n", [("shop", None), ("Till", "shop")]),
    ("cpp", "class Till : public QObject {\n  Q_OBJECT\n public slots:\n  void onPay();\n signals:\n  void paid();\n};\n", [("Till", None), ("onPay", "Till"), ("paid", "Till")]),
    ("cpp", "UCLASS(Blueprintable)\nclass SHOP_API ATill : public AActor\n{\n  GENERATED_BODY()\n  UFUNCTION(BlueprintCallable)\n  void Pay();\n};\n", [("ATill", None), ("Pay", "ATill")]),
    ("cpp", "export module shop;\nexport namespace shop {\nclass Till { };\n}\nexport int total();\n", [("shop", None), ("Till", "shop"), ("total", None)]),
    ("cpp", "struct Till {\n  template <typename S> auto&& get(this S&& self) { return self.x; }\n};\n", [("Till", None), ("get", "Till")]),
    ("cpp", "class Till\n#ifdef DESK\n    : public Desk\n#endif\n{\n public:\n  void pay();\n};\n", [("Till", None), ("pay", "Till")]),
    ("c", "static int __init till_setup(void)\n{\n\treturn 0;\n}\n", [("till_setup", None)]),
    ("c", "SHOPEXPORT jint SHOPCALL till_total(Env *env)\n{\n\treturn 1;\n}\n", [("till_total", None)]),
    ("c", "#ifdef A\nint total(int a, int b) {\n#else\nint total(int a) {\n#endif\n\treturn a;\n}\nint rate(void);\n", [("total", None), ("rate", None)]),
    ("c", "int total(const char *fmt, ...) SHOP_PRINTF(1, 2);\n_Atomic(int) count;\n", [("total", None), ("count", None)]),
    ("bash", "total() {\n  case $1 in\n    a) b ;;\n    c) d ;;&\n  esac\n}\n\npay() {\n  :\n}\n", [("total", None), ("pay", None)]),
    ("bash", "total() {\n  x=${| REPLY=1; }\n}\n\npay() {\n  :\n}\n", [("total", None), ("pay", None)]),
    ("kotlin", '@Desk("one")\n@Suppress("X")\nfun total(): Int = 1\n\n@Desk\nclass Till {\n    fun pay() {}\n}\n', [("total", None), ("Till", None), ("pay", "Till")]),
    ("kotlin", "context(log: Log)\nfun total(a: Int) {\n}\n\nclass Till\n", [("total", None), ("Till", None)]),
    ("kotlin", "class Till(call: Call) : Desk(call), Scope by call {\n    fun pay() {}\n}\n", [("Till", None), ("pay", "Till")]),
    ("kotlin", "class Till(\n    val call: Call\n) : Desk(call),\n    Scope by call,\n    Log by call(1) {\n    fun pay() {}\n}\n", [("Till", None), ("call", "Till"), ("pay", "Till")]),
    ("kotlin", "class Till\n    @Since(37)\n    internal constructor() : Desk {\n    fun pay() {}\n}\nclass Rate\n    @Inject\n    constructor(a: Int) {\n    fun total() {}\n}\n", [("Till", None), ("pay", "Till"), ("Rate", None), ("total", "Rate")]),
    ("cpp", "#ifndef ACTION\nstatic void pay(int a) {\n  int b = 1;\n#else\nstatic void pay(int a, int b) {\n#endif\n  more(a, b);\n}\n\nvoid total() {\n  pay(1);\n}\n" + "// till\n" * 200, [("pay", None), ("total", None)]),
    ("csharp", "class Till\n{\n    int Total(int a)\n    {\n#if NET\n        if (a > 1)\n        {\n#else\n        if (a > 2)\n        {\n#endif\n            a = 0;\n        }\n        return a;\n    }\n    void Pay()\n    {\n    }\n}\n" + "// till\n" * 200, [("Till", None), ("Total", "Till"), ("Pay", "Till")]),
    ("kotlin", "fun area(s: Shape) = when (s) {\n    is Circle if s.r > 10 -> 1.0\n    else -> 3.0\n}\n\nclass Till\n", [("area", None), ("Till", None)]),
    ("kotlin", 'class Till {\n    val city: Flow<String>\n        field = Mutable("")\n    fun pay() {}\n}\n', [("Till", None), ("city", "Till"), ("pay", "Till")]),
]  # fmt: skip


@pytest.mark.parametrize("language", MASKED)
@given(parts=st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=5)), max_size=40))
def test_a_mask_keeps_the_length_and_the_line_ends_of_any_text(language: str, parts: list[str]) -> None:
    data = "".join(parts).encode("utf-8", "surrogatepass")

    masked = TABLES[language].masked(data)

    assert len(data) == len(masked)
    assert [at for at, byte in enumerate(data) if byte in b"\r\n"] == [
        at for at, byte in enumerate(masked) if byte in b"\r\n"
    ]


@pytest.mark.parametrize(("language", "text", "expected"), CASES)
def test_what_the_grammar_can_not_read_costs_no_definition(
    language: str, text: str, expected: list[tuple[str, str | None]]
) -> None:
    assert expected == [(one.name, one.parent) for one in extract(language, text.encode()).definitions]


@pytest.mark.parametrize(("language", "text", "expected"), CASES)
def test_the_rest_of_the_file_keeps_its_definitions(
    language: str, text: str, expected: list[tuple[str, str | None]]
) -> None:
    tail = {
        "bash": "\ntail() {\n  :\n}\n",
        "kotlin": "\nfun tail() {}\n",
        "c": "\nint tail(void) { return 1; }\n",
        "cpp": "\nint tail() { return 1; }\n",
        "csharp": "\ninterface tail\n{\n}\n",
    }

    names = [
        (one.name, one.parent) for one in extract(language, (text + tail[language]).encode()).definitions
    ]

    assert [*expected, ("tail", None)] == names


def test_a_signature_shows_what_was_masked() -> None:
    (till,) = extract("cpp", b"class SHOP_EXPORT Till : public Desk {\n};\n").definitions

    assert till.signature == "class SHOP_EXPORT Till : public Desk"


def test_macros_that_define_a_test_stay() -> None:
    data = b"TEST(Till, Pays) {\n  expect(1, 1);\n}\n"

    assert data == TABLES["cpp"].masked(data)


def test_constants_in_expressions_stay() -> None:
    data = b"int f() {\n  return MAX_RATE * TAX(1) + (A_RATE | B_RATE);\n}\nint a[MAX_RATE];\nBOOL g(HANDLE h);\n"

    assert data == TABLES["cpp"].masked(data)


def test_the_second_branch_of_an_if_0_stays() -> None:
    data = b"int f(\n#if 0\n  int a\n#else\n  int b\n#endif\n);\n"

    assert b"int b" in without_split_conditionals(data)
    assert b"int a" not in without_split_conditionals(data)


def test_conditionals_between_declarations_stay() -> None:
    data = b"int f(void);\n#if A\nint g(void);\n#else\nint h(void);\n#endif\n"

    assert data == without_split_conditionals(data)
