import type { ConsoleLine, ContentItem, RunLimits, RunOutput } from "@executor/kernel";
import {
  type JSValueConstPointer,
  type QuickJSContext,
  type QuickJSHandle,
  StaticLifetime,
  type VmFunctionImplementation,
} from "quickjs-emscripten-core";
import type { GuestCode } from "./guest-code.ts";
import type { BoundedMemory } from "./memory.ts";
import { operate } from "./operations.ts";
import { maxOptionsChars, prelude, preludeFile } from "./prelude.ts";

/** One tool call on its way out of the sandbox. */
export interface SandboxCall {
  /** Counts up within a run. */
  readonly id: number;
  readonly path: string;
  readonly inputJson: string;
  /** At most {@link maxOptionsChars} characters; `null` where the code gave none. */
  readonly optionsJson: string;
}

/** The answer to a {@link SandboxCall}. */
export interface SandboxAnswer {
  readonly id: number;
  readonly succeeded: boolean;
  /** JSON text of the result, or of a `ToolCallFailure` with all its properties; a missing one is null. */
  readonly json: string;
  /** JSON text of the result's content blocks, where they are more than the result. */
  readonly contentJson?: string | undefined;
}

export type SandboxLimits = Omit<RunLimits, "wallTimeMs">;

/** Receives what the code sends out through the bridge. */
export interface BridgeHost {
  readonly onCall: (call: SandboxCall) => void;
  readonly onConsole: (line: ConsoleLine) => void;
  readonly onConsoleTruncated: () => void;
  readonly onContent: (item: ContentItem) => void;
}

const levels: ReadonlyArray<string> = ["debug", "log", "info", "warn", "error"];
const isLevel = (level: string): level is ConsoleLine["level"] => levels.includes(level);

/** Addresses of the prelude's functions in a memory where the prelude has run. */
export type BridgePointers = Readonly<
  Record<"limit" | "settle" | "begin" | "finish" | "describe", JSValueConstPointer>
>;

/** The functions that the prelude and the host give each other. Only text and numbers cross it. */
export class Bridge {
  readonly #context: QuickJSContext;
  readonly #memory: BoundedMemory;
  readonly #code: GuestCode;
  /** Never freed: they belong to the prelude, and an engine is dropped as a whole. */
  readonly #guest: Readonly<Record<keyof BridgePointers, QuickJSHandle>>;
  readonly pointers: BridgePointers;
  #limits: SandboxLimits | undefined;
  #host: BridgeHost | undefined;
  #inFlight = 0;
  #consoleChars = 0;
  #measuredBytes = 0;
  #contentChars = 0;
  #toolNames = "";

