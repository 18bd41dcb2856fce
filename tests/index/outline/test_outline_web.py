"""What is found in a file of JavaScript, TypeScript and TSX: kind, name, parent and line of each definition."""

from __future__ import annotations

import pytest

from foreword.index.outline.definitions import extract

Row = tuple[str, str, str | None, int]

JAVASCRIPT = """\
import x from "x";
export const LIMIT = 10;
const arrow = async (a, b) => {
  return 1;
};
let plain = 3;
export default class Shape extends Base {
  static count = 0;
  #secret = 1;
  handle = (e) => {};
  constructor(a) { super(a); }
  get area() { return 1; }
  static async *gen() {}
}
function top(a) { function inner() {} }
export function* gen() {}
exports.helper = function (a) {};
module.exports.other = () => 1;
Shape.prototype.grow = function () {};
const Klass = class extends Base { run() {} };
const { a, b } = require("x");
export { top as renamed };
export default function () {}
module.exports = { one() {}, two: function () {}, three: 3 };
const table = { go() {}, stop: () => 1 };
var App = App || {};
(function () {
  function wrapped() {}
})();
define(["a"], function (a) {
  class Module {}
});
export default { methods: { load() {} } };
"""

JAVASCRIPT_ROWS: list[Row] = [
    ("constant", "LIMIT", None, 2),
    ("function", "arrow", None, 3),
    ("variable", "plain", None, 6),
    ("class", "Shape", None, 7),
    ("field", "count", "Shape", 8),
    ("field", "#secret", "Shape", 9),
    ("method", "handle", "Shape", 10),
    ("constructor", "constructor", "Shape", 11),
    ("property", "area", "Shape", 12),
    ("method", "gen", "Shape", 13),
    ("function", "top", None, 15),
    ("function", "gen", None, 16),
    ("function", "helper", None, 17),
    ("function", "other", None, 18),
    ("function", "grow", "Shape", 19),
    ("class", "Klass", None, 20),
    ("method", "run", "Klass", 20),
    ("function", "default", None, 23),
    ("function", "one", None, 24),
    ("function", "two", None, 24),
    ("constant", "table", None, 25),
    ("method", "go", "table", 25),
    ("method", "stop", "table", 25),
    ("variable", "App", None, 26),
    ("function", "wrapped", None, 28),
    ("class", "Module", None, 31),
    ("function", "load", None, 33),
]

TYPESCRIPT = """\
export interface Shape<T> extends Base {
  area: number;
  grow(by: number): void;
}
export type Id = string | number;
export enum Color { Red, Green = 2 }
declare module "foo" {
  export function inModule(a: string): void;
}
namespace Deep.Er {
  export const inner = 1;
}
export abstract class Widget<T> implements Shape {
  private readonly name: string;
  constructor(private a: string) { super(); }
  protected abstract draw(): void;
  over(a: string): void;
  over(a: number): void;
  over(a: any): void {}
  onClick = (e: Event) => {};
  @inject() protected dep: Dep;
  get size(): number { return 1; }
}
function over(a: string): void;
function over(a: any) {}
declare function ambient(): void;
declare const VERSION: string;
export const Service = Symbol("Service");
export default () => 1;
const f = <T,>(a: T): T => a;
@injectable()
export class Decorated {}
declare global { interface Window { foo: string } }
"""

TYPESCRIPT_ROWS: list[Row] = [
    ("interface", "Shape", None, 1),
    ("property", "area", "Shape", 2),
    ("method", "grow", "Shape", 3),
    ("type", "Id", None, 5),
    ("enum", "Color", None, 6),
    ("module", "foo", None, 7),
    ("function", "inModule", "foo", 8),
    ("namespace", "Deep.Er", None, 10),
    ("constant", "inner", "Deep.Er", 11),
    ("class", "Widget", None, 13),
    ("field", "name", "Widget", 14),
    ("constructor", "constructor", "Widget", 15),
    ("field", "a", "Widget", 15),
    ("method", "draw", "Widget", 16),
    ("method", "over", "Widget", 17),
    ("method", "over", "Widget", 18),
    ("method", "over", "Widget", 19),
    ("method", "onClick", "Widget", 20),
    ("field", "dep", "Widget", 21),
    ("property", "size", "Widget", 22),
    ("function", "over", None, 24),
    ("function", "over", None, 25),
    ("function", "ambient", None, 26),
    ("constant", "VERSION", None, 27),
    ("constant", "Service", None, 28),
    ("function", "default", None, 29),
    ("function", "f", None, 30),
    ("class", "Decorated", None, 32),
    ("interface", "Window", None, 33),
    ("property", "foo", "Window", 33),
]

TSX = """\
export const App: React.FC<Props> = ({ a }) => { return <div>{a}</div>; };
export function Button(props: Props) { return <b/>; }
const Memo = React.memo(() => <a/>);
class Panel extends React.Component<P> { render() { return <p/>; } }
"""

TSX_ROWS: list[Row] = [
    ("function", "App", None, 1),
    ("function", "Button", None, 2),
    ("constant", "Memo", None, 3),
    ("class", "Panel", None, 4),
    ("method", "render", "Panel", 4),
]


@pytest.mark.parametrize(
    ("language", "source", "expected"),
    [
        pytest.param("javascript", JAVASCRIPT, JAVASCRIPT_ROWS, id="javascript"),
        pytest.param("typescript", TYPESCRIPT, TYPESCRIPT_ROWS, id="typescript"),
        pytest.param("tsx", TSX, TSX_ROWS, id="tsx"),
    ],
)
def test_each_definition_has_its_kind_name_parent_and_line(
    language: str, source: str, expected: list[Row]
) -> None:
    found = extract(language, source.encode()).definitions

    assert expected == [(each.kind, each.name, each.parent, each.line) for each in found]
