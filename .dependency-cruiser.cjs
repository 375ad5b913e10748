/**
 * The house's layering, checked. Each entry of `below` is a package and the packages its `src` may import: arrows point
 * down only, and what is not listed is forbidden. TypeScript 7 has no JavaScript API, so swc parses the sources.
 */
const telemetry = "packages/core/telemetry";
const jsonSchema = "packages/core/json-schema";
const storage = "packages/core/storage";
const sdk = "packages/core/sdk";
const execution = "packages/core/execution";
const api = "packages/core/api";
const kernel = "packages/kernel/core";
const runtimes = "packages/kernel/runtime-[^/]+";
const kit = "packages/plugins/kit";
const plugins = "packages/plugins/(?!kit/)[^/]+";
const otlp = "packages/core/otlp";
const hosts = "packages/hosts/[^/]+";
const apps = "apps/[^/]+";
/** Generates dashboards, rules and documentation from the instruments; nothing imports it. */
const observability = "packages/observability";
/** Helpers of tests, benchmarks and the end-to-end tests; what ships never imports it. */
const testing = "packages/testing";

/** @type {ReadonlyArray<{ readonly name: string; readonly folder: string; readonly imports: ReadonlyArray<string> }>} */
const below = [
  { name: "telemetry", folder: telemetry, imports: [] },
  { name: "json-schema", folder: jsonSchema, imports: [] },
  { name: "storage", folder: storage, imports: [] },
  { name: "kernel", folder: kernel, imports: [] },
  { name: "runtime", folder: runtimes, imports: [kernel] },
  { name: "sdk", folder: sdk, imports: [telemetry, jsonSchema] },
  { name: "kit", folder: kit, imports: [sdk] },
  { name: "plugin", folder: plugins, imports: [telemetry, sdk, kit] },
  { name: "otlp", folder: otlp, imports: [telemetry] },
  { name: "execution", folder: execution, imports: [telemetry, jsonSchema, sdk, kernel] },
  { name: "host", folder: hosts, imports: [telemetry, jsonSchema, sdk, kernel, execution] },
  { name: "api", folder: api, imports: [telemetry, sdk, kernel, execution] },
  {
    name: "observability",
    folder: observability,
    imports: [telemetry, sdk, execution, plugins, hosts, api, otlp],
  },
  { name: "testing", folder: testing, imports: [telemetry, api] },
  {
    name: "app",
    folder: apps,
    imports: [telemetry, storage, sdk, kernel, runtimes, plugins, execution, hosts, api, otlp],
  },
];

/** A real database, a real sandbox, the check of inputs and the tests' helpers, which `src` does without. */
const testPlatform = [storage, runtimes, jsonSchema, testing];

/** api.ts files: the HTTP contracts, without the code that answers. */
const contracts = ["^packages/core/api/src/api\\.ts$", "^packages/core/api/src/.*/api\\.ts$"];

/** @param {ReadonlyArray<string>} folders */
const anyOf = (folders) => `^(${folders.join("|")})/`;
const packages = `${observability}|${testing}|packages/[^/]+/[^/]+|apps/[^/]+`;
const house = `^(${packages})/`;

/**
 * `$1` is the importing module's package, so a package may always import itself.
 *
 * @param {string} name
 * @param {string} folder
 * @param {string} part
 * @param {ReadonlyArray<string>} imports
 * @param {string} comment
 */
const layer = (name, folder, part, imports, comment) => ({
  name,
  comment,
  severity: "error",
  from: { path: `^(${folder})/${part}/` },
  to: { path: house, pathNot: ["^$1/", ...(imports.length > 0 ? [anyOf(imports)] : [])] },
});

const layers = below.flatMap(({ name, folder, imports }) => [
  layer(
    `layer-${name}`,
    folder,
    "src",
    imports,
    `Arrows point down only. Allowed here: ${imports.length > 0 ? imports.join(", ") : "no other package"}.`,
  ),
  layer(
    `layer-${name}-test`,
    folder,
    "test",
    [...imports, ...testPlatform],
    "Tests follow the layers of what they test; they may choose a database, a sandbox and the check of inputs too.",
  ),
]);

