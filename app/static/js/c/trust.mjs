// Which keys sign codes and lists: the pinned root, the trust list it signs, and the names a trusted key signs.
import { Refused } from "./cbor.mjs";
import { claimedIssue, claims, isWhole } from "./code.mjs";
import { hex, kidOf, parse, publicKey, unhex, verify } from "./cose.mjs";

const TRUST = -70003;
const NAMES = -70004;
const MOST_KEYS = 256;
const FIELDS = ["kid", "key", "from", "until", "revoked"];
const LAST_SECOND = 253402300799;

/** A root of /c/root.json as a key: {kid, key}. Throws Refused KEY_KIND. */
export async function rootKey({ x, y }) {
  const [left, right] = [unhex(String(x)), unhex(String(y))];
  return { kid: await kidOf(left, right), key: await publicKey(left, right) };
}

async function entry(value) {
  const fits = value instanceof Map && value.size === FIELDS.length && FIELDS.every((name) => value.has(name));
  if (!fits) throw new Refused("TRUST_CONTENT");
  const [kid, key, from, until, revoked] = FIELDS.map((name) => value.get(name));
  const times = revoked === null ? [from, until] : [from, until, revoked];
  if (!times.every((time) => isWhole(time, LAST_SECOND)) || until <= from) throw new Refused("TRUST_CONTENT");
  const named = key instanceof Map && key.size === 4 && key.get(1) === 2 && key.get(-1) === 1;
  if (!named) throw new Refused("KEY_KIND");
  const made = await publicKey(key.get(-2), key.get(-3));
  if (!(kid instanceof Uint8Array) || hex(kid) !== (await kidOf(key.get(-2), key.get(-3)))) {
    throw new Refused("TRUST_CONTENT");
  }
  return { kid: hex(kid), key: made, from, until, revoked };
}

/** The trust list in these bytes, once the signature of one of the roots holds. Throws Refused. */
export async function readTrust(bytes, roots) {
  const message = parse(bytes);
  const root = roots.find((one) => one.kid === message.kid);
  if (!root) throw new Refused("KEY_UNKNOWN");
  const { issuer, issuedAt, expiresAt, body } = claims(await verify(message, root.key), TRUST, "TRUST_CONTENT");
  const entries = body[1];
  if (body.length !== 2 || !Array.isArray(entries) || entries.length > MOST_KEYS) throw new Refused("TRUST_CONTENT");
  const keys = await Promise.all(entries.map(entry));
  if (new Set(keys.map((one) => one.kid)).size !== keys.length) throw new Refused("TRUST_CONTENT");
  return { issuer, issuedAt, expiresAt, keys };
}

function keyFor(trust, kid, issuedAt, now) {
  const found = kid === null ? undefined : trust?.keys.find((one) => one.kid === kid);
  if (!found) throw new Refused("KEY_UNKNOWN");
  if (found.revoked !== null && found.revoked <= now) throw new Refused("KEY_REVOKED");
  if (issuedAt < found.from || issuedAt >= found.until) throw new Refused("KEY_NOT_THEN");
  return found.key;
}

/** The payload of a message by a trusted key. Throws Refused CODE_ALGORITHM, KEY_UNKNOWN, KEY_REVOKED, KEY_NOT_THEN, SIGNATURE. */
export async function verified(message, trust, now) {
  if (message.algorithm !== -7) throw new Refused("CODE_ALGORITHM");
  if (!trust) throw new Refused("KEY_UNKNOWN");
  return verify(message, keyFor(trust, message.kid, claimedIssue(message.payload), now));
}

function titles(values, kind) {
  if (!(values instanceof Map)) throw new Refused("NAMES_CONTENT");
  for (const [key, pair] of values) {
    const fits = typeof key === kind && Array.isArray(pair) && pair.length === 2 && pair.every((title) => typeof title === "string");
    if (!fits) throw new Refused("NAMES_CONTENT");
  }
  return values;
}

/** What verified names say: titles of domains, levels and regions, and the site's offset in minutes. Throws Refused. */
export function readNames(payload) {
  const { issuedAt, body } = claims(payload, NAMES, "NAMES_CONTENT", { expires: false });
  const held = body.length === 2 && body[1] instanceof Map && body[1].size === 4 ? body[1] : new Map();
  const offset = held.get("offset");
  if (!Number.isInteger(offset) || Math.abs(offset) > 1440) throw new Refused("NAMES_CONTENT");
  return {
    issuedAt, offset, domains: titles(held.get("domains"), "string"), levels: titles(held.get("levels"), "number"),
    regions: titles(held.get("regions"), "string"),
  };
}
