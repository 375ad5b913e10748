import { FileSystem } from "@effect/platform";
import { Effect } from "effect";
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { exporterVariables, type Signal } from "./signal.ts";
import { firstSet, type Lookup } from "./values.ts";

/** TLS of the connection to a receiver, in PEM, as Bun's `fetch` takes it. */
export interface Certificates {
  /** Certificates of the authorities that are trusted instead of the usual ones. */
  readonly ca?: string;
  /** What proves who the client is, with its private key. */
  readonly cert?: string;
  readonly key?: string;
}

/** The suffixes of the variables, by "OTLP Exporter", "Configuration Options". */
export const certificateSuffixes = ["CERTIFICATE", "CLIENT_CERTIFICATE", "CLIENT_KEY"] as const;

interface NamedFile {
  readonly variable: string;
  readonly path: string;
  readonly text: string;
}

/** Reads the files that the variables name. It fails with a whole sentence where one cannot be used. */
export const readCertificates = (
  signal: Signal,
  lookup: Lookup,
): Effect.Effect<Certificates | undefined, string, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const [ca, cert, key] = yield* Effect.forEach(certificateSuffixes, (suffix) =>
      readFile(firstSet(lookup, exporterVariables(signal, suffix))),
    );
    for (const file of [ca, cert]) if (file !== undefined) yield* parseCertificates(file);
    if ((cert === undefined) !== (key === undefined)) {
      const missing = cert === undefined ? "CLIENT_CERTIFICATE" : "CLIENT_KEY";
      return yield* Effect.fail(
        `${(cert ?? key)?.variable} is set, and OTEL_EXPORTER_OTLP_${missing} is not; a client needs a certificate and its private key.`,
      );
    }
    if (cert !== undefined && key !== undefined) yield* checkPair(cert, key);
    if (ca === undefined && cert === undefined) return undefined;
    return {
      ...(ca === undefined ? {} : { ca: ca.text }),
      ...(cert === undefined ? {} : { cert: cert.text }),
      ...(key === undefined ? {} : { key: key.text }),
    };
  });

const readFile = (
  named: readonly [variable: string, path: string] | undefined,
): Effect.Effect<NamedFile | undefined, string, FileSystem.FileSystem> => {
  if (named === undefined) return Effect.succeed(undefined);
  const [variable, path] = named;
  return Effect.flatMap(FileSystem.FileSystem, (files) => files.readFileString(path)).pipe(
    Effect.map((text) => ({ variable, path, text })),
    Effect.mapError(
      (error) =>
        `${variable} names the file ${path}, which cannot be read (${error._tag === "SystemError" ? error.reason : "bad argument"}).`,
    ),
  );
};

/** At least one certificate in PEM. */
const parseCertificates = ({
  variable,
  path,
  text,
}: NamedFile): Effect.Effect<ReadonlyArray<X509Certificate>, string> =>
  Effect.try({
    try: () => {
      const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [
        text,
      ];
      return blocks.map((block) => new X509Certificate(block));
    },
    catch: () =>
      `${variable} names the file ${path}, which does not hold certificates in PEM form.`,
  });

/** The first certificate of a chain is the client's own. */
const checkPair = (cert: NamedFile, key: NamedFile): Effect.Effect<void, string> =>
  Effect.gen(function* () {
    const [own] = yield* parseCertificates(cert);
    const privateKey = yield* parseKey(key);
    if (own?.checkPrivateKey(privateKey) === true) return;
    return yield* Effect.fail(
      `The private key in ${key.path} (${key.variable}) does not belong to the certificate in ${cert.path} (${cert.variable}).`,
    );
  });

const parseKey = ({ variable, path, text }: NamedFile): Effect.Effect<KeyObject, string> =>
  Effect.try({
    try: () => createPrivateKey(text),
    catch: () =>
      `${variable} names the file ${path}, which does not hold an unencrypted private key in PEM form.`,
  });