/** Rooms of the sdk, each with the rooms that it may import: arrows inside the package point down too. */
const sdkRooms = Object.entries({
  model: [],
  credentials: ["model"],
  toolkits: ["model"],
  policies: ["model", "toolkits"],
  tools: ["model", "toolkits"],
  approvals: ["model"],
  upstream: ["model", "credentials"],
  sources: ["model", "credentials", "tools"],
  invocation: ["model", "credentials", "policies", "toolkits", "tools", "approvals", "sources"],
  "built-in": ["model", "tools", "sources"],
}).map(([room, imports]) => ({
  name: `sdk-room-${room}`,
  comment: `Arrows point down only. Allowed here: ${imports.join(", ") || "no other room"}.`,
  severity: "error",
  from: { path: `^${sdk}/src/${room}/` },
  to: {
    path: `^${sdk}/src/[^/]+/`,
    pathNot: `^${sdk}/src/(${[room, ...imports].join("|")})/`,
  },
}));

module.exports = {
  forbidden: [
    ...layers,
    ...sdkRooms,
    {
      name: "only-apps-choose-a-platform",
      comment:
        "Bun's modules, the platform package and the database driver belong to apps, storage's bun*.ts and runtime-quickjs.",
      severity: "error",
      from: {
        path: "^packages/[^/]+/[^/]+/src/",
        pathNot: "^packages/core/storage/src/bun[^/]*\\.ts$",
      },
      to: {
        path: "(^|/)(@effect/(platform-bun|platform-node|platform-browser|sql-sqlite-[^/]+|sql-libsql|sql-d1))(/|$)",
      },
    },
    {
      name: "only-apps-choose-a-runtime",
      comment:
        "The same package runs in Bun and in workerd: bun:* only where a platform is chosen.",
      severity: "error",
      from: {
        path: "^packages/[^/]+/[^/]+/src/",
        pathNot: ["^packages/core/storage/src/bun[^/]*\\.ts$", `^${runtimes}/src/`],
      },
      to: { path: ["^bun$", "^(bun|cloudflare):"] },
    },
    {
      name: "no-cycles",
      comment: "A cycle has no order to read it in, and breaks at module load.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "no-foreign-internals",
      comment:
        "Another package is imported by its name, through its exports; a relative path goes around them.",
      severity: "error",
      from: { path: `^(${packages}|benchmark)/` },
      to: {
        path: house,
        pathNot: "^$1/",
        dependencyTypes: ["local"],
        dependencyTypesNot: ["aliased-workspace"],
      },
    },
    {
      name: "e2e-stays-outside",
      comment:
        "End-to-end tests know the daemon from outside: HTTP, MCP and the command line. Only the tests' helpers are theirs too.",
      severity: "error",
      from: { path: "^e2e/" },
      to: { path: house, pathNot: `^${testing}/` },
    },
    {
      name: "src-without-tests",
      comment: "What ships never imports test code, benchmarks or the end-to-end harness.",
      severity: "error",
      from: { path: "^(packages|apps)/.+/src/" },
      to: { path: ["(^|/)(test|tests)/", "\\.test\\.tsx?$", "^(e2e|benchmark)/"] },
    },
    {
      name: "contract-without-server",
      comment:
        "An api.ts holds schemas and errors only, because clients import it: no path leads from it to a handler.",
      severity: "error",
      from: { path: contracts },
      to: { path: "^packages/core/api/src/.*(handlers|server|layer)\\.ts$", reachable: true },
    },
    {
      name: "contract-without-services",
      comment:
        "An api.ts takes other packages' schemas (`/schemas`), never their services or a database.",
      severity: "error",
      from: { path: contracts },
      to: { path: [house, "@effect/sql"], pathNot: ["^packages/core/api/", "/src/schemas\\.ts$"] },
    },
    {
      name: "src-without-dev-dependencies",
      comment: "What src imports is listed under dependencies.",
      severity: "error",
      from: { path: "^(packages|apps)/.+/src/" },
      to: {
        dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"],
        dependencyTypesNot: ["type-only"],
      },
    },
    {
      name: "resolvable",
      comment:
        "The import leads nowhere, or past another package's exports. The cloud's build puts QuickJS beside its bundle.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true, pathNot: "^\\./(quickjs|suspending|type-stripper)\\.wasm$" },
    },
  ],
  options: {
    parser: "swc",
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)(dist|coverage|peers)/" },
    builtInModules: { add: ["bun", "bun:sqlite", "bun:test", "bun:ffi", "cloudflare:workers"] },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["bun", "import", "types", "default"],
      extensions: [".ts", ".tsx", ".js", ".mjs", ".json"],
    },
  },
};
