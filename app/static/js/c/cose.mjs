// COSE_Sign1 with ES256 (RFC 9052, 9053): the received protected bytes are what is verified, by the browser's WebCrypto.
import { Refused, decode, encodeArray, join } from "./cbor.mjs";

const ES256 = -7;
const SIGN1 = 18;
const ALGORITHM = { name: "ECDSA", namedCurve: "P-256" };

const SPKI_HEAD = unhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004");

export function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function unhex(text) {
  if (!/^([0-9a-f]{2})*$/.test(text)) throw new Refused("KEY_KIND");
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

const isBytes = (value) => value instanceof Uint8Array;

/** The parts of a message, nothing verified. Throws Refused. */
export function parse(bytes) {
  const value = decode(bytes, SIGN1);
  if (!Array.isArray(value) || value.length !== 4) throw new Refused("CODE_STRUCTURE");
  const [headed, unprotected, payload, signature] = value;
  if (!isBytes(headed) || !(unprotected instanceof Map) || !isBytes(payload) || !isBytes(signature)) {
    throw new Refused("CODE_STRUCTURE");
  }
  const header = headed.length ? decode(headed) : new Map();
  if (!(header instanceof Map)) throw new Refused("CODE_STRUCTURE");
  const kid = header.get(4);
  return { headed, payload, signature, algorithm: header.get(1), kid: isBytes(kid) ? hex(kid) : null };
}

/** The payload once the signature holds. Throws Refused CODE_ALGORITHM or SIGNATURE. */
export async function verify(message, key) {
  if (message.algorithm !== ES256) throw new Refused("CODE_ALGORITHM");
  if (message.signature.length !== 64) throw new Refused("SIGNATURE");
  const isEmpty = message.headed.length === 1 && message.headed[0] === 0xa0;
  const signed = encodeArray(["Signature1", isEmpty ? new Uint8Array() : message.headed, new Uint8Array(), message.payload]);
  const holds = await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, message.signature, signed);
  if (!holds) throw new Refused("SIGNATURE");
  return message.payload;
}

/** A P-256 key of its coordinates, as WebCrypto takes it; a point off the curve throws Refused KEY_KIND. */
export async function publicKey(x, y) {
  if (!isBytes(x) || !isBytes(y) || x.length !== 32 || y.length !== 32) throw new Refused("KEY_KIND");
  try {
    return await crypto.subtle.importKey("raw", join([[4], x, y]), ALGORITHM, true, ["verify"]);
  } catch {
    throw new Refused("KEY_KIND");
  }
}

/** The key's id: the first 8 bytes of SHA-256 over its SubjectPublicKeyInfo (RFC 5480), whose head is the same for all of P-256. */
export async function kidOf(x, y) {
  const digest = await crypto.subtle.digest("SHA-256", join([SPKI_HEAD, x, y]));
  return hex(new Uint8Array(digest).slice(0, 8));
}
