import { describe, expect, it } from "@effect/vitest";
import { familyName, labelName, translateUnit } from "../../../src/metrics/families/names.ts";
import type { FamilyType } from "../../../src/metrics/families/family.ts";

describe("familyName", () => {
  it.each<[name: string, type: FamilyType, unit: string, expected: string]>([
    ["executor.tool.calls", "counter", "{call}", "executor_tool_calls"],
    ["executor.tool.call.duration", "histogram", "s", "executor_tool_call_duration_seconds"],
    ["process.cpu.time", "counter", "s", "process_cpu_time_seconds"],
    ["process.memory.usage", "gauge", "By", "process_memory_usage_bytes"],
    ["a..b__c- d", "gauge", "", "a_b_c_d"],
    ["requests_total", "counter", "", "requests"],
    ["requests.total.made", "counter", "", "requests_made"],
    ["requests_total", "gauge", "", "requests_total"],
    ["hit.ratio", "gauge", "1", "hit_ratio"],
    ["ratio.hits", "gauge", "1", "hits_ratio"],
    ["hits", "counter", "1", "hits"],
    ["seconds.waited", "gauge", "s", "seconds_waited"],
    ["io", "gauge", "By/s", "io_bytes_per_second"],
    ["calls", "gauge", "{call}/s", "calls_per_second"],
    ["superb.thing", "gauge", "super_x", "superb_thing_super_x"],
    ["99.problems", "gauge", "", "_99_problems"],
    ["level:job:rate", "gauge", "", "level:job:rate"],
    ["__secret__", "gauge", "", "secret"],
    ["日本", "gauge", "", "_"],
    ["", "counter", "", "_"],
  ])("translates %s, a %s in %s, to %s", (name, type, unit, expected) => {
    expect(familyName(name, type, translateUnit(unit), unit === "1")).toBe(expected);
  });
});

describe("labelName", () => {
  it.each([
    ["mcp.tool.name", "mcp_tool_name"],
    ["a__b", "a_b"],
    ["a:b", "a_b"],
    ["trailing.", "trailing_"],
    ["1st", "key_1st"],
    ["_own", "key_own"],
    ["__name__", "key_name_"],
    ["ü", "key_"],
    ["", "key_"],
    ["le", "le"],
  ])("translates %s to %s", (key, expected) => {
    expect(labelName(key)).toBe(expected);
  });
});
