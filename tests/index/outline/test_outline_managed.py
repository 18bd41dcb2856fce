"""What is found in a file of Java, C# and Kotlin: kind, name, parent and line of each definition."""

from __future__ import annotations

import pytest

from foreword.index.outline.definitions import extract

Row = tuple[str, str, str | None, int]

JAVA = """\
package a.b;

import java.util.List;

/** Doc. */
@Entity
public class Shape<T> extends Base implements Runnable {
    public static final int LIMIT = 10;
    private String name, label;

    public Shape(String name) { this.name = name; }

    @Override
    public void run() {
    }

    static class Inner { void deep() {} }
    enum Color { RED, GREEN(2) { void x() {} }; Color() {} int value() { return 1; } }
    interface Visitor { void visit(Shape s); default int two() { return 2; } int MAX = 3; }
}
record Point(int x, int y) { Point { } double norm() { return 0; } }
@interface Marker { String value() default ""; }
"""

JAVA_ROWS: list[Row] = [
    ("class", "Shape", None, 7),
    ("constant", "LIMIT", "Shape", 8),
    ("field", "name", "Shape", 9),
    ("field", "label", "Shape", 9),
    ("constructor", "Shape", "Shape", 11),
    ("method", "run", "Shape", 14),
    ("class", "Inner", "Shape", 17),
    ("method", "deep", "Inner", 17),
    ("enum", "Color", "Shape", 18),
    ("constructor", "Color", "Color", 18),
    ("method", "value", "Color", 18),
    ("interface", "Visitor", "Shape", 19),
    ("method", "visit", "Visitor", 19),
    ("method", "two", "Visitor", 19),
    ("constant", "MAX", "Visitor", 19),
    ("class", "Point", None, 21),
    ("constructor", "Point", "Point", 21),
    ("method", "norm", "Point", 21),
    ("interface", "Marker", None, 22),
    ("method", "value", "Marker", 22),
]

CSHARP = """\
using System;
namespace App.Core;

[Serializable]
public abstract class Shape<T> : Base, IShape where T : class
{
    public const int Limit = 10;
    private string name, label;
    public Shape(string name) { }
    ~Shape() { }
    public string Name { get; set; }
    public int Twice => 2;
    public event EventHandler Changed;
    public event EventHandler Custom { add { } remove { } }
    [Obsolete]
    public override void Run(int a) { void Local() { } }
    public static Shape<T> operator +(Shape<T> a, Shape<T> b) => a;
    public static explicit operator int(Shape<T> a) => 1;
    public enum Color { Red, Green = 2 }
    public class Inner { void Deep() { } }
}
public interface IShape { double Area(); int X { get; } }
public struct Point { public int X; }
public record Person(string First, string Last);
public record struct Rs(int A);
public delegate void Handler(object o);
#if DEBUG
class Debugged { }
#endif
"""

CSHARP_ROWS: list[Row] = [
    ("namespace", "App.Core", None, 2),
    ("class", "Shape", "App.Core", 5),
    ("constant", "Limit", "Shape", 7),
    ("field", "name", "Shape", 8),
    ("field", "label", "Shape", 8),
    ("constructor", "Shape", "Shape", 9),
    ("method", "~Shape", "Shape", 10),
    ("property", "Name", "Shape", 11),
    ("property", "Twice", "Shape", 12),
    ("field", "Changed", "Shape", 13),
    ("property", "Custom", "Shape", 14),
    ("method", "Run", "Shape", 16),
    ("method", "operator +", "Shape", 17),
    ("method", "operator int", "Shape", 18),
    ("enum", "Color", "Shape", 19),
    ("class", "Inner", "Shape", 20),
    ("method", "Deep", "Inner", 20),
    ("interface", "IShape", "App.Core", 22),
    ("method", "Area", "IShape", 22),
    ("property", "X", "IShape", 22),
    ("struct", "Point", "App.Core", 23),
    ("field", "X", "Point", 23),
    ("class", "Person", "App.Core", 24),
    ("property", "First", "Person", 24),
    ("property", "Last", "Person", 24),
    ("class", "Rs", "App.Core", 25),
    ("property", "A", "Rs", 25),
    ("type", "Handler", "App.Core", 26),
    ("class", "Debugged", "App.Core", 28),
]

CSHARP_MORE = """\
namespace Outer {
  namespace Inner.More { class A { } }
}
int x = 1;
void TopLevel() { }
"""

CSHARP_MORE_ROWS: list[Row] = [
    ("namespace", "Outer", None, 1),
    ("namespace", "Inner.More", "Outer", 2),
    ("class", "A", "Inner.More", 2),
    ("function", "TopLevel", None, 5),
]

KOTLIN = """\
package a.b

import x.y

const val LIMIT = 10
val name: String by lazy { "x" }
var String.ext: Int
    get() = 1
    set(v) {}
typealias Id = Long

@Serializable
data class Point(val x: Int, var y: Int, z: Int) : Base(), Shape {
    private val cache = mutableMapOf<String, Int>()
    constructor(a: Int) : this(a, a, a)
    init { }
    override fun area(): Double = 1.0
    companion object {
        const val MAX = 3
        fun create(): Point = Point(1)
    }
    inner class Inner { fun deep() {} }
}
interface Shape {
    fun area(): Double
    val sides: Int
}
enum class Color(val v: Int) {
    RED(1), GREEN(2);
    fun hex() = ""
}
object Registry : Base() {
    fun register() {}
}
class Holder {
    companion object Named {
        val x = 1
    }
}
fun top(a: Int, b: String = ""): Int {
    fun inner() {}
    return 1
}
fun <T> List<T>.second(): T = this[1]
val (first, last) = pair
"""

KOTLIN_ROWS: list[Row] = [
    ("constant", "LIMIT", None, 5),
    ("variable", "name", None, 6),
    ("variable", "ext", None, 7),
    ("type", "Id", None, 10),
    ("class", "Point", None, 13),
    ("property", "x", "Point", 13),
    ("property", "y", "Point", 13),
    ("property", "cache", "Point", 14),
    ("method", "area", "Point", 17),
    ("constant", "MAX", "Point", 19),
    ("method", "create", "Point", 20),
    ("class", "Inner", "Point", 22),
    ("method", "deep", "Inner", 22),
    ("interface", "Shape", None, 24),
    ("method", "area", "Shape", 25),
    ("property", "sides", "Shape", 26),
    ("enum", "Color", None, 28),
    ("property", "v", "Color", 28),
    ("method", "hex", "Color", 30),
    ("class", "Registry", None, 32),
    ("method", "register", "Registry", 33),
    ("class", "Holder", None, 35),
    ("class", "Named", "Holder", 36),
    ("property", "x", "Named", 37),
    ("function", "top", None, 40),
    ("function", "second", None, 44),
    ("variable", "first", None, 45),
    ("variable", "last", None, 45),
]


@pytest.mark.parametrize(
    ("language", "source", "expected"),
    [
        pytest.param("java", JAVA, JAVA_ROWS, id="java"),
        pytest.param("csharp", CSHARP, CSHARP_ROWS, id="csharp"),
        pytest.param("csharp", CSHARP_MORE, CSHARP_MORE_ROWS, id="csharp_more"),
        pytest.param("kotlin", KOTLIN, KOTLIN_ROWS, id="kotlin"),
    ],
)
def test_each_definition_has_its_kind_name_parent_and_line(
    language: str, source: str, expected: list[Row]
) -> None:
    found = extract(language, source.encode()).definitions

    assert expected == [(each.kind, each.name, each.parent, each.line) for each in found]
