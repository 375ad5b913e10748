import { TypeStripper } from "../../src/type-stripper.ts";
import { typeStripperFile } from "../../src/type-stripper-file.ts";
import { meteredTypeStripper } from "../../src/type-stripper-metering.ts";

const wasm = meteredTypeStripper(await Bun.file(typeStripperFile).bytes());

export const typeStripper = new TypeStripper(await WebAssembly.compile(wasm));
