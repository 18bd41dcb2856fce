"""What people look for by name that is no plain declaration: parameters that are members, cases of tests, aliases."""

from __future__ import annotations

import pytest

from foreword.index.outline.definitions import extract

Row = tuple[str, str, str | None, int]

CASES: list[tuple[str, str, list[Row]]] = [
    ("python", "type Pair[T] = tuple[T, T]\n", [("type", "Pair", None, 1)]),
    ("python", "match x:\n    case 1:\n        def total(): pass\nfor a in b:\n    RATE = 1\nwhile x:\n    class Till: pass\n", [("function", "total", None, 3), ("constant", "RATE", None, 5), ("class", "Till", None, 7)]),
    ("php", "<?php\nswitch ($x) {\n  case 1:\n    function total() {}\n}\ntry {\n  function rate() {}\n} finally {\n}\nforeach ($a as $b) {\n  function till() {}\n}\n", [("function", "total", None, 4), ("function", "rate", None, 7), ("function", "till", None, 11)]),
    ("php", "<?php\nclass Till {\n  public function __construct(private readonly int $rate, int $no) {}\n}\n", [("class", "Till", None, 2), ("constructor", "__construct", "Till", 3), ("property", "rate", "Till", 3)]),
    ("kotlin", "class Till(val rate: Int, var name: String, no: Int)\n", [("class", "Till", None, 1), ("property", "rate", "Till", 1), ("property", "name", "Till", 1)]),
    ("typescript", "class Till {\n  constructor(private http: Http, readonly rate: number, no: X) {}\n}\n", [("class", "Till", None, 1), ("constructor", "constructor", "Till", 2), ("field", "http", "Till", 2), ("field", "rate", "Till", 2)]),
    ("typescript", "const conf = {\n  run() {},\n} satisfies Conf;\nconst slice = createSlice({ reducers: { inc() {} } });\n", [("constant", "conf", None, 1), ("method", "run", "conf", 2), ("constant", "slice", None, 4), ("method", "inc", "slice", 4)]),
    ("csharp", "record Rate(int A);\nclass Till {\n  public int this[int i] { get => 1; }\n  ~Till() { }\n}\n", [("class", "Rate", None, 1), ("property", "A", "Rate", 1), ("class", "Till", None, 2), ("property", "this", "Till", 3), ("method", "~Till", "Till", 4)]),
    ("csharp", "public class Till\n#if NET\n    : Desk\n#endif\n{\n    public void Pay() { }\n}\n", [("class", "Till", None, 1), ("method", "Pay", "Till", 6)]),
    ("scala", "class Till(val a: Int, b: Int) {\n  val c, d = 1\n}\n", [("class", "Till", None, 1), ("field", "a", "Till", 1), ("field", "c", "Till", 2), ("field", "d", "Till", 2)]),
    ("swift", "struct Till {\n  subscript(k: Int) -> Int { 1 }\n  static func <|> (a: Till) {}\n}\nextension [Int] {\n  func sum() {}\n}\nlet (a, b) = (1, 2)\n", [("struct", "Till", None, 1), ("method", "subscript", "Till", 2), ("method", "<|>", "Till", 3), ("method", "sum", "Array", 6), ("variable", "a", None, 8), ("variable", "b", None, 8)]),
    ("ruby", "class Till\n  alias plus add\n  define_method(:pay) { }\n  A, B = 1, 2\nend\n", [("class", "Till", None, 1), ("method", "plus", "Till", 2), ("method", "pay", "Till", 3), ("constant", "A", "Till", 4), ("constant", "B", "Till", 4)]),
    ("ruby", "describe 'Till' do\n  def helper; end\n  it 'pays' do\n    no\n  end\nend\n", [("test", "Till", None, 1), ("function", "helper", "Till", 2), ("test", "pays", "Till", 3)]),
    ("java", "static final int LIMIT = 3;\nvoid main() {}\n", [("constant", "LIMIT", None, 1), ("method", "main", None, 2)]),
    ("haskell", "pattern P a <- (a, _)\ndata R = R { name :: String }\n", [("function", "P", None, 1), ("type", "R", None, 2), ("field", "name", "R", 2)]),
    ("cpp", "struct Till {\n  friend void swap(Till& a, Till& b);\n};\n", [("struct", "Till", None, 1), ("method", "swap", "Till", 2)]),
    ("cpp", 'TEST(Till, Pays) {\n}\nTEST_CASE("adds up", "[till]") {\n}\nBOOST_AUTO_TEST_CASE(rate)\n{\n}\n', [("test", "Pays", "Till", 1), ("test", "adds up", None, 3), ("test", "rate", None, 5)]),
    ("c", "SYSCALL_DEFINE2(pay, unsigned int, fd, char __user *, buf)\n{\n\treturn 1;\n}\n", [("function", "pay", None, 1)]),
    ("javascript", "describe('till', () => {\n  const no = 1;\n  it('pays', async () => {\n    const no = 1;\n  });\n  describe('rate', function () {\n    test.each([1])('is %d', () => {});\n  });\n});\n", [("test", "till", None, 1), ("test", "pays", "till", 3), ("test", "rate", "till", 6), ("test", "is %d", "rate", 7)]),
    ("javascript", "Till.prototype = {\n  pay() {},\n};\nexports = module.exports = function total() {};\n(function (root, factory) { factory(); })(this, function () {\n  function rate() {}\n});\n", [("method", "pay", "Till", 2), ("function", "total", None, 4), ("function", "rate", None, 6)]),
    ("javascript", "/** @flow */\ntype Props = {| a: number |};\nfunction total(a: number): number { return a; }\nclass Till<T> {\n  rate: T;\n}\n", [("type", "Props", None, 2), ("function", "total", None, 3), ("class", "Till", None, 4), ("field", "rate", "Till", 5)]),
]  # fmt: skip


@pytest.mark.parametrize(("language", "text", "expected"), CASES)
def test_what_is_looked_for_by_name_is_listed(language: str, text: str, expected: list[Row]) -> None:
    found = extract(language, text.encode()).definitions

    assert expected == [
        (one.kind, one.name, one.parent, one.line) for one in found if one.name not in {"root", "factory"}
    ]


@pytest.mark.parametrize(("language", "text", "expected"), CASES)
def test_a_long_file_lists_the_same(language: str, text: str, expected: list[Row]) -> None:
    """Where bodies are left out of what is parsed."""
    found = extract(language, (text + "\n" * 1_100).encode()).definitions

    assert expected == [
        (one.kind, one.name, one.parent, one.line) for one in found if one.name not in {"root", "factory"}
    ]
