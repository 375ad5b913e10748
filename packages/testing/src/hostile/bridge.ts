import { crashes, fails, family, gives } from "./program.ts";

const refused = fails("ToolError");

/** Abuse of `tools` and `console`, the only two of the sandbox's own objects. */
export const bridge = family("bridge", [
  ["the tools as a result", "return tools", fails("TypeError", /Return plain data/)],
  ["the tools as a promise", "typeof (await tools)", gives("function")],
  ["the tools in a result", "return { tools, a: 1 }", gives({ a: 1 })],
  ["the tools called", "tools({})", fails("TypeError", /tools is not a function/)],
  ["a tool constructed", "new tools.a.b()", fails("TypeError", /not a constructor/)],
  ["the tools as text", "`${tools}`", fails("TypeError")],
  ["the tools as a number", "+tools", fails("TypeError")],
  ["the tools iterated", "[...tools]", fails("TypeError")],
  [
    "the keys of the tools",
    "[Reflect.ownKeys(tools).every((key) => typeof key === 'string'), Object.keys(tools.a), { ...tools.b }]",
    gives([true, [], {}]),
  ],
  [
    "tools changed and deleted",
    "try { tools.a = 1 } catch {} try { delete tools.executor } catch {} try { Object.defineProperty(tools, 'executor', { value: 1 }) } catch {} try { Object.setPrototypeOf(tools, {}) } catch {} try { Object.freeze(tools) } catch {}\nreturn Array.isArray(await tools.executor.sources.list({}))",
    gives(true),
  ],
  [
    "the globals tools and console replaced",
    "for (const name of ['tools', 'console']) { try { globalThis[name] = 1 } catch {} try { globalThis.__defineGetter__(name, () => 1) } catch {} try { delete globalThis[name] } catch {} }\nreturn [typeof tools, typeof console.log]",
    gives(["function", "function"]),
  ],
  ["a tool named constructor", "await tools.constructor.constructor('return process')", refused],
  ["a tool named as a prototype", "await tools.__proto__.polluted({})", refused],
  ["a tool named as every method of functions", "await tools.call.apply.bind({})", refused],
  ["a tool with a number for a name", "await tools[0][-1][1e21]({})", refused],
  ["a tool without a name", "await tools['']({})", fails("TypeError", /tools is not a function/)],
  [
    "a tool whose name is empty at every level",
    "await tools['']['']['']({})",
    fails("TypeError", /tools is not a function/),
  ],
  ["a tool that is named by a symbol", "await tools[Symbol('a')]({})", fails("TypeError")],
  ["a tool with a name of 100,000 characters", "await tools['x'.repeat(100_000)]({})", refused],
  [
    "a tool with a name of 20,000 levels",
    "let t = tools; for (let i = 0; i < 20_000; i++) t = t.a\nawait t({})",
    refused,
  ],
  [
    "a tool with NUL, line breaks and controls in its name",
    "await tools['\\0']['\\n\\r\\u2028']['\\x1b[2J\\u202e']({})",
    refused,
  ],
  ["a tool with half a character in its name", "await tools['\\ud800']['\\udfff']({})", refused],
  ["a tool that is a path", "await tools['../../etc/passwd']['..%2f..']({})", refused],
  ["a tool that is a pattern", "await tools['*']['**']['(a+)+$']({})", refused],
  [
    "a tool's input that is cyclic",
    "const a = {}; a.a = a; await tools.executor.sources.list(a)",
    fails("ToolError", /circular/),
  ],
  [
    "a tool's input that is a big integer",
    "await tools.executor.sources.list(1n)",
    fails("ToolError"),
  ],
  [
    "a tool's input that is a function",
    "await tools.executor.sources.list(() => {})",
    fails("ToolError", /is a function/),
  ],
  [
    "a tool's input that is a symbol",
    "await tools.executor.sources.list(Symbol())",
    fails("ToolError", /is a symbol/),
  ],
  [
    "a tool's input with a getter that throws",
    "await tools.executor.sources.list({ get a() { throw new RangeError('mine') } })",
    fails("RangeError", /^mine/),
  ],
  [
    "a tool's input with a getter that calls the tool",
    "let n = 0; const input = { get a() { if (n++ < 20) tools.executor.sources.list(input); return 1 } }; await tools.no.such(input)",
    refused,
  ],
  [
    "a tool's input that is a revoked proxy",
    "const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); await tools.executor.sources.list(proxy)",
    refused,
  ],
  [
    "a tool's input that lies about its keys",
    "await tools.no.such(new Proxy({ a: 1 }, { ownKeys: () => ['a', 'b', 'a'] }))",
    refused,
  ],
  [
    "a tool's input that writes itself as a tool call",
    "await tools.no.such({ toJSON() { return tools.no.such() } })",
    refused,
  ],
  [
    "a tool's input that writes itself as another for ever",
    "await tools.no.such({ toJSON() { return this } })",
    refused,
  ],
  [
    "a tool's input of a depth of 8,000",
    "let a = []; for (let i = 0; i < 8_000; i++) a = [a]\nawait tools.no.such(a)",
    refused,
    crashes,
  ],
  [
    "a tool's input of two million characters",
    "await tools.no.such({ a: 'x'.repeat(2_000_000) })",
    fails("ToolError", /characters of JSON/),
  ],
  [
    "a tool's input that replaces its prototype",
    'await tools.no.such(JSON.parse(\'{"__proto__":{"polluted":1},"constructor":{"prototype":1}}\'))',
    refused,
  ],
  ["a call that nothing awaits", "tools.no.such({}); return 1", gives(1)],
  [
    "a call in each of 300 promises",
    "return (await Promise.allSettled(Array.from({ length: 300 }, () => tools.no.such({})))).filter(({ status }) => status === 'rejected').length",
    gives(300),
  ],
  [
    "calls that call again",
    "let left = 100; const again = async () => { left--; await tools.no.such({}).catch(() => {}); if (left > 0) await again() }; await again(); return left",
    gives(0),
  ],
  [
    "a tool's error that the code changes",
    "try { await tools.no.such() } catch (e) { e.name = 'Error'; e.message = 'mine'; e.code = 'ok'; throw e }",
    fails("Error", /^mine/),
  ],
  [
    "the class of tools' errors changed",
    "const first = await tools.no.such().catch((e) => e); try { first.constructor.prototype.code = 1; Object.setPrototypeOf(first.constructor, null); first.constructor.call = 1 } catch {}\nreturn (await tools.no.such().catch((e) => e)).name",
    gives("ToolError"),
  ],
  [
    "a console argument that is a proxy which throws",
    "console.log(new Proxy({}, new Proxy({}, { get() { throw new Error('mine') } }))); return 1",
    gives(1),
  ],
  [
    "a console argument that is a revoked proxy",
    "const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); console.log(proxy); return 1",
    gives(1),
  ],
  [
    "a console argument with a text that throws",
    "console.log({ toString() { throw 1 }, toJSON() { throw 2 }, [Symbol.toPrimitive]() { throw 3 } }); return 1",
    gives(1),
  ],
  [
    "a console argument that prints itself",
    "console.log({ get a() { console.log('again'); return 1 } }); return 1",
    gives(1),
  ],
  [
    "a console argument that prints itself without an end",
    "const a = { get a() { console.log(a) } }; console.log(a); return 1",
    fails("InternalError", /stack/),
  ],
  [
    "a console argument that is an error with hostile members",
    "console.log(Object.assign(new Error(), { name: {}, message: Symbol(), stack: 1n })); return 1",
    gives(1),
  ],
  [
    "a console argument that is a map of itself",
    "const a = new Map(); a.set(a, a); console.log(a); return 1",
    fails("InternalError", /stack/),
  ],
  ["60,000 console arguments", "console.log(...Array(60_000).fill('x')); return 1", gives(1)],
  [
    "more console arguments than there are numbers",
    "console.log.apply(null, { length: 2 ** 53 })",
    fails("RangeError", /too many arguments/),
  ],
  ["a console method that nobody has", "console.clear()", fails("TypeError", /not a function/)],
  [
    "a console line of control characters and half characters",
    "console.log('\\0\\x1b[2J\\ud800\\u202e\\u2028'); return 1",
    gives(1),
  ],
]);
