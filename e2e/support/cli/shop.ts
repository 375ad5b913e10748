import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cliOf } from "./cli.ts";
import type { Cli } from "./cli.ts";
import { startDaemon } from "../daemon/daemon.ts";
import type { Daemon } from "../daemon/daemon.ts";
import { startShop } from "../upstreams/shop.ts";
import type { Shop } from "../upstreams/shop.ts";

/** A daemon with its commands, and a shop that can be added to it. */
export interface CliShop extends Cli {
  readonly daemon: Daemon;
  readonly shop: Shop;
  /** A directory for the test's files. */
  readonly folder: string;
  /** The file in it that holds the shop's OpenAPI document. */
  readonly document: string;
  readonly stop: () => Promise<void>;
}

export const startCliShop = async (): Promise<CliShop> => {
  const folder = await mkdtemp(join(tmpdir(), "executor-cli-"));
  const shop = startShop();
  const document = join(folder, "shop.json");
  await writeFile(document, shop.document);
  const daemon = await startDaemon();
  return {
    ...cliOf(daemon),
    daemon,
    shop,
    folder,
    document,
    stop: async () => {
      await daemon.stop();
      await shop.stop();
      await rm(folder, { recursive: true });
    },
  };
};
