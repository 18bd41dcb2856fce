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
    ("rust", "bitflags! {\n    pub struct Flags: u32 {\n        const A = 1;\n    }\n}\n\ncfg_if::cfg_if! {\n    if #[cfg(unix)] {\n        pub fn total() {}\n    } else {\n        pub fn other() {}\n    }\n}\n\nlazy_static! {\n    static ref RATES: Map = Map::new();\n}\nfn last() { if a { b } else { c } }\n", [("struct", "Flags", None, 2), ("function", "total", None, 9), ("function", "other", None, 11), ("variable", "RATES", None, 16), ("function", "last", None, 18)]),
    ("rust", "cfg_net! {\n    mod net;\n\n    /// Doc.\n    impl dyn Till {\n        fn pay(&self) {}\n    }\n}\ntrait Both = Clone + Send;\n", [("module", "net", None, 2), ("method", "pay", "Till", 6), ("type", "Both", None, 9)]),
    ("ruby", "class Till\n  attr :rate\n  attr_reader 'name'\n  class_attribute :desk\n  delegate :size, to: :items\n  RATE ||= 3\nend\nTill::MOST = 1\nmodule Ext\n  refine String do\n    def shout = 1\n  end\nend\n", [("class", "Till", None, 1), ("property", "rate", "Till", 2), ("property", "name", "Till", 3), ("property", "desk", "Till", 4), ("property", "size", "Till", 5), ("constant", "RATE", "Till", 6), ("constant", "MOST", "Till", 8), ("module", "Ext", None, 9), ("method", "shout", "String", 11)]),
    ("ruby", "describe Till do\n  let(:rate) { 1 }\n  let(:other) do\n    def inner; end\n  end\nend\n", [("test", "Till", None, 1), ("function", "rate", "Till", 2), ("function", "other", "Till", 3), ("function", "inner", "Till", 4)]),
    ("php", "<?php\nnamespace Shop;\ndefine('RATE', 1);\ndeclare(ticks=1) {\n    function total() {}\n}\n", [("namespace", "Shop", None, 2), ("constant", "RATE", None, 3), ("function", "total", "Shop", 5)]),
    ("csharp", "public static class Ext\n{\n    extension<T>(IEnumerable<T> source)\n    {\n        public bool IsEmpty => true;\n        public int Words() { return 1; }\n    }\n\n    extension(string s) {\n        public int Letters() { return 1; }\n    }\n\n    void Pay(Till? till) { till?.Sum = 1; }\n    void Last() { }\n}\n", [("class", "Ext", None, 1), ("property", "IsEmpty", "Ext", 5), ("method", "Words", "Ext", 6), ("method", "Letters", "Ext", 10), ("method", "Pay", "Ext", 13), ("method", "Last", "Ext", 14)]),
    ("java", "value class Till { int sum; }\nvalue record Rate(int a) { }\n", [("class", "Till", None, 1), ("field", "sum", "Till", 1), ("class", "Rate", None, 2)]),
    ("swift", "let date = /(?<year>\\d{4})-\\d+\\/x/\nclass Till { func pay() { } }\n", [("variable", "date", None, 1), ("class", "Till", None, 2), ("method", "pay", "Till", 2)]),
    ("bash", '@test "adds two" {\n  run add 1 2\n}\n\nhelper() { ls !(a|b) +(x); }\ncase $x in +([0-9])) ;; esac\nlast() { :; }\n', [("test", "adds two", None, 1), ("function", "helper", None, 5), ("function", "last", None, 7)]),
    ("zsh", "pay () { for x in *(.om[1,3]); do print $x; done }\nfor i in {1..3}; echo $i\nlast() { :; }\n", [("function", "pay", None, 1), ("function", "last", None, 3)]),
    ("cpp", "struct [[=Anno{1}]] Till { int x; };\nint total(int a) pre(a > 0) post(r : r > 0) { return a; }\nnamespace a::inline c { void f(); }\n", [("struct", "Till", None, 1), ("function", "total", None, 2), ("namespace", "a::c", None, 3), ("function", "f", "a::c", 3)]),
    ("c", 'auto rate = 1.0;\nunsigned _BitInt(3) total(void) { return 1; }\nstatic const unsigned char img[] = {\n#embed "x.png"\n};\nint last(void) { return 1; }\n', [("variable", "rate", None, 1), ("function", "total", None, 2), ("variable", "img", None, 3), ("function", "last", None, 6)]),
    ("typescript", "export default defineComponent({ setup() {} });\nexport const { inc, dec: down } = slice.actions;\nconst conf = { run() {} } as const satisfies C;\n", [("function", "setup", None, 1), ("constant", "inc", None, 2), ("constant", "down", None, 2), ("constant", "conf", None, 3), ("method", "run", "conf", 3)]),
    ("typescript", "export default { setup() {} } satisfies O;\n", [("function", "setup", None, 1)]),
    ("javascript", 'function Till() {}\nObject.assign(Till.prototype, { one() {} });\nObject.assign(exports, { two() {} });\n!function () {\n  function three() {}\n}();\n(function (root, factory) {\n  factory();\n}(this, function () {\n  function four() {}\n}));\n(function () {\n  function five() {}\n}).call(this);\n$(function () {\n  function six() {}\n});\ndocument.addEventListener("DOMContentLoaded", () => {\n  function seven() {}\n});\n', [("function", "Till", None, 1), ("method", "one", "Till", 2), ("function", "two", None, 3), ("function", "three", None, 5), ("function", "four", None, 10), ("function", "five", None, 13), ("function", "six", None, 16), ("function", "seven", None, 19)]),
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
