import { describe, expect, it } from "@effect/vitest";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { committedFiles } from "../src/files.ts";

const repository = join(import.meta.dirname, "../../..");

describe("generated files", () => {
  it.each([...committedFiles()])("%s is committed as the code writes it", (path, text) => {
    const committed = readFileSync(join(repository, path), "utf8");
    expect(committed === text, `${path} is stale: bun run metrics:docs`).toBe(true);
  });
});

describe("the pages for operators", () => {
  it.each(["packages/observability/README.md", "docs/metrics.md", "METRICS.md"])(
    "%s links to existing files",
    (page) => {
      const text = readFileSync(join(repository, page), "utf8");
      const links = [...text.matchAll(/\]\(([^)#:]+)\)/g)].map(([, target = ""]) => target);
      expect(links.length).toBeGreaterThan(0);
      const broken = links.filter((link) => !existsSync(join(repository, dirname(page), link)));
      expect(broken).toEqual([]);
    },
  );
});
