import { basename, dirname } from "node:path";

/** A server as a client's file has it. */
export interface ClientEntry {
  readonly name: string;
  /** The file writes it; nothing of it is checked. */
  readonly value: unknown;
  /** Folder of the project that it is for, where the file is for several. */
  readonly project?: string | undefined;
}

/** What a client asks its user for, in VS Code's files. */
export interface ClientInput {
  readonly id: string;
  readonly description: string;
}

export interface ClientFile {
  readonly entries: ReadonlyArray<ClientEntry>;
  readonly inputs: ReadonlyMap<string, ClientInput>;
}

/** Servers that are read of one file. */
const maxEntries = 200;

/**
 * Reads the MCP servers of a client's settings: JSON, with comments and trailing commas too, or TOML. Gives a sentence where the
 * text is neither, or has no servers.
 */
export const readClientFile = (text: string, isToml: boolean): ClientFile | string => {
  let parsed: unknown;
  try {
    const whole = text.replace(/^\ufeff/, "");
    parsed = isToml ? Bun.TOML.parse(whole) : Bun.JSONC.parse(whole);
  } catch {
    return `The file is no ${isToml ? "TOML" : "JSON"}. Give the file in which an MCP client keeps its servers.`;
  }
  const tables = serverTables(parsed);
  if (tables.length === 0) {
    return "The file has no MCP servers: neither mcpServers, nor servers, nor mcp_servers.";
  }
  const entries = tables.flatMap(({ project, servers }) =>
    Object.entries(servers).map(([name, value]) => ({ name, value, project })),
  );
  if (entries.length > maxEntries) {
    return `The file has ${entries.length} servers, and at most ${maxEntries} are imported at a time.`;
  }
  return { entries, inputs: inputsOf(parsed) };
};

interface ServerTable {
  readonly project: string | undefined;
  /** By their names. */
  readonly servers: Readonly<Record<string, unknown>>;
}

/** The servers of the file, of VS Code's settings, and of each project of Claude Code. */
const serverTables = (parsed: unknown): ReadonlyArray<ServerTable> => {
  const found: Array<ServerTable> = [];
  const take = (holder: unknown, names: ReadonlyArray<string>, project?: string): void => {
    const servers = names.map((name) => memberOf(holder, name)).find(isRecord);
    if (servers !== undefined) found.push({ project, servers });
  };
  take(parsed, ["mcpServers", "servers", "mcp_servers"]);
  take(memberOf(parsed, "mcp"), ["servers", "mcpServers"]);
  const projects = memberOf(parsed, "projects");
  if (isRecord(projects)) {
    for (const [project, holder] of Object.entries(projects)) take(holder, ["mcpServers"], project);
  }
  return found;
};

const inputsOf = (parsed: unknown): ReadonlyMap<string, ClientInput> => {
  const inputs = memberOf(parsed, "inputs") ?? memberOf(memberOf(parsed, "mcp"), "inputs");
  const read = (Array.isArray(inputs) ? inputs : []).flatMap((input: unknown) => {
    const id = memberOf(input, "id");
    const description = memberOf(input, "description");
    if (typeof id !== "string") return [];
    return [{ id, description: typeof description === "string" ? description : id }];
  });
  return new Map(read.map((input) => [input.id, input]));
};

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A member of its own of an object; `undefined` where there is none. */
export const memberOf = (holder: unknown, name: string): unknown =>
  isRecord(holder) && Object.hasOwn(holder, name) ? holder[name] : undefined;

/** The folder that paths of a client's file belong to: the project's, where the file lies in a folder such as `.vscode`. */
export const workspaceOf = (file: string): string => {
  const folder = dirname(file);
  return basename(folder).startsWith(".") ? dirname(folder) : folder;
};
