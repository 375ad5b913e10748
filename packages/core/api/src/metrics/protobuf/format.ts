import type { FamilyHeader, FamilyType } from "../families/family.ts";
import type { ExpositionFormat } from "../format.ts";
import { renderProtobufLeaf } from "./chunk.ts";
import { ProtobufWriter } from "./writer.ts";

const writer = new ProtobufWriter();

/** The enumeration `io.prometheus.client.MetricType`. */
const metricTypes: Readonly<Record<FamilyType, number>> = {
  counter: 0,
  gauge: 1,
  summary: 2,
  histogram: 4,
};

/**
 * `io.prometheus.client.MetricFamily` messages, each behind its length. The only format with native histograms, and with
 * creation times that are no series of their own.
 *
 * A histogram has its classic buckets too, but a server takes one or the other: with native histograms switched on the native
 * one (unless told to scrape classic ones always), and Prometheus 3.5 takes neither when it asks for protobuf without them.
 */
export const protobuf: ExpositionFormat = {
  id: "protobuf",
  mediaType: "application/vnd.google.protobuf",
  parameters: { proto: "io.prometheus.client.MetricFamily", encoding: "delimited" },
  namesEscaping: "asked",
  familyStart: ({ name, type, help, unit }: FamilyHeader, seriesBytes) => {
    writer.clear();
    if (unit !== "") writer.string(0x2a, unit);
    writer.varint(metricTypes[type]);
    writer.byte(0x18);
    if (help !== "") writer.string(0x12, help);
    writer.string(0x0a, type === "counter" ? `${name}_total` : name);
    writer.varint(writer.length + seriesBytes);
    return writer.take();
  },
  renderLeaf: renderProtobufLeaf,
  end: new Uint8Array(),
};
