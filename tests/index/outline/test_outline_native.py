"""What is found in a file of C, C++, Go and Rust: kind, name, parent and line of each definition."""

from __future__ import annotations

import pytest

from foreword.index.outline.definitions import extract

Row = tuple[str, str, str | None, int]

C = """\
#ifndef A_H
#define A_H
#include <stdio.h>
#define LIMIT 10
#define MAX(a, b) ((a) > (b) ? (a) : (b))
#ifdef __cplusplus
extern "C" {
#endif
typedef struct point { int x; int y; } point_t;
struct node { struct node *next; };
union bits { int a; float b; };
enum color { RED, GREEN = 2 };
typedef int (*callback)(void *);
typedef unsigned long size_type;
typedef enum { ONE, TWO } Number;
int declared(int a);
extern int external;
static int table[10] = {0};
const char *names[] = {"a"};
struct node *head, tail;
static inline int
add(int a, int b)
{
	return a + b;
}
char *dup(const char *s) { return 0; }
int (*get(void))(int) { return 0; }
#ifdef FOO
void guarded(void) {}
#else
void other(void) {}
#endif
#ifdef __cplusplus
}
#endif
#endif
"""

C_ROWS: list[Row] = [
    ("constant", "LIMIT", None, 4),
    ("macro", "MAX", None, 5),
    ("struct", "point", None, 9),
    ("type", "point_t", None, 9),
    ("struct", "node", None, 10),
    ("struct", "bits", None, 11),
    ("enum", "color", None, 12),
    ("type", "callback", None, 13),
    ("type", "size_type", None, 14),
    ("enum", "Number", None, 15),
    ("function", "declared", None, 16),
    ("variable", "external", None, 17),
    ("variable", "table", None, 18),
    ("variable", "names", None, 19),
    ("variable", "head", None, 20),
    ("variable", "tail", None, 20),
    ("function", "add", None, 21),
    ("function", "dup", None, 26),
    ("function", "get", None, 27),
    ("function", "guarded", None, 29),
    ("function", "other", None, 31),
]

CPP = """\
#include <vector>
namespace app::core {
class Shape : public Base {
 public:
  Shape(int a) : a_(a) {}
  ~Shape();
  virtual double area() const = 0;
  bool operator==(const Shape& o) const { return true; }
  static int count;
  explicit operator bool() const;
  struct Inner { int x; };
  enum class Kind { A, B };
  using Ptr = Shape*;
 private:
  int a_;
};
template <typename T>
struct Box {
  T value;
  T get() const { return value; }
};
template <> struct Box<int> { };
double Shape::area() const { return 1; }
Shape::~Shape() {}
template <typename T> T max(T a, T b) { return a; }
namespace { int hidden() { return 1; } }
using Id = int;
template <class T> using Vec = std::vector<T>;
concept Small = true;
constexpr int kLimit = 3;
}  // namespace
int app::core::Inner::deep::run(int x) { return x; }
auto trailing() -> int { return 1; }
extern "C" { void c_fn(); }
std::ostream& operator<<(std::ostream& o, const Shape& s) { return o; }
#if FOO
class Guarded {};
#endif
struct Fwd;
#define X 1
#define X 2
"""

CPP_ROWS: list[Row] = [
    ("namespace", "app::core", None, 2),
    ("class", "Shape", "app::core", 3),
    ("constructor", "Shape", "Shape", 5),
    ("method", "~Shape", "Shape", 6),
    ("method", "area", "Shape", 7),
    ("method", "operator==", "Shape", 8),
    ("method", "operator bool", "Shape", 10),
    ("struct", "Inner", "Shape", 11),
    ("enum", "Kind", "Shape", 12),
    ("type", "Ptr", "Shape", 13),
    ("struct", "Box", "app::core", 17),
    ("method", "get", "Box", 20),
    ("struct", "Box", "app::core", 22),
    ("method", "area", "Shape", 23),
    ("method", "~Shape", "Shape", 24),
    ("function", "max", "app::core", 25),
    ("function", "hidden", "app::core", 26),
    ("type", "Id", "app::core", 27),
    ("type", "Vec", "app::core", 28),
    ("type", "Small", "app::core", 29),
    ("variable", "kLimit", "app::core", 30),
    ("method", "run", "deep", 32),
    ("function", "trailing", None, 33),
    ("function", "c_fn", None, 34),
    ("function", "operator<<", None, 35),
    ("class", "Guarded", None, 37),
    ("constant", "X", None, 40),
]

