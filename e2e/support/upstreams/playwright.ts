import { existsSync } from "node:fs";
import { join } from "node:path";

const program = join(import.meta.dirname, "../../peers/node_modules/@playwright/mcp/cli.js");
const browser = process.env["EXECUTOR_CHROMIUM"] ?? "/usr/bin/chromium";

/** Whether there is a Chromium for Playwright's MCP server to drive: Debian's, or that of `EXECUTOR_CHROMIUM`. */
export const hasChromium = existsSync(browser);

/** A source's settings that start Playwright's MCP server, which keeps its files in `folder`. */
export const playwrightProgram = (folder: string) => ({
  command: "node",
  args: [
    program,
    "--headless",
    "--isolated",
    "--no-sandbox",
    `--executable-path=${browser}`,
    `--output-dir=${folder}`,
    "--viewport-size=640,480",
  ],
});
