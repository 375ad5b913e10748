import { describe, expect, it } from "@effect/vitest";
import { BoundedChunks, observeBody, readBoundedBody } from "../../src/upstream/bounded-body.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (given: Uint8Array) => new TextDecoder().decode(given);

/** Body of these chunks, which then ends or fails; records whether its reader cancels it. */
const bodyOf = (chunks: ReadonlyArray<string>, failure?: Error) => {
  const state = { isCancelled: false };
  let next = 0;
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      const chunk = chunks[next++];
      if (chunk !== undefined) controller.enqueue(bytes(chunk));
      else if (failure === undefined) controller.close();
      else controller.error(failure);
    },
    cancel: () => {
      state.isCancelled = true;
    },
  });
  return { body, state };
};

describe("readBoundedBody", () => {
  it("reads a body that is as long as the bound", async () => {
    const { bytes: read, end } = await readBoundedBody(bodyOf(["ab", "cd"]).body, 4);
    expect([text(read), end]).toEqual(["abcd", "complete"]);
  });

  it("gives the first bytes of a longer body, and cancels the rest", async () => {
    const { body, state } = bodyOf(["ab", "cde", "f"]);
    const { bytes: read, end } = await readBoundedBody(body, 4);
    expect([text(read), end, state.isCancelled]).toEqual(["abcd", "too_large", true]);
  });

  it("gives the bytes from before the stream broke", async () => {
    const failure = new Error("reset");
    const { bytes: read, end, cause } = await readBoundedBody(bodyOf(["ab"], failure).body, 4);
    expect([text(read), end, cause]).toEqual(["ab", "broken", failure]);
  });

  it("treats an absent body as an empty one", async () => {
    expect(await readBoundedBody(null, 4)).toEqual({ bytes: new Uint8Array(), end: "complete" });
  });
});

describe("observeBody", () => {
  it("passes the body on after the opening, and reports its end once", async () => {
    const ends: Array<string> = [];
    const seen: Array<string> = [];
    const body = observeBody(bodyOf(["a", "b"]).body, {
      opening: bytes(":"),
      onChunk: (chunk) => void seen.push(text(chunk)),
      onEnd: (end) => ends.push(end),
    });
    expect(await new Response(body).text()).toBe(":ab");
    expect([seen, ends]).toEqual([["a", "b"], ["complete"]]);
  });

  it("ends a body with the observer's error, and cancels the rest", async () => {
    const ends: Array<string> = [];
    const { body, state } = bodyOf(["a", "b", "c"]);
    const observed = observeBody(body, {
      onChunk: (chunk) => (text(chunk) === "b" ? new Error("enough") : undefined),
      onEnd: (end) => ends.push(end),
    });
    const { bytes: read, cause } = await readBoundedBody(observed, 10);
    expect([text(read), String(cause)]).toEqual(["a", "Error: enough"]);
    expect([ends, state.isCancelled]).toEqual([["refused"], true]);
  });

  it("gives the observer's error in place of the stream's own", async () => {
    const ends: Array<string> = [];
    const observed = observeBody(bodyOf(["a"], new Error("reset")).body, {
      onError: (cause) => new Error("broken", { cause }),
      onEnd: (end) => ends.push(end),
    });
    expect(String((await readBoundedBody(observed, 10)).cause)).toBe("Error: broken");
    expect(ends).toEqual(["broken"]);
  });

  it("cancels the body with its reader", async () => {
    const ends: Array<string> = [];
    const { body, state } = bodyOf(["a", "b"]);
    await observeBody(body, { onEnd: (end) => ends.push(end) }).cancel();
    expect([ends, state.isCancelled]).toEqual([["cancelled"], true]);
  });
});

describe("chunks of an expected size", () => {
  const collect = (maxBytes: number, expectedBytes: number) => {
    const chunks = new BoundedChunks<ArrayBuffer>(maxBytes, expectedBytes);
    const fit = [[1, 2], [3], [4, 5, 6]].map((chunk) => chunks.add(new Uint8Array(chunk)));
    return { fit, bytes: [...chunks.concatenate()] };
  };

  it.each([0, 1, 2, 4, 6, 9])("are whole where %i bytes were expected", (expected) => {
    const whole = { fit: [true, true, true], bytes: [1, 2, 3, 4, 5, 6] };
    expect(collect(100, expected)).toEqual(whole);
  });

  it.each([0, 3, 9])("end at the bound where %i bytes were expected", (expected) => {
    expect(collect(4, expected)).toEqual({ fit: [true, true, false], bytes: [1, 2, 3, 4] });
  });
});