  /** Installs the prelude into a fresh context, or finds it in a context whose memory already contains it. */
  constructor(
    context: QuickJSContext,
    memory: BoundedMemory,
    code: GuestCode,
    installed?: BridgePointers,
  ) {
    this.#context = context;
    this.#memory = memory;
    this.#code = code;
    if (installed === undefined) this.pointers = this.#install();
    else {
      // The installed prelude knows the host's functions by consecutive numbers from the first.
      for (const [, implementation] of this.#hostFunctions()) {
        context.runtime.hostRefs.put(implementation);
      }
      this.pointers = installed;
    }
    const handleTo = (pointer: JSValueConstPointer) => new StaticLifetime(pointer, context.runtime);
    const { limit, settle, begin, finish, describe } = this.pointers;
    this.#guest = {
      limit: handleTo(limit),
      settle: handleTo(settle),
      begin: handleTo(begin),
      finish: handleTo(finish),
      describe: handleTo(describe),
    };
  }

  /** Opens the bridge for a run. Called once, before any of its code runs. */
  open(limits: SandboxLimits, host: BridgeHost, toolNames: string): void {
    this.#limits = limits;
    this.#toolNames = toolNames;
    this.#host = host;
    const { maxToolInputChars, maxToolCallsInFlight, maxOutputChars } = limits;
    const { maxBlockBytes, maxContentBytes } = limits;
    const seed = crypto.getRandomValues(new Uint32Array(3));
    const numbers = [
      maxToolInputChars,
      maxToolCallsInFlight,
      maxOutputChars,
      maxBlockBytes,
      maxContentBytes,
      ...seed,
    ].map((number) => this.#context.newNumber(number));
    const result = this.#context.callFunction(this.#guest.limit, this.#context.undefined, numbers);
    this.#context.unwrapResult(result).dispose();
    for (const handle of numbers) handle.dispose();
  }

  /** Passes an answer in, without running the jobs that wait for it. Throws {@link GuestThrew}. */
  async answer(answer: SandboxAnswer): Promise<void> {
    this.#inFlight--;
    const json = this.newString(answer.json);
    const id = this.#context.newNumber(answer.id);
    const succeeded = answer.succeeded ? this.#context.true : this.#context.false;
    const content =
      answer.contentJson === undefined
        ? this.#context.undefined
        : this.newString(answer.contentJson);
    const result = await this.#code.call(this.#guest.settle, id, succeeded, json, content);
    json.dispose();
    content.dispose();
    id.dispose();
    result.dispose();
  }

  /** Calls the code's function. Gives the promise of the value that is the result. Throws {@link GuestThrew}. */
  begin(main: QuickJSHandle): Promise<QuickJSHandle> {
    return this.#code.call(this.#guest.begin, main);
  }

  /** The JSON text of a value, cut at the output limit. Throws {@link GuestThrew}. */
  async finish(value: QuickJSHandle): Promise<RunOutput> {
    const written = await this.#callForText(this.#guest.finish, value);
    const colon = written.indexOf(":");
    const json = written.slice(colon + 1);
    const isNothing = written.startsWith("-");
    const totalChars = Number(written.slice(Number(isNothing), colon));
    const truncated = json.length < totalChars;
    const totalBytes = truncated ? this.#measuredBytes : utf8Bytes(json);
    return { json, truncated, totalChars, totalBytes, isNothing };
  }

  /** Describes an error as JSON text. Throws {@link GuestThrew} if reading the error throws. */
  describe(error: QuickJSHandle): Promise<string> {
    const { false: no, true: yes } = this.#context;
    return this.#callForText(this.#guest.describe, error, this.#memory.isExhausted ? yes : no);
  }

  hasCallsInFlight(): boolean {
    return this.#inFlight > 0;
  }

  newString(text: string): QuickJSHandle {
    const handle = this.#context.newString(text);
    const isLost = this.#memory.isExhausted && this.#context.typeof(handle) !== "string";
    return isLost ? this.#memory.exhaust() : handle;
  }

  #hostFunctions(): ReadonlyArray<readonly [string, VmFunctionImplementation<QuickJSHandle>]> {
    return [
      ["call", (id, path, input, options) => this.#call(id, path, input, options)],
      ["console", (level, line) => this.#print(level, line)],
      ["measure", (part) => this.#measure(part)],
      ["ask", (operation, input) => this.#operate(operation, input)],
      ["emit", (block, bytes) => this.#emit(block, bytes)],
    ];
  }

  #install(): BridgePointers {
    const context = this.#context;
    const hostFunctions = this.#hostFunctions().map(([name, implementation]) =>
      context.newFunction(name, implementation),
    );
    const install = context.unwrapResult(context.evalCode(prelude, preludeFile));
    const functions = context.unwrapResult(
      context.callFunction(install, context.undefined, hostFunctions),
    );
    // The handle is never freed, so its address stays valid for the life of the engine.
    const pointerOf = (name: string) =>
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the bindings type borrowed and owned addresses apart, which are the same at run time
      context.getProp(functions, name).value as JSValueConstPointer;
    const pointers = {
      limit: pointerOf("limit"),
      settle: pointerOf("settle"),
      begin: pointerOf("begin"),
      finish: pointerOf("finish"),
      describe: pointerOf("describe"),
    };
    for (const handle of [install, functions, ...hostFunctions]) handle.dispose();
    return pointers;
  }

  async #callForText(
    guestFunction: QuickJSHandle,
    ...values: ReadonlyArray<QuickJSHandle>
  ): Promise<string> {
    const result = await this.#code.call(guestFunction, ...values);
    return this.#text(result.consume((handle) => this.#context.getString(handle)));
  }

  /** Text that crosses is never empty: an empty one means that there was no memory to copy it. */
  #text(crossed: string): string {
    return crossed === "" ? this.#memory.exhaust() : crossed;
  }

  #call(
    id: QuickJSHandle,
    path: QuickJSHandle,
    input: QuickJSHandle,
    options: QuickJSHandle,
  ): void {
    const inputJson = this.#text(this.#context.getString(input));
    const optionsJson = this.#text(this.#context.getString(options));
    const call = {
      id: this.#context.getNumber(id),
      path: unquote(this.#text(this.#context.getString(path))),
      inputJson,
      optionsJson,
    };
    const { maxToolCallsInFlight = 0, maxToolInputChars = 0 } = this.#limits ?? {};
    const isTooLong = inputJson.length > maxToolInputChars || optionsJson.length > maxOptionsChars;
    if (this.#inFlight >= maxToolCallsInFlight || isTooLong) {
      throw new Error("The call is over the sandbox's limits.");
    }
    this.#inFlight++;
    this.#host?.onCall(call);
  }

  #measure(part: QuickJSHandle): void {
    this.#measuredBytes += utf8Bytes(this.#text(this.#context.getString(part)));
  }

  #operate(operation: QuickJSHandle, input: QuickJSHandle): QuickJSHandle {
    const name = this.#context.getString(operation);
    const inputJson = this.#text(this.#context.getString(input));
    return this.newString(operate(name, inputJson, this.#toolNames));
  }

  #emit(block: QuickJSHandle, omitted: QuickJSHandle): void {
    const json = this.#text(this.#context.getString(block));
    const { maxContentBytes = 0, maxOutputChars = 0 } = this.#limits ?? {};
    this.#contentChars += json.length;
    // Text may be written with six characters each, and what is said of blocks that are left out comes on top.
    if (this.#contentChars > maxContentBytes * 1.5 + (maxOutputChars + maxContentNotes) * 6) {
      throw new Error("The content is over the sandbox's limits.");
    }
    this.#host?.onContent({ json, omittedBytes: this.#context.getNumber(omitted) });
  }

  #print(level: QuickJSHandle, line: QuickJSHandle): void {
    if (this.#context.typeof(line) !== "string") return this.#host?.onConsoleTruncated();
    const text = unquote(this.#text(this.#context.getString(line)));
    this.#consoleChars += text.length + 1;
    if (this.#consoleChars > (this.#limits?.maxOutputChars ?? 0) + 1) {
      return this.#host?.onConsoleTruncated();
    }
    const name = this.#context.getString(level);
    if (isLevel(name)) this.#host?.onConsole({ level: name, text });
  }
}

/** Characters of what the prelude says of blocks that are cut or left out. */
const maxContentNotes = 100_000;

const encoder = new TextEncoder();
const utf8Bytes = (text: string): number => encoder.encode(text).length;

/** Text crosses as a JSON string: the bindings would end it at a NUL and lose lone surrogates. */
const unquote = (quoted: string): string => {
  const text: unknown = JSON.parse(quoted);
  return typeof text === "string" ? text : "";
};
