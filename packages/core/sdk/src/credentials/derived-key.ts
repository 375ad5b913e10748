const keyBytes = 32;

/**
 * A key for one purpose, which the same key always gives and which tells nothing of it: AES-GCM with 256 bits, and not readable.
 * WebCrypto derives no keys from one that only encrypts, so the material is the encryption of zeros under a nonce that the purpose
 * decides, which a random nonce of 96 bits does not meet.
 */
export const deriveKey = async (key: CryptoKey, purpose: string): Promise<CryptoKey> => {
  const name = new TextEncoder().encode(`executor key for ${purpose}`);
  const nonce = new Uint8Array(await crypto.subtle.digest("SHA-256", name)).slice(0, 12);
  const material = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv: nonce, additionalData: name },
    key,
    new Uint8Array(keyBytes),
  );
  const bytes = await crypto.subtle.digest("SHA-256", material);
  return crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
};
