// The code of a certificate: from the text of a QR code to bytes, and from a verified payload to what is printed.
import { Refused, decode } from "./cbor.mjs";

export const CERTIFICATE = 1;
export const STATUS_LIST = 2;
export const TRUST_LIST = 3;
const MOST_DIGITS = { [CERTIFICATE]: 1400, [STATUS_LIST]: 7089, [TRUST_LIST]: 7089 };
const LONGEST_TEXT = 2 * 7089 + 2048;
const ISSUER = 1;
const EXPIRES = 4;
const ISSUED = 6;
const CLAIM = -70001;
const LAST_SECOND = 253402300799;
const LAST_DAY = 2932896;

function digitsOf(text) {
  if (text.length > LONGEST_TEXT) throw new Refused("CODE_TOO_LONG");
  const digits = text.slice(text.lastIndexOf("#") + 1).replace(/\s+/g, "");
  if (!digits) throw new Refused("CODE_EMPTY");
  if (!/^[1-9][0-9]*$/.test(digits)) throw new Refused("CODE_NOT_DIGITS");
  if (digits.length > MOST_DIGITS[STATUS_LIST]) throw new Refused("CODE_TOO_LONG");
  return digits;
}

/** {kind, message}: the first byte and the COSE_Sign1 after it. Bounded before a number is made. Throws Refused. */
export function read(text) {
  const digits = digitsOf(text);
  const plain = BigInt(digits).toString(16);
  const even = plain.length % 2 ? `0${plain}` : plain;
  const bytes = Uint8Array.from(even.match(/../g), (pair) => Number.parseInt(pair, 16));
  const kind = bytes[0];
  if (!(kind in MOST_DIGITS)) throw new Refused(digits.length > MOST_DIGITS[CERTIFICATE] ? "CODE_TOO_LONG" : "CODE_VERSION");
  if (digits.length > MOST_DIGITS[kind]) throw new Refused("CODE_TOO_LONG");
  return { kind, message: bytes.slice(1) };
}

export const isText = (value) => typeof value === "string" && value !== "";
export const isWhole = (value, most) => Number.isInteger(value) && value >= 0 && value <= most;

/** The map of a payload with exactly issuer, times and one claim of version 1. Throws Refused with `code`. */
export function claims(payload, claim, code, { expires = true } = {}) {
  const value = decode(payload);
  const wanted = expires ? [ISSUER, ISSUED, EXPIRES, claim] : [ISSUER, ISSUED, claim];
  const fits = value instanceof Map && value.size === wanted.length && wanted.every((key) => value.has(key))
    && isText(value.get(ISSUER)) && isWhole(value.get(ISSUED), LAST_SECOND)
    && (!expires || (isWhole(value.get(EXPIRES), LAST_SECOND) && value.get(EXPIRES) > value.get(ISSUED)));
  const body = fits ? value.get(claim) : null;
  if (!Array.isArray(body) || body[0] !== 1) throw new Refused(code);
  return { issuer: value.get(ISSUER), issuedAt: value.get(ISSUED), expiresAt: value.get(EXPIRES), body };
}

/** The time of issue that a message claims, read only to choose the key. Throws Refused. */
export function claimedIssue(payload) {
  const value = decode(payload);
  const at = value instanceof Map ? value.get(ISSUED) : null;
  if (!isWhole(at, LAST_SECOND)) throw new Refused("CODE_CONTENT");
  return at;
}

/** The domains of the rows; a row of a key alone has the level and days of the row before. */
function domainsOf(rows) {
  const found = [];
  for (const row of rows) {
    if (!Array.isArray(row) || !isText(row[0])) throw new Refused("CODE_CONTENT");
    const [key, level, first, last] = row;
    if (row.length === 1 && found.length) {
      found.push({ ...found.at(-1), key });
    } else if (row.length === 4 && isWhole(level, 1 << 16) && isWhole(last, LAST_DAY) && isWhole(first, last)) {
      found.push({ key, level, first, last });
    } else {
      throw new Refused("CODE_CONTENT");
    }
  }
  return found;
}

/** What a verified payload says; days count from 1970-01-01, moments are seconds. Throws Refused CODE_CONTENT. */
export function content(payload) {
  const { issuer, issuedAt, expiresAt, body } = claims(payload, CLAIM, "CODE_CONTENT");
  if (body.length !== 8) throw new Refused("CODE_CONTENT");
  const [, number, name, identity, domains, agency, regions, index] = body;
  const fits = [number, name, identity, agency].every(isText) && Array.isArray(domains) && domains.length > 0
    && Array.isArray(regions) && regions.every(isText) && isWhole(index, 2 ** 32);
  if (!fits) throw new Refused("CODE_CONTENT");
  const held = domainsOf(domains);
  return {
    issuer, issuedAt, expiresAt, number, name, identity, agency, regions, index, domains: held,
    firstDay: Math.min(...held.map((one) => one.first)), lastDay: Math.max(...held.map((one) => one.last)),
  };
}
