import "reflect-metadata";
import {
  BasicConstraintsExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const day = 24 * 60 * 60 * 1_000;

/** A certificate and its private key, in PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** A certification authority of one test. */
export interface Authority {
  /** In PEM. */
  readonly certificate: string;
  /** A certificate for the address 127.0.0.1 and the name localhost, unless for another name; `days` from now it ends. */
  readonly issue: (options?: {
    readonly name?: string;
    readonly days?: number;
  }) => Promise<Certificate>;
}

const makeKeys = () => crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);

const serialNumber = (): string => crypto.randomUUID().replaceAll("-", "").replace(/^./, "1");

/** A new authority, which nothing trusts unless it is told to. */
export const makeAuthority = async (name = "Authority of a test"): Promise<Authority> => {
  const keys = await makeKeys();
  const now = Date.now();
  const root = await X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    serialNumber: serialNumber(),
    notBefore: new Date(now - day),
    notAfter: new Date(now + 30 * day),
    keys,
    signingAlgorithm: algorithm,
    extensions: [new BasicConstraintsExtension(true, 1, true)],
  });
  return {
    certificate: root.toString("pem"),
    issue: async ({ name: subject, days = 10 } = {}) => {
      const own = await makeKeys();
      const certificate = await X509CertificateGenerator.create({
        subject: `CN=${subject ?? "localhost"}`,
        issuer: root.subject,
        serialNumber: serialNumber(),
        notBefore: new Date(now - 20 * day),
        notAfter: new Date(now + days * day),
        publicKey: own.publicKey,
        signingKey: keys.privateKey,
        signingAlgorithm: algorithm,
        extensions: [
          new SubjectAlternativeNameExtension(
            subject === undefined
              ? [
                  { type: "dns", value: "localhost" },
                  { type: "ip", value: "127.0.0.1" },
                ]
              : [{ type: "dns", value: subject }],
          ),
        ],
      });
      return {
        cert: certificate.toString("pem"),
        key: PemConverter.encode(
          await crypto.subtle.exportKey("pkcs8", own.privateKey),
          "PRIVATE KEY",
        ),
      };
    },
  };
};
