"""What is found in a file of Zig, Swift and Scala: kind, name, parent and line of each definition."""

from __future__ import annotations

import pytest

from foreword.index.outline.definitions import extract

Row = tuple[str, str, str | None, int]

ZIG = """\
const std = @import("std");
pub const limit: usize = 10;
var counter: u32 = 0;
pub const Point = struct {
    x: f32,
    y: f32 = 0,
    pub const Self = @This();
    pub fn init(x: f32) Point {
        return .{ .x = x };
    }
    const Inner = struct { a: u8, fn deep() void {} };
};
const Color = enum { red, green, fn hex() u8 { return 1; } };
const Value = union(enum) { int: i32, float: f64 };
const MyErr = error{ OutOfMemory };
pub fn main() !void {}
fn Generic(comptime T: type) type {
    return struct {
        value: T,
        pub fn get(self: @This()) T { return self.value; }
    };
}
extern fn c_call(a: c_int) void;
test "it works" {
}
test main {}
"""

ZIG_ROWS: list[Row] = [
    ("constant", "limit", None, 2),
    ("variable", "counter", None, 3),
    ("struct", "Point", None, 4),
    ("constant", "Self", "Point", 7),
    ("method", "init", "Point", 8),
    ("struct", "Inner", "Point", 11),
    ("method", "deep", "Inner", 11),
    ("enum", "Color", None, 13),
    ("method", "hex", "Color", 13),
    ("struct", "Value", None, 14),
    ("enum", "MyErr", None, 15),
    ("function", "main", None, 16),
    ("function", "Generic", None, 17),
    ("method", "get", "Generic", 20),
    ("function", "c_call", None, 23),
    ("test", "it works", None, 24),
    ("test", "main", None, 26),
]

SWIFT = """\
import Foundation

let limit = 10
var counter: Int = 0
typealias Id = Int

@objc
public class Shape: Base, Drawable {
    static let shared = Shape()
    var name: String { get { "x" } }
    private(set) var label = "x", other = 1
    init(name: String) { }
    deinit { }
    @discardableResult
    func area() -> Double { 1.0 }
    static func make() -> Shape { Shape() }
    subscript(i: Int) -> Int { 1 }
    enum Kind { case a, b(Int) }
    class Inner { func deep() {} }
}
struct Point<T> { let x: T }
protocol Drawable { associatedtype Out; var size: Int { get }; func draw(); init() }
extension Shape: CustomStringConvertible {
    var description: String { "" }
    func extra() {}
}
extension Foo.Bar { func dotted() {} }
actor Bank { func deposit() {} }
indirect enum Tree { case leaf; case node(Tree, Tree); func walk() {} }
func top(a: Int) throws -> Int { func inner() {}; return 1 }
func == (l: Point<Int>, r: Point<Int>) -> Bool { true }
#if DEBUG
func debugOnly() {}
#endif
"""

SWIFT_ROWS: list[Row] = [
    ("variable", "limit", None, 3),
    ("variable", "counter", None, 4),
    ("type", "Id", None, 5),
    ("class", "Shape", None, 8),
    ("property", "shared", "Shape", 9),
    ("property", "name", "Shape", 10),
    ("property", "label", "Shape", 11),
    ("property", "other", "Shape", 11),
    ("constructor", "init", "Shape", 12),
    ("method", "area", "Shape", 15),
    ("method", "make", "Shape", 16),
    ("method", "subscript", "Shape", 17),
    ("enum", "Kind", "Shape", 18),
    ("class", "Inner", "Shape", 19),
    ("method", "deep", "Inner", 19),
    ("struct", "Point", None, 21),
    ("property", "x", "Point", 21),
    ("interface", "Drawable", None, 22),
    ("type", "Out", "Drawable", 22),
    ("property", "size", "Drawable", 22),
    ("method", "draw", "Drawable", 22),
    ("constructor", "init", "Drawable", 22),
    ("property", "description", "Shape", 24),
    ("method", "extra", "Shape", 25),
    ("method", "dotted", "Bar", 27),
    ("class", "Bank", None, 28),
    ("method", "deposit", "Bank", 28),
    ("enum", "Tree", None, 29),
    ("method", "walk", "Tree", 29),
    ("function", "top", None, 30),
    ("function", "==", None, 31),
    ("function", "debugOnly", None, 33),
]

SCALA = """\
package a.b
package c

import x.y

object Registry extends Base {
  val Limit = 10
  def register(a: Int): Unit = { def inner() = 1 }
  private var state: Int = 0
  type Id = Long
  case object Empty
}
@deprecated
abstract class Shape[T](val name: String, x: Int) extends Base with Drawable {
  def area: Double
  override def toString = "x"
  lazy val cache = 1
  class Inner { def deep = 1 }
}
sealed trait Tree { def walk(): Unit }
case class Leaf(v: Int) extends Tree
enum Color { case Red, Green; case Mix(a: Int); def hex = 1 }
given Ordering[Int] with { def compare(x: Int, y: Int) = 0 }
given named: Ordering[Int] = ???
extension (s: String) def shout = s
def top(a: Int) = a
implicit class Rich(s: String) { def more = 1 }
package object util { def helper = 1 }
"""

SCALA_ROWS: list[Row] = [
    ("class", "Registry", None, 6),
    ("field", "Limit", "Registry", 7),
    ("method", "register", "Registry", 8),
    ("field", "state", "Registry", 9),
    ("type", "Id", "Registry", 10),
    ("class", "Empty", "Registry", 11),
    ("class", "Shape", None, 14),
    ("field", "name", "Shape", 14),
    ("method", "area", "Shape", 15),
    ("method", "toString", "Shape", 16),
    ("field", "cache", "Shape", 17),
    ("class", "Inner", "Shape", 18),
    ("method", "deep", "Inner", 18),
    ("trait", "Tree", None, 20),
    ("method", "walk", "Tree", 20),
    ("class", "Leaf", None, 21),
    ("field", "v", "Leaf", 21),
    ("enum", "Color", None, 22),
    ("method", "hex", "Color", 22),
    ("function", "compare", None, 23),
    ("constant", "named", None, 24),
    ("method", "shout", "String", 25),
    ("function", "top", None, 26),
    ("class", "Rich", None, 27),
    ("method", "more", "Rich", 27),
    ("module", "util", None, 28),
    ("function", "helper", "util", 28),
]


@pytest.mark.parametrize(
    ("language", "source", "expected"),
    [
        pytest.param("zig", ZIG, ZIG_ROWS, id="zig"),
        pytest.param("swift", SWIFT, SWIFT_ROWS, id="swift"),
        pytest.param("scala", SCALA, SCALA_ROWS, id="scala"),
    ],
)
def test_each_definition_has_its_kind_name_parent_and_line(
    language: str, source: str, expected: list[Row]
) -> None:
    found = extract(language, source.encode()).definitions

    assert expected == [(each.kind, each.name, each.parent, each.line) for each in found]
