import { typeStripperFile } from "@executor/kernel/type-stripper-file";
import { meteredTypeStripper } from "@executor/kernel/type-stripper-metering";
import { suspendingWasm } from "@executor/runtime-quickjs/interrupts";
import { interruptibleLoops, withInitialMemory } from "@executor/runtime-quickjs/wasm-rewriting";
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { initialMemoryBytes } from "../src/organization/settings.ts";

const app = join(import.meta.dir, "..");
const output = join(app, "dist");

/** Package resolution as in workerd; WebAssembly modules stay out of the bundle. */
const flags = [
  "--bundle",
  "--format=esm",
  "--target=es2022",
  "--platform=browser",
  "--main-fields=module,main",
  "--conditions=workerd,worker,browser,import,module",
  "--external:cloudflare:*",
  "--external:node:*",
  "--external:*.wasm",
  "--minify",
  "--keep-names",
  "--legal-comments=none",
];

/** Bundles the Worker into `dist`; writes QuickJS, whose code can be interrupted and suspended, and swc with fuel next to it. */
export const build = async (entry = "src/worker.ts"): Promise<string> => {
  mkdirSync(output, { recursive: true });
  const esbuild = join(app, "peers/node_modules/.bin/esbuild");
  const child = Bun.spawn([esbuild, entry, ...flags, `--outfile=${join(output, "worker.js")}`], {
    cwd: app,
    stdout: "inherit",
    stderr: "inherit",
  });
  if ((await child.exited) !== 0) throw new Error("The Worker could not be bundled.");
  const runtime = Bun.fileURLToPath(
    import.meta.resolve("@executor/runtime-quickjs/wasm-rewriting"),
  );
  const wasm = Bun.resolveSync("@jitl/quickjs-wasmfile-release-sync/wasm", dirname(runtime));
  await Bun.write(
    join(output, "quickjs.wasm"),
    withInitialMemory(interruptibleLoops(await Bun.file(wasm).bytes()), initialMemoryBytes),
  );
  await Bun.write(
    join(output, "type-stripper.wasm"),
    meteredTypeStripper(await Bun.file(typeStripperFile).bytes()),
  );
  await Bun.write(join(output, "suspending.wasm"), suspendingWasm);
  return output;
};

if (import.meta.main) await build(process.argv[2]);
