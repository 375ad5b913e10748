import { describe, expect, it } from "@effect/vitest";
import { readLabels } from "../../src/reading/identity.ts";

const read = (reserved: string | undefined, ...tags: ReadonlyArray<readonly [string, string]>) => {
  const { labels, repairs } = readLabels(
    tags.map(([key, value]) => ({ key, value })),
    { reserved, unitInTags: true },
  );
  return { labels: labels.map(({ key, value }) => [key, value]), repairs };
};

describe("readLabels", () => {
  it("gives tags that are labels as they are", () => {
    const tags = [
      { key: "a", value: "1" },
      { key: "b", value: "2" },
    ];
    expect(readLabels(tags, { reserved: "le", unitInTags: true }).labels).toBe(tags);
  });

  it("renames the label that the kind of metric has for itself", () => {
    const renamed = { labels: [["exported_le", "1"]], repairs: ["reserved_label"] };
    expect(read("le", ["le", "1"])).toEqual(renamed);
    expect(read("quantile", ["le", "1"])).toEqual({ labels: [["le", "1"]], repairs: [] });
    expect(read("le", ["le", "1"], ["exported_le", "2"])).toEqual({
      labels: [["exported_le", "2;1"]],
      repairs: ["reserved_label", "label_name"],
    });
  });

  it("takes a unit out, and keeps a label that only sounds like one", () => {
    expect(read(undefined, ["time_unit", "milliseconds"], ["unit", "rack-7"])).toEqual({
      labels: [["unit", "rack-7"]],
      repairs: [],
    });
  });
});
