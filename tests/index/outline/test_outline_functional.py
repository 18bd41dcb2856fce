"""What is found in a file of Haskell, OCaml and Elixir: kind, name, parent and line of each definition."""

from __future__ import annotations

import pytest

from foreword.index.outline.definitions import extract

Row = tuple[str, str, str | None, int]

HASKELL = """\
{-# LANGUAGE X #-}
module Data.Shape (Shape(..), area) where

import Data.List

data Shape a = Circle Float | Rect { width :: Float, height :: Float }
  deriving (Show)
newtype Id = Id { unId :: Int }
type Name = String
class Sized a where
  (<), (<=) :: a -> a -> Bool
  size :: a -> Int
  size _ = 0
instance Sized Shape where
  size (Circle _) = 1
  size _ = 2
type family Fam a
data family DFam a
area :: Shape -> Float
area (Circle r) = r
area (Rect w h) = go w
  where go x = x
limit' = 10
handler :: Handler
handler x = x
x <+> y = x
infixl 6 <+>
foo, bar :: Int
foo = 1
bar = 2
"""

HASKELL_ROWS: list[Row] = [
    ("module", "Data.Shape", None, 2),
    ("type", "Shape", None, 6),
    ("field", "width", "Shape", 6),
    ("field", "height", "Shape", 6),
    ("type", "Id", None, 8),
    ("field", "unId", "Id", 8),
    ("type", "Name", None, 9),
    ("class", "Sized", None, 10),
    ("method", "<", "Sized", 11),
    ("method", "<=", "Sized", 11),
    ("method", "size", "Sized", 12),
    ("class", "Sized Shape", None, 14),
    ("method", "size", "Sized Shape", 15),
    ("type", "Fam", None, 17),
    ("type", "DFam", None, 18),
    ("function", "area", None, 19),
    ("constant", "limit'", None, 23),
    ("function", "handler", None, 24),
    ("function", "<+>", None, 26),
    ("constant", "foo", None, 29),
    ("constant", "bar", None, 30),
]

OCAML = """\
open Base
let limit = 10
let add a b = a + b
let rec fact n = if n = 0 then 1 else fact (n - 1)
and even n = true
let (x, y) = (1, 2)
let () = print_endline "x"
let _ = 1
type shape = Circle of float | Rect of { w : float }
type point = { x : float; mutable y : float }
and other = int
exception Not_here of string
module Inner = struct
  let deep a = a
  module More = struct let deeper = 1 end
end
module type S = sig
  val size : int -> int
  type t
end
module Make (X : S) : S = struct
  let size = X.size
end
module A = B
external c_call : int -> int = "c_call"
class counter init = object (self)
  val mutable n = init
  method get = n
end
let ( + ) a b = a
let%expect_test "x" = ()
class type ['a] push = object
  method size : int
end
let add' x = x
"""

OCAML_ROWS: list[Row] = [
    ("constant", "limit", None, 2),
    ("function", "add", None, 3),
    ("function", "fact", None, 4),
    ("function", "even", None, 5),
    ("type", "shape", None, 9),
    ("type", "point", None, 10),
    ("type", "other", None, 11),
    ("type", "Not_here", None, 12),
    ("module", "Inner", None, 13),
    ("function", "deep", "Inner", 14),
    ("module", "More", "Inner", 15),
    ("constant", "deeper", "More", 15),
    ("interface", "S", None, 17),
    ("function", "size", "S", 18),
    ("type", "t", "S", 19),
    ("module", "Make", None, 21),
    ("constant", "size", "Make", 22),
    ("module", "A", None, 24),
    ("function", "c_call", None, 25),
    ("class", "counter", None, 26),
    ("method", "get", "counter", 28),
    ("function", "+", None, 30),
    ("interface", "push", None, 32),
    ("method", "size", "push", 33),
    ("function", "add'", None, 35),
]

OCAML_INTERFACE = """\
val add : int -> int
type t = int
type shape = Circle of float
module Inner : sig
  val deep : int
end
module type S = sig val size : int end
exception Not_here
external f : int -> int = "f"
"""

OCAML_INTERFACE_ROWS: list[Row] = [
    ("function", "add", None, 1),
    ("type", "t", None, 2),
    ("type", "shape", None, 3),
    ("module", "Inner", None, 4),
    ("constant", "deep", "Inner", 5),
    ("interface", "S", None, 7),
    ("constant", "size", "S", 7),
    ("type", "Not_here", None, 8),
    ("function", "f", None, 9),
]

ELIXIR = r"""
defmodule App.Shape do
  @moduledoc "x"
  @limit 10
  use GenServer
  alias Foo.Bar
  defstruct [:name, :sides]
  @type t :: %__MODULE__{}
  @callback area(t) :: float

  def area(shape), do: 1
  def area(_a, b) when b > 1 do
    2
  end
  defp hidden(a \\ 1) do
  end
  def bare do
  end
  defmacro square(x) do
  end
  defguard is_even(x) when rem(x, 2) == 0
  defdelegate size(a), to: Enum
  def a <~> b, do: 1
  defmodule Inner do
    def deep, do: 1
  end
end
defprotocol Size do
  def size(data)
end
defimpl Size, for: BitString do
  def size(s), do: 1
end
defmodule T do
  test "works", %{a: b} do
  end
  describe "x" do
    test "nested" do
    end
  end
end
""".removeprefix("\n")

ELIXIR_ROWS: list[Row] = [
    ("module", "App.Shape", None, 1),
    ("type", "t", "App.Shape", 7),
    ("method", "area", "App.Shape", 8),
    ("function", "area", "App.Shape", 10),
    ("function", "hidden", "App.Shape", 14),
    ("function", "bare", "App.Shape", 16),
    ("macro", "square", "App.Shape", 18),
    ("macro", "is_even", "App.Shape", 20),
    ("function", "size", "App.Shape", 21),
    ("function", "<~>", "App.Shape", 22),
    ("module", "Inner", "App.Shape", 23),
    ("function", "deep", "Inner", 24),
    ("interface", "Size", None, 27),
    ("function", "size", "Size", 28),
    ("module", "Size.BitString", None, 30),
    ("function", "size", "Size.BitString", 31),
    ("module", "T", None, 33),
    ("test", "works", "T", 34),
    ("test", "nested", "T", 37),
]


@pytest.mark.parametrize(
    ("language", "source", "expected"),
    [
        pytest.param("haskell", HASKELL, HASKELL_ROWS, id="haskell"),
        pytest.param("ocaml", OCAML, OCAML_ROWS, id="ocaml"),
        pytest.param("ocaml_interface", OCAML_INTERFACE, OCAML_INTERFACE_ROWS, id="ocaml_interface"),
        pytest.param("elixir", ELIXIR, ELIXIR_ROWS, id="elixir"),
    ],
)
def test_each_definition_has_its_kind_name_parent_and_line(
    language: str, source: str, expected: list[Row]
) -> None:
    found = extract(language, source.encode()).definitions

    assert expected == [(each.kind, each.name, each.parent, each.line) for each in found]
