/** Writes code of about `size` characters. */
export type Family = (size: number) => string;

/** `part` again and again, between `before` and `after`. */
const flat =
  (part: string, before = "", after = ""): Family =>
  (size) =>
    before + part.repeat(Math.max(0, size - before.length - after.length) / part.length) + after;

/** `middle` inside of as many pairs of `open` and `close` as fit. */
const nested =
  (open: string, middle: string, close: string, before = "", after = ""): Family =>
  (size) => {
    const levels = Math.max(0, size - before.length - after.length) / (open.length + close.length);
    return before + open.repeat(levels) + middle + close.repeat(levels) + after;
  };

/** Numbered parts, so that no name occurs twice. */
const numbered =
  (part: (index: number) => string, before = "", after = ""): Family =>
  (size) => {
    let text = before;
    for (let index = 0; text.length < size - 20; index++) text += part(index);
    return text + after;
  };

/** Code in which some part of the grammar occurs as often, or as deep, as fits: parsers have been slow on each of them. */
export const families: Readonly<Record<string, Family>> = {
  parentheses: nested("(", "1", ")"),
  "open parentheses": flat("("),
  "array literals": nested("[", "", "]"),
  blocks: nested("{", "", "}"),
  "object literals": nested("({a:", "1", "})"),
  "angle bracket casts": nested("<T>(", "1", ")"),
  "flat angle bracket casts": flat("<any>", "", "1"),
  "generic arrows": nested("<T>(a:T)=>", "1", ""),
  "generic async arrows": nested("async<T>(a:T)=>", "1", ""),
  "generic calls": nested("f<T>(", "1", ")"),
  arrows: nested("()=>", "1", ""),
  "arrows with blocks": nested("()=>{", "", "}"),
  "arrows after conditions": nested("a?(b):c=>", "1", ""),
  "arrows with typed results": nested("a?(b):(c):d=>", "1", ""),
  "arrows with defaults": nested("(a=", "1", ")=>1"),
  "arrows with optional parameters": nested("(a?:b)=>", "1", ""),
  conditions: flat("a?b:"),
  "open conditions": flat("a?"),
  templates: nested("`${", "1", "}`"),
  "flat templates": flat("``", "a"),
  backticks: flat("`"),
  "template types": nested("`${", "a", "}`", "type A="),
  "regular expressions": flat("/a/;"),
  "named groups": flat("(?<a>x)|", "/", "/"),
  "quantified groups": nested("(", "a{2,3}", "){2,3}", "/", "/"),
  "a class of brackets": flat("[", "/[", "]/"),
  divisions: flat("a/b/c;"),
  "generic new": flat("new a<b<"),
  comparisons: flat("a<"),
  "type arguments": nested("A<", "B", ">", "let a:", ";"),
  instantiations: nested("f<", "T", ">", "", ";"),
  decorators: flat("@a ", "", "class A{}"),
  "elements of markup": nested("<a>", "1", "</a>"),
  comments: flat("/**/"),
  "open comments": flat("/*"),
  "line comments": flat("//\n"),
  "markup comments": flat("<!--\n"),
  "escapes in names": flat("\\u0061"),
  "escapes in strings": flat("\\u{61}", "'", "'"),
  semicolons: flat(";"),
  "semicolons inside": flat(" ;", '"1"', " x"),
  fences: flat("```\n"),
  "open fences": flat("```a\n"),
  "fences of two kinds": flat("~~~\n```\n"),
  spaces: flat(" ", "x=1\n", "y"),
  "spaces after let": flat(" ", "let", "a"),
  newlines: flat("\n"),
  "carriage returns": flat("\r"),
  calls: flat("f("),
  "calls of results": flat("()", "f"),
  "calls of async": nested("async(", "1", ")"),
  "open calls of async": flat("async("),
  "async arrows": nested("async(a=", "1", ")=>1"),
  classes: flat("class A{}"),
  "nested classes": nested("class A{a=", "1", "}"),
  superclasses: nested("class extends ", "A", "{}"),
  "abstract classes": flat("abstract class A{a():void}"),
  "private names": numbered((index) => `#a${index};`, "class A{", "}"),
  "array patterns": nested("[", "a", "]=1", "let "),
  "object patterns": nested("{a:", "a", "}", "let ", "=1"),
  "assigned patterns": nested("[", "a", "]=1"),
  names: numbered((index) => `,a${index}`, "let a"),
  "optional members": flat("?.a", "a"),
  "optional calls": flat("?.(", "a"),
  members: flat(".a", "a"),
  "object types": nested("{a:", "1", "}", "let a:"),
  "mapped types": nested("{[K in ", "a", "]:b}", "type A="),
  "conditional types": flat("a extends b?c:", "type A=", "d"),
  "function types": flat("(a:", "let a:"),
  unions: flat("|a", "let a:a"),
  keyof: flat("keyof ", "type A=", "B"),
  assertions: flat(" as a", "1"),
  "non-null": flat("!", "a"),
  labels: numbered((index) => `a${index}:`, "", ";"),
  breaks: numbered(() => "break a;", "a:".repeat(1) + "b:{", "}"),
  switches: nested("switch(a){case 1:", "", "}"),
  cases: flat("case 1:", "switch(a){", "}"),
  "else if": flat("if(a);else ", "", ";"),
  loops: flat("for(;;)", "", ";"),
  tries: nested("try{", "", "}catch{}"),
  functions: nested("function f(){", "", "}"),
  overloads: flat("function f():a;"),
  "unary operators": flat("!", "", "1"),
  "binary operators": flat("1+", "", "1"),
  powers: flat("1**", "", "1"),
  commas: flat("a,", "", "a"),
  assignments: flat("a=", "", "a"),
  directives: flat("'a';"),
  "expressions by lines": flat("a\n"),
  exports: flat("export const a=1;"),
  "default exports": flat("export default 1;\n"),
  "imports of types": flat("import type a from 'b';\n"),
  enums: flat("enum A{B}"),
  "members of an enum": flat("a,", "enum A{", "}"),
  namespaces: nested("namespace A{", "", "}"),
  "parameter properties": flat("private a,", "class A{constructor(", "b){}}"),
  awaits: flat("await ", "", "1"),
  yields: flat("yield ", "function*f(){", "}"),
  "lone surrogates": flat("\ud800"),
  "wide characters": flat("變"),
  NUL: flat("\0"),
};
