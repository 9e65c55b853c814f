// What is said to a code, with nothing but the lists at hand and this device's clock: docs/credential-code.md, section 8.
import { Refused } from "./cbor.mjs";
import { CERTIFICATE, content, read } from "./code.mjs";
import { parse } from "./cose.mjs";
import { ENTRIES, isSet } from "./status.mjs";
import { verified } from "./trust.mjs";

export const AHEAD = 300;
export const OFFSET = 480;
const UNKNOWN = new Set(["KEY_UNKNOWN", "KEY_NOT_THEN", "KEY_REVOKED"]);

function judge(found, list, now, offset) {
  const entry = found.index % ENTRIES;
  const today = Math.floor((now + 60 * offset) / 86400);
  if (found.issuedAt > now + AHEAD) return ["NOT_YET", "ISSUED_IN_FUTURE"];
  if (list && isSet(list.revoked, entry)) return ["REVOKED", "REVOKED"];
  if (now >= found.expiresAt) return ["EXPIRED", "EXPIRED"];
  if (list && isSet(list.suspended, entry)) return ["SUSPENDED", "SUSPENDED"];
  if (today < found.firstDay) return ["NOT_YET", "STARTS_LATER"];
  if (!list) return ["VALID_AT_ISSUE", "NO_LIST"];
  return now < list.expiresAt ? ["VALID", "FRESH"] : ["VALID_AT_ISSUE", "STALE"];
}

async function contentOf(text, trust, now) {
  const { kind, message } = read(text);
  if (kind !== CERTIFICATE) throw new Refused("CODE_VERSION");
  return content(await verified(parse(message), trust, now));
}

/**
 * {state, reason, content, list} of a text. `keeps` holds trust, lists (Map by number), names; `now` is in seconds.
 * Never throws for any text.
 */
export async function readCode(text, keeps, now) {
  try {
    const found = await contentOf(text, keeps.trust, now);
    const list = keeps.lists.get(Math.floor(found.index / ENTRIES)) ?? null;
    const [state, reason] = judge(found, list, now, keeps.names?.offset ?? OFFSET);
    return { state, reason, content: found, list };
  } catch (fault) {
    if (!(fault instanceof Refused)) throw fault;
    const state = UNKNOWN.has(fault.code) ? "UNKNOWN_KEY" : fault.code === "SIGNATURE" ? "FORGED" : "UNREADABLE";
    return { state, reason: fault.code, content: null, list: null };
  }
}
