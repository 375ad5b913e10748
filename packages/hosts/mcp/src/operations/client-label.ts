/** Names that widespread clients send in `initialize`, in lower case, with the label value of each. */
const known: ReadonlyMap<string, string> = new Map([
  ["amp-mcp-client", "amp"],
  ["antigravity-client", "antigravity"],
  ["chatgpt", "chatgpt"],
  ["cherry studio", "cherry-studio"],
  ["claude-ai", "claude-ai"],
  ["claude-code", "claude-code"],
  ["cline", "cline"],
  ["codex", "codex"],
  ["codex-mcp-client", "codex"],
  ["continue-cli-client", "continue"],
  ["crush", "crush"],
  ["cursor", "cursor"],
  ["cursor-vscode", "cursor"],
  ["factory-cli", "factory"],
  ["gemini-cli-mcp-client", "gemini-cli"],
  ["github-copilot-developer", "github-copilot"],
  ["goose", "goose"],
  ["jetbrains-iu-copilot-intellij", "jetbrains"],
  ["jetbrains-jbc-copilot-intellij", "jetbrains"],
  ["kilo-code", "kilo-code"],
  ["inspector-cli", "mcp-inspector"],
  ["inspector-client", "mcp-inspector"],
  ["mcp-inspector", "mcp-inspector"],
  ["opencode", "opencode"],
  ["q-dev-cli", "amazon-q"],
  ["roo-code", "roo-code"],
  ["visual studio code", "vscode"],
  ["visual-studio-code", "vscode"],
  ["windsurf", "windsurf"],
  ["windsurf-client", "windsurf"],
  ["xcode-copilot-xcode", "xcode"],
  ["zed", "zed"],
]);

/** The label `mcp.client.name`. It is never the name itself, which the client can choose freely. */
export const clientLabel = (name: string | undefined): string =>
  known.get(name?.toLowerCase() ?? "") ?? "_OTHER";
