"""What is found in a file of Python, Ruby, PHP, Lua and Bash: kind, name, parent and line of each definition."""

from __future__ import annotations

import pytest

from foreword.index.outline.definitions import extract

Row = tuple[str, str, str | None, int]

PYTHON = '''\
"""Doc."""
import os

LIMIT = 10
name: str = "x"
lower = 1
A, B = 1, 2
type Alias = list[int]


@decorate
class Shape(Base):
    """A shape."""

    sides: int = 0
    label = "x"

    @property
    def area(self) -> float:
        def inner(): ...
        return 1.0

    def __init__(self, a,
                 b):
        self.a = a

    class Meta:
        ordering = 1


if TYPE_CHECKING:
    class Typed: ...
else:
    def fallback(): pass

try:
    import x
except ImportError:
    def shim(): pass


async def fetch(url: str) -> bytes:
    return b""
'''

PYTHON_ROWS: list[Row] = [
    ("constant", "LIMIT", None, 4),
    ("variable", "name", None, 5),
    ("type", "Alias", None, 8),
    ("class", "Shape", None, 12),
    ("field", "sides", "Shape", 15),
    ("method", "area", "Shape", 19),
    ("constructor", "__init__", "Shape", 23),
    ("class", "Meta", "Shape", 27),
    ("class", "Typed", None, 32),
    ("function", "fallback", None, 34),
    ("function", "shim", None, 39),
    ("function", "fetch", None, 42),
]

RUBY = """\
require "x"
LIMIT = 10
module Outer
  module A::B
    class Shape < Base
      SIDES = 4
      attr_accessor :name, :label
      attr_reader :other
      def initialize(name)
        @name = name
      end
      def self.create(*args) = new(*args)
      def area?; end
      def ==(other); end
      def name=(v); end
      class << self
        def build; end
      end
      private
      def hidden; end
      private def inline_hidden; end
      scope :active, -> { where(a: 1) }
      alias_method :x, :y
    end
  end
end
def top(a, b = 1)
end
Point = Struct.new(:x) do
  def norm; end
end
if RUBY_VERSION
  def cond; end
end
describe "thing" do
  it "works" do
  end
end
"""

RUBY_ROWS: list[Row] = [
    ("constant", "LIMIT", None, 2),
    ("module", "Outer", None, 3),
    ("module", "B", "A", 4),
    ("class", "Shape", "B", 5),
    ("constant", "SIDES", "Shape", 6),
    ("property", "name", "Shape", 7),
    ("property", "label", "Shape", 7),
    ("property", "other", "Shape", 8),
    ("constructor", "initialize", "Shape", 9),
    ("method", "create", "Shape", 12),
    ("method", "area?", "Shape", 13),
    ("method", "==", "Shape", 14),
    ("method", "name=", "Shape", 15),
    ("method", "build", "Shape", 17),
    ("method", "hidden", "Shape", 20),
    ("method", "inline_hidden", "Shape", 21),
    ("method", "x", "Shape", 23),
    ("function", "top", None, 27),
    ("class", "Point", None, 29),
    ("method", "norm", "Point", 30),
    ("function", "cond", None, 33),
    ("test", "thing", None, 35),
    ("test", "works", "thing", 36),
]

PHP = r"""
<?php
namespace App\Core;

use Foo\Bar;

const LIMIT = 10;
define('OTHER', 1);

#[Attribute]
abstract class Shape extends Base implements IShape
{
    use Loggable;
    const SIDES = 4;
    public static int $count = 0;
    private ?string $name, $label;

    public function __construct(private string $a) {}
    #[Route("/")]
    public static function create(int $a): self { return new self; }
    abstract protected function area(): float;
}
interface IShape { public function area(): float; }
trait Loggable { public function log() {} }
enum Suit: string { case Hearts = 'H'; const X = 1; public function color(): string {} }
function top($a) { function inner() {} }
if (!function_exists('guarded')) {
    function guarded() {}
}
$closure = function () {};
""".removeprefix("\n")

PHP_ROWS: list[Row] = [
    ("namespace", "App\\Core", None, 2),
    ("constant", "LIMIT", "App\\Core", 6),
    ("constant", "OTHER", None, 7),
    ("class", "Shape", "App\\Core", 10),
    ("constant", "SIDES", "Shape", 13),
    ("property", "count", "Shape", 14),
    ("property", "name", "Shape", 15),
    ("property", "label", "Shape", 15),
    ("constructor", "__construct", "Shape", 17),
    ("property", "a", "Shape", 17),
    ("method", "create", "Shape", 19),
    ("method", "area", "Shape", 20),
    ("interface", "IShape", "App\\Core", 22),
    ("method", "area", "IShape", 22),
    ("trait", "Loggable", "App\\Core", 23),
    ("method", "log", "Loggable", 23),
    ("enum", "Suit", "App\\Core", 24),
    ("constant", "X", "Suit", 24),
    ("method", "color", "Suit", 24),
    ("function", "top", "App\\Core", 25),
    ("function", "guarded", "App\\Core", 27),
]

LUA = """\
local M = {}
LIMIT = 10
local function helper(a, b)
  local function inner() end
end
function M.open(path) end
function M.a.b(path) end
function M:close() end
function global() end
M.run = function(a) end
local f = function() end
M.version = "1"
M.handlers = {
  open = function(a) end,
  nested = { ["x/y"] = function() end },
}
return M
"""

LUA_ROWS: list[Row] = [
    ("function", "helper", None, 3),
    ("function", "open", "M", 6),
    ("function", "b", "a", 7),
    ("method", "close", "M", 8),
    ("function", "global", None, 9),
    ("function", "run", "M", 10),
    ("function", "f", None, 11),
    ("function", "open", "handlers", 14),
    ("function", "x/y", "handlers", 15),
]

LUA_MORE = """\
return {
  setup = function(opts) end,
  name = "x",
}
"""

LUA_MORE_ROWS: list[Row] = [
    ("function", "setup", None, 2),
]

BASH = """\
#!/usr/bin/env bash
LIMIT=10
export NAME=x
readonly CONST=1
declare -A MAP
alias ll='ls -l'
function one { echo 1; }
two() {
  local x=1
  inner() { :; }
}
function three() ( echo )
if true; then
  guarded() { :; }
fi
"""

BASH_ROWS: list[Row] = [
    ("function", "one", None, 7),
    ("function", "two", None, 8),
    ("function", "three", None, 12),
    ("function", "guarded", None, 14),
]


@pytest.mark.parametrize(
    ("language", "source", "expected"),
    [
        pytest.param("python", PYTHON, PYTHON_ROWS, id="python"),
        pytest.param("ruby", RUBY, RUBY_ROWS, id="ruby"),
        pytest.param("php", PHP, PHP_ROWS, id="php"),
        pytest.param("lua", LUA, LUA_ROWS, id="lua"),
        pytest.param("lua", LUA_MORE, LUA_MORE_ROWS, id="lua_more"),
        pytest.param("bash", BASH, BASH_ROWS, id="bash"),
    ],
)
def test_each_definition_has_its_kind_name_parent_and_line(
    language: str, source: str, expected: list[Row]
) -> None:
    found = extract(language, source.encode()).definitions

    assert expected == [(each.kind, each.name, each.parent, each.line) for each in found]
