import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { spawn } from "node:child_process";
import { testServer } from "./test-server.ts";

/** A program that is an MCP server. `mute`: it says nothing. `quit`: it complains and ends. `parent`: it leaves a child behind. */
const [behaviour] = process.argv.slice(2);

if (behaviour === "quit") {
  process.stderr.write(`No key: ${process.env["TEST_KEY"] ?? "none"}\n`);
  process.exit(3);
}
if (behaviour === "mute") {
  process.stdin.resume();
} else {
  if (behaviour === "parent") {
    spawn("sleep", ["300"], { stdio: "ignore" });
    process.stdin.once("end", () => process.exit(0));
  }
  let lastMessage = "";
  process.stdin.on("data", (chunk) => {
    lastMessage = String(chunk);
  });
  await testServer({ die: () => process.exit(1), lastMessage: () => lastMessage }).connect(
    new StdioServerTransport(),
  );
}
