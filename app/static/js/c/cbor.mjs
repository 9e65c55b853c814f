// Strict, bounded CBOR (RFC 8949), as docs/credential-code.md section 2 has it: whole numbers, bytes, text, arrays,
// maps with keys that are whole numbers or text, false, true, null. Everything else is refused, nothing is guessed.

const DEEPEST = 8;
const LONGEST = 1 << 20;

/** A refusal: `code` is one of docs/credential-code.md. */
export class Refused extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

const structure = () => new Refused("CODE_STRUCTURE");
const truncated = () => new Refused("CODE_TRUNCATED");

class Reader {
  constructor(bytes) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = 0;
  }

  take(count) {
    if (count > this.bytes.length - this.at) throw truncated();
    this.at += count;
    return this.at - count;
  }

  argument(info) {
    if (info < 24) return info;
    if (info === 24) return this.view.getUint8(this.take(1));
    if (info === 25) return this.view.getUint16(this.take(2));
    if (info === 26) return this.view.getUint32(this.take(4));
    if (info !== 27) throw structure();
    const wide = this.view.getBigUint64(this.take(8));
    if (wide > BigInt(Number.MAX_SAFE_INTEGER)) throw structure();
    return Number(wide);
  }

  item(depth) {
    if (depth > DEEPEST) throw structure();
    const head = this.view.getUint8(this.take(1));
    const major = head >> 5;
    if (major === 7) return simple(head);
    const argument = this.argument(head & 31);
    if (major === 0) return argument;
    if (major === 1) return -1 - argument;
    if (major === 2) return this.slice(argument);
    if (major === 3) return text(this.slice(argument));
    if (major === 4) return this.array(argument, depth);
    if (major === 5) return this.map(argument, depth);
    throw structure();
  }

  slice(length) {
    const start = this.take(length);
    return this.bytes.slice(start, start + length);
  }

  array(length, depth) {
    if (length > this.bytes.length - this.at) throw truncated();
    const values = [];
    for (let n = 0; n < length; n += 1) values.push(this.item(depth + 1));
    return values;
  }

  map(length, depth) {
    if (2 * length > this.bytes.length - this.at) throw truncated();
    const values = new Map();
    for (let n = 0; n < length; n += 1) {
      const key = this.item(depth + 1);
      if ((typeof key !== "number" && typeof key !== "string") || values.has(key)) throw structure();
      values.set(key, this.item(depth + 1));
    }
    return values;
  }
}

function simple(head) {
  if (head === 0xf4) return false;
  if (head === 0xf5) return true;
  if (head === 0xf6) return null;
  throw structure();
}

function text(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw structure();
  }
}

/** The one value in these bytes, with nothing after it; `tag` may stand outermost. Throws Refused. */
export function decode(bytes, tag = null) {
  if (bytes.length > LONGEST) throw new Refused("CODE_TOO_LONG");
  const reader = new Reader(bytes);
  if (tag !== null && bytes[0] === (0xc0 | tag)) reader.at = 1;
  const value = reader.item(0);
  if (reader.at !== bytes.length) throw structure();
  return value;
}

/** The head of a byte string or text of this length, or of an array. */
function head(major, length) {
  if (length < 24) return [(major << 5) | length];
  if (length < 0x100) return [(major << 5) | 24, length];
  if (length < 0x10000) return [(major << 5) | 25, length >> 8, length & 255];
  return [(major << 5) | 26, length >>> 24, (length >> 16) & 255, (length >> 8) & 255, length & 255];
}

/** An array of texts and byte strings, deterministic: all that a Sig_structure needs. */
export function encodeArray(parts) {
  const pieces = parts.map((part) => (typeof part === "string" ? [3, new TextEncoder().encode(part)] : [2, part]));
  return join([head(4, parts.length), ...pieces.flatMap(([major, bytes]) => [head(major, bytes.length), bytes])]);
}

/** One byte string of several. */
export function join(parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
