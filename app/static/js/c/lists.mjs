// The lists between the site, the store and memory. What comes out of the store is verified again, like anything else.
import { Refused } from "./cbor.mjs";
import { Keeps } from "./keeps.mjs";

const TRUST = "/api/v1/trust-list";
const NAMES = "/api/v1/code-names";
const STATUS = "/api/v1/status-list?list=";
const DRAWN = "/c/list.svg";
const LARGEST = 1 << 20;

/** The site could not be reached, or has nothing to give: `status` is 0 or the answer's. */
export class Unreached extends Error {
  constructor(status) {
    super(`answered ${status}`);
    this.status = status;
  }
}

async function fetched(address, accept) {
  let answer;
  try {
    answer = await fetch(address, { headers: { Accept: accept }, cache: "no-cache", credentials: "omit" });
  } catch {
    throw new Unreached(0);
  }
  if (!answer.ok) throw new Unreached(answer.status);
  return answer;
}

async function bytesOf(address) {
  const answer = await fetched(address, "application/cose");
  const bytes = new Uint8Array(await answer.arrayBuffer());
  if (bytes.length > LARGEST) throw new Refused("CODE_TOO_LONG");
  return bytes;
}

/** The root keys that the site names now: [{kid, x, y}]. */
async function namedRoots() {
  return (await (await fetched("/c/root.json", "application/json")).json()).roots;
}

const same = (left, right) => JSON.stringify(left) === JSON.stringify(right);

/** Lists by way of a store; `keeps` is null until a root is pinned. */
export class Lists {
  constructor(store) {
    this.store = store;
    this.keeps = null;
    this.pin = null;
    this.otherRoots = null;
    this.isBehind = false; // something genuine came from this device's future
  }

  /** Pin the root where none is pinned yet, and take what the store holds. */
  async begin(now) {
    this.pin = (await this.store.get("pin")) ?? null;
    if (!this.pin) await this.pinNamed();
    if (this.pin) await this.restore(now);
  }

  async pinNamed() {
    const roots = await namedRoots().catch(() => []);
    if (!roots.length) return;
    this.pin = roots;
    await this.store.put("pin", roots);
  }

  async restore(now) {
    this.keeps = await Keeps.of(this.pin);
    await this.taken("trust", (bytes) => this.keeps.takeTrust(bytes, now));
    await this.taken("names", (bytes) => this.keeps.takeNames(bytes, now));
    for (const name of await this.store.names()) {
      if (/^list-\d+$/.test(name)) await this.taken(name, (bytes) => this.keeps.takeList(bytes, now));
    }
  }

  async taken(name, take) {
    const bytes = await this.store.get(name);
    if (!bytes) return;
    try {
      await take(bytes);
    } catch (fault) {
      if (!(fault instanceof Refused)) throw fault; // by a key since revoked, say: as if it had never come
      if (fault.code === "LIST_FUTURE") this.isBehind = true;
    }
  }

  /** Fetch everything, and the status list of this number. Throws Unreached or Refused; what was taken before stays. */
  async refresh(now, wanted = 0) {
    if (!this.pin) await this.pinNamed();
    if (!this.pin) throw new Unreached(404);
    if (!this.keeps) await this.restore(now);
    const roots = await namedRoots();
    this.otherRoots = roots.length && !same(roots, this.pin) ? roots : null;
    await this.keep("trust", await this.keeps.takeTrust(await bytesOf(TRUST), now));
    const failed = [];
    const steps = [() => this.names(now), ...[...new Set([wanted, 0, ...this.keeps.lists.keys()])].map((n) => () => this.list(n, now))];
    for (const step of steps) await step().catch((fault) => failed.push(fault));
    if (failed.length) throw failed[0];
  }

  async names(now) {
    await this.keep("names", await this.keeps.takeNames(await bytesOf(NAMES), now));
  }

  async list(number, now) {
    await this.received(await bytesOf(`${STATUS}${number}`), now);
    if (number === 0) await this.draw();
  }

  /** Keep the site's drawing of the list as one code; a list too large for one has none. */
  async draw() {
    const drawn = await fetched(DRAWN, "image/svg+xml").then((answer) => answer.text(), () => null);
    await this.store.put("drawing", drawn);
  }

  /** The drawing kept, null for none. */
  async drawing() {
    return (await this.store.get("drawing")) ?? null;
  }

  /** Take a status list from wherever it came: the list now kept under its number. Throws Refused. */
  async received(bytes, now) {
    const list = await this.keeps.takeList(bytes, now);
    await this.keep(`list-${list.number}`, list);
    return list;
  }

  /** Take a trust list that was scanned. Throws Refused. */
  async receivedTrust(bytes, now) {
    const trust = await this.keeps.takeTrust(bytes, now);
    await this.keep("trust", trust);
    return trust;
  }

  async keep(name, list) {
    await this.store.put(name, list.bytes);
  }

  /** Forget everything and pin the other root: only when a person says so. */
  async acceptRoots(now) {
    const roots = this.otherRoots;
    await this.store.clear();
    await this.store.put("pin", roots);
    [this.pin, this.otherRoots, this.keeps] = [roots, null, null];
    await this.restore(now);
  }
}
