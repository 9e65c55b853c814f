// What is kept on this device, how fresh it is, and how it is renewed or passed on.
import { Refused } from "./cbor.mjs";
import { Unreached } from "./lists.mjs";
import { OFFSET } from "./reading.mjs";
import { dated } from "./view.mjs";

const at = (id) => document.getElementById(id);

export class Panel {
  constructor(words, lists, clock) {
    [this.words, this.lists, this.clock] = [words, lists, clock];
    this.said = "";
    this.shared = null;
    this.running = null;
    this.changed = () => {}; // called when lists may have changed
    at("refresh").addEventListener("click", () => this.refresh());
    at("share").addEventListener("click", () => this.share());
    at("root-accept").addEventListener("click", () => this.acceptRoots());
  }

  get offset() {
    return this.lists.keeps?.names?.offset ?? OFFSET;
  }

  /** Fetch the lists; says how it went, never throws. Resolves to whether everything came. */
  refresh(wanted = 0) {
    this.running ??= this.fetch(wanted).finally(() => { this.running = null; });
    return this.running;
  }

  async fetch(wanted) {
    at("refresh").disabled = true;
    this.say("refreshing");
    try {
      await this.lists.refresh(this.clock(), wanted);
      this.lists.isBehind = false;
      this.say("refreshed", { moment: this.words.moment(this.clock(), this.offset) });
      return true;
    } catch (fault) {
      this.fault(fault);
      return false;
    } finally {
      at("refresh").disabled = false;
      this.show();
      await this.changed();
    }
  }

  fault(fault) {
    if (fault instanceof Refused && fault.code === "LIST_FUTURE") {
      this.lists.isBehind = true;
      this.say("clock_behind");
    } else if (fault instanceof Refused) this.say("refused_lists", { reason: fault.code });
    else if (fault instanceof Unreached && fault.status === 404) this.say("not_published");
    else this.say("offline");
  }

  say(key, places) {
    this.said = [key, places];
    at("refresh-said").replaceChildren(...dated(this.words.say(key, places)));
  }

  line(list) {
    if (!list) return this.words.say("none_yet");
    const [moment, until] = [list.issuedAt, list.expiresAt].map((time) => this.words.moment(time, this.offset));
    return this.words.say(this.clock() < list.expiresAt ? "fresh" : "stale", { moment, until });
  }

  /** Write everything anew, in the language chosen. */
  show() {
    const { keeps, pin, otherRoots } = this.lists;
    const held = [...(keeps?.lists.values() ?? [])].sort((left, right) => left.number - right.number);
    at("kept-trust").replaceChildren(...dated(this.line(keeps?.trust)));
    const lines = held.length ? held.map((list) => this.line(list)) : [this.line(null)];
    at("kept-status").replaceChildren(...dated(lines.join(" · ")));
    at("root-kid").textContent = pin ? pin.map((root) => root.kid).join(" ") : "";
    at("root-none").hidden = Boolean(pin);
    at("root-changed").hidden = !otherRoots;
    if (otherRoots) at("root-changed-text").textContent = this.words.say("root_changed", { kid: otherRoots.map((root) => root.kid).join(" ") });
    at("clock-behind").hidden = !this.lists.isBehind;
    at("share").hidden = !keeps?.lists.has(0);
    if (this.said) this.say(...this.said);
    this.showShared();
  }

  /** Show the status list as one code, drawn by the site when it was last reached; hide it again. */
  async share() {
    const list = this.lists.keeps.lists.get(0);
    const drawn = this.shared ? null : await this.lists.drawing();
    this.shared = this.shared ? null : { drawn, list };
    this.showShared();
    if (this.shared) at("shared").scrollIntoView({ block: "nearest" });
  }

  showShared() {
    at("shared").hidden = !this.shared;
    at("share").textContent = this.words.say(this.shared ? "share_hide" : "share");
    at("share").setAttribute("aria-expanded", String(Boolean(this.shared)));
    if (!this.shared) return;
    const { drawn, list } = this.shared;
    at("shared-code").hidden = !drawn;
    at("shared-none").hidden = Boolean(drawn);
    URL.revokeObjectURL(at("shared-code").src);
    if (drawn) at("shared-code").src = URL.createObjectURL(new Blob([drawn], { type: "image/svg+xml" }));
    at("shared-code").alt = this.words.say("share_alt", { moment: this.words.moment(list.issuedAt, this.offset) });
  }

  async acceptRoots() {
    await this.lists.acceptRoots(this.clock());
    await this.refresh();
  }
}
