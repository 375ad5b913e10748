import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { modernFactory } from "./modern-server.ts";

/** A program that is an MCP server of 2026-07-28 alone. */
serveStdio(modernFactory({ calls: [], cancelled: [], states: [] }, []), { legacy: "reject" });
