// The status list: bounded decompression, one bit for each certificate, and which list takes the place of which.
import { Refused } from "./cbor.mjs";
import { claims, isWhole } from "./code.mjs";

export const ENTRIES = 131072;
const MOST_ENTRIES = 4194304;
const CLAIM = -70002;
const PURPOSES = { 1: "revoked", 2: "suspended" };

/** Exactly so many bytes of one gzip; anything else, or more, is refused without being made. */
async function unpack(packed, length) {
  const bits = new Uint8Array(length);
  let at = 0;
  try {
    const reader = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip")).getReader();
    for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
      if (at + value.length > length) {
        await reader.cancel();
        throw new Refused("LIST_CONTENT");
      }
      bits.set(value, at);
      at += value.length;
    }
  } catch {
    throw new Refused("LIST_CONTENT");
  }
  if (at !== length) throw new Refused("LIST_CONTENT");
  return bits;
}

/** What a verified list says. Throws Refused LIST_CONTENT. */
export async function readList(payload) {
  const { issuer, issuedAt, expiresAt, body } = claims(payload, CLAIM, "LIST_CONTENT");
  const [, number, size, purposes] = body;
  const fits = body.length === 4 && isWhole(number, 1 << 16) && isWhole(size, MOST_ENTRIES) && size >= ENTRIES
    && size % ENTRIES === 0 && Array.isArray(purposes);
  if (!fits) throw new Refused("LIST_CONTENT");
  const list = { issuer, issuedAt, expiresAt, number, size, revoked: null, suspended: null };
  for (const purpose of purposes) {
    const [id, packed] = Array.isArray(purpose) && purpose.length === 2 ? purpose : [];
    const name = PURPOSES[id];
    if (!name || list[name] || !(packed instanceof Uint8Array)) throw new Refused("LIST_CONTENT");
    list[name] = await unpack(packed, size / 8);
  }
  return list;
}

/** Whether an entry is set; entry 0 is the most significant bit of the first byte. */
export function isSet(bits, entry) {
  return bits !== null && (bits[entry >> 3] & (0x80 >> (entry & 7))) !== 0;
}
