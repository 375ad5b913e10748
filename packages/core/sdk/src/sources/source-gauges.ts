import { perOrganization } from "@executor/telemetry";
import { DateTime } from "effect";
import { sourceLastSuccess, sourceTools, sourceUp } from "../metrics.ts";
import type { SourceKind } from "../model/source.ts";

interface Subject {
  readonly namespace: string;
  readonly kind: SourceKind;
}

const labels = ({ namespace, kind }: Subject) => ({ "executor.source": namespace, kind });

/** The sources that there are: a call that outlives its source must not bring the series of that source back. */
const present = perOrganization(() => new Set<string>());

/** The last exchange with the source worked. */
export const recordSourceWorked = (source: Subject, at: DateTime.Utc): void => {
  if (!present().has(source.namespace)) return;
  sourceUp.set(1, labels(source));
  sourceLastSuccess.set(DateTime.toEpochMillis(at) / 1000, { "executor.source": source.namespace });
};

/** The source could not be reached, or answered with nothing that can be used. */
export const recordSourceFailed = (source: Subject): void => {
  if (present().has(source.namespace)) sourceUp.set(0, labels(source));
};

/** How many tools the source has. The first record of every source. */
export const recordSourceTools = (source: Subject, count: number): void => {
  present().add(source.namespace);
  sourceTools.set(count, labels(source));
};

/** The source is gone, and with it its series. */
export const forgetSource = (source: Subject): void => {
  present().delete(source.namespace);
  sourceUp.remove(labels(source));
  sourceTools.remove(labels(source));
  sourceLastSuccess.remove({ "executor.source": source.namespace });
};
