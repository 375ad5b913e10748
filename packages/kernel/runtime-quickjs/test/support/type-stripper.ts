import { TypeStripper } from "@executor/kernel/prepare-code";
import { typeStripperFile } from "@executor/kernel/type-stripper-file";
import { meteredTypeStripper } from "@executor/kernel/type-stripper-metering";

const wasm = meteredTypeStripper(await Bun.file(typeStripperFile).bytes());

export const typeStripper = new TypeStripper(await WebAssembly.compile(wasm));