GO = """\
package main

import "fmt"

const Limit = 10
const (
	A = iota
	B
)
var x, y = 1, 2
var (
	ErrNo = errors.New("no")
)

type Shape interface {
	Area() float64
}
type Circle struct {
	Radius float64
	name, label string
	Base
}
type (
	ID int
	Fn func(a int) error
)
type Alias = ID

func New[T any](r float64) *Circle { return nil }

func (c *Circle) Area() float64 {
	return 1
}
func (l List[T]) Len() int { return 0 }
"""

GO_ROWS: list[Row] = [
    ("constant", "Limit", None, 5),
    ("constant", "A", None, 7),
    ("constant", "B", None, 8),
    ("variable", "x", None, 10),
    ("variable", "y", None, 10),
    ("variable", "ErrNo", None, 12),
    ("interface", "Shape", None, 15),
    ("method", "Area", "Shape", 16),
    ("struct", "Circle", None, 18),
    ("type", "ID", None, 24),
    ("type", "Fn", None, 25),
    ("type", "Alias", None, 27),
    ("function", "New", None, 29),
    ("method", "Area", "Circle", 31),
    ("method", "Len", "List", 34),
]

RUST = """\
//! Doc
use std::fmt;

pub const LIMIT: usize = 10;
static mut GLOBAL: u8 = 0;
pub type Id = u64;

#[derive(Debug)]
pub struct Circle<T> {
    pub radius: f64,
    name: T,
}
pub struct Unit;
union Bits { a: u32, b: f32 }
enum Color { Red, Green(u8) }

pub trait Shape: Base {
    const SIDES: u8;
    type Out;
    fn area(&self) -> f64;
    fn double(&self) -> f64 { 2.0 * self.area() }
}

impl<T> Shape for Circle<T>
where T: Clone {
    type Out = u8;
    fn area(&self) -> f64 { 1.0 }
}
impl fmt::Display for crate::a::Unit { fn fmt(&self) {} }

macro_rules! square { ($x:expr) => { $x * $x }; }

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn it_works() { assert!(true); }
}
mod other;
extern "C" { fn c_call(a: i32); }
async fn run(
    a: u8,
) -> Result<()> { Ok(()) }
"""

RUST_ROWS: list[Row] = [
    ("constant", "LIMIT", None, 4),
    ("variable", "GLOBAL", None, 5),
    ("type", "Id", None, 6),
    ("struct", "Circle", None, 9),
    ("struct", "Unit", None, 13),
    ("struct", "Bits", None, 14),
    ("enum", "Color", None, 15),
    ("trait", "Shape", None, 17),
    ("constant", "SIDES", "Shape", 18),
    ("type", "Out", "Shape", 19),
    ("method", "area", "Shape", 20),
    ("method", "double", "Shape", 21),
    ("type", "Out", "Circle", 26),
    ("method", "area", "Circle", 27),
    ("method", "fmt", "Unit", 29),
    ("macro", "square", None, 31),
    ("module", "tests", None, 34),
    ("function", "it_works", "tests", 37),
    ("module", "other", None, 39),
    ("function", "c_call", None, 40),
    ("function", "run", None, 41),
]


@pytest.mark.parametrize(
    ("language", "source", "expected"),
    [
        pytest.param("c", C, C_ROWS, id="c"),
        pytest.param("cpp", CPP, CPP_ROWS, id="cpp"),
        pytest.param("go", GO, GO_ROWS, id="go"),
        pytest.param("rust", RUST, RUST_ROWS, id="rust"),
    ],
)
def test_each_definition_has_its_kind_name_parent_and_line(
    language: str, source: str, expected: list[Row]
) -> None:
    found = extract(language, source.encode()).definitions

    assert expected == [(each.kind, each.name, each.parent, each.line) for each in found]
