// What a phone keeps for checking: the pinned root, and the newest trust list, status lists and names by a trusted key.
import { Refused } from "./cbor.mjs";
import { parse } from "./cose.mjs";
import { AHEAD } from "./reading.mjs";
import { readList } from "./status.mjs";
import { readNames, readTrust, rootKey, verified } from "./trust.mjs";

/** Verified lists in memory, each beside its bytes; whatever is taken has been verified first, and never goes back. */
export class Keeps {
  constructor(roots) {
    this.roots = roots;
    this.trust = null;
    this.lists = new Map();
    this.names = null;
  }

  /** Around the pinned roots of /c/root.json, [{x, y}]. Throws Refused KEY_KIND. */
  static async of(pin) {
    return new Keeps(await Promise.all(pin.map(rootKey)));
  }

  /** The trust list now kept. Throws Refused for one that no pinned root signed or from the future; then nothing changes. */
  async takeTrust(bytes, now) {
    const trust = await readTrust(bytes, this.roots);
    if (trust.issuedAt > now + AHEAD) throw new Refused("LIST_FUTURE");
    if (!this.trust || trust.issuedAt >= this.trust.issuedAt) this.trust = { ...trust, bytes };
    return this.trust;
  }

  /** The status list now kept under its number. Throws Refused; then nothing changes. */
  async takeList(bytes, now) {
    const list = await readList(await verified(parse(bytes), this.trust, now));
    if (list.issuedAt > now + AHEAD) throw new Refused("LIST_FUTURE");
    const held = this.lists.get(list.number);
    if (!held || list.issuedAt >= held.issuedAt) this.lists.set(list.number, { ...list, bytes });
    return this.lists.get(list.number);
  }

  /** The names now kept. Throws Refused; then nothing changes. */
  async takeNames(bytes, now) {
    const names = readNames(await verified(parse(bytes), this.trust, now));
    if (!this.names || names.issuedAt >= this.names.issuedAt) this.names = { ...names, bytes };
    return this.names;
  }
}
