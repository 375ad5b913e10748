import { join } from "node:path";

/** A file in which a client keeps its MCP servers. */
export interface UsualFile {
  readonly client: string;
  readonly path: string;
}

/** Where MCP clients keep their servers, by their documentation: for the user, and for the project in `folder`. */
export const usualFiles = (
  platform: string,
  home: string,
  folder: string,
): ReadonlyArray<UsualFile> => {
  const settings = settingsFolder(platform, home);
  const extension = join(settings, "Code", "User", "globalStorage", "saoudrizwan.claude-dev");
  const all: ReadonlyArray<readonly [client: string, path: string]> = [
    ["Claude Desktop", join(settings, "Claude", "claude_desktop_config.json")],
    ["Claude Code", join(home, ".claude.json")],
    ["Claude Code", join(folder, ".mcp.json")],
    ["Cursor", join(home, ".cursor", "mcp.json")],
    ["Cursor", join(folder, ".cursor", "mcp.json")],
    ["VS Code", join(settings, "Code", "User", "mcp.json")],
    ["VS Code", join(folder, ".vscode", "mcp.json")],
    ["Cline", join(extension, "settings", "cline_mcp_settings.json")],
    ["Windsurf", join(home, ".codeium", "windsurf", "mcp_config.json")],
    ["Codex", join(home, ".codex", "config.toml")],
    ["Gemini CLI", join(home, ".gemini", "settings.json")],
    ["Gemini CLI", join(folder, ".gemini", "settings.json")],
  ];
  const paths = new Set<string>();
  return all.flatMap(([client, path]) => {
    if (paths.has(path)) return [];
    paths.add(path);
    return [{ client, path }];
  });
};

const settingsFolder = (platform: string, home: string): string => {
  if (platform === "darwin") return join(home, "Library", "Application Support");
  return platform === "win32" ? join(home, "AppData", "Roaming") : join(home, ".config");
};
