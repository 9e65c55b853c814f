// The offline verifier: takes a code from the address, the camera, a picture or the keyboard, and shows the answer.
import { Refused } from "./cbor.mjs";
import { CERTIFICATE, TRUST_LIST, read } from "./code.mjs";
import { offerInstalling } from "./install.mjs";
import { Lists } from "./lists.mjs";
import { Panel } from "./panel.mjs";
import { readCode } from "./reading.mjs";
import { Camera, readPicture, reader } from "./scan.mjs";
import { ENTRIES } from "./status.mjs";
import { Store } from "./store.mjs";
import { answerNodes, linkNodes, listNodes } from "./view.mjs";
import { Words } from "./words.mjs";

const at = (id) => document.getElementById(id);
const clock = () => Math.floor(Date.now() / 1000);
const NOTHING_KEPT = { trust: null, lists: new Map(), names: null };

class Page {
  constructor(words, lists, panel) {
    [this.words, this.lists, this.panel] = [words, lists, panel];
    this.asked = null; // what is shown, so that a new language or a new list shows it anew
    panel.changed = () => this.show();
    this.camera = new Camera(at("video"), (text) => this.take(text));
  }

  get keeps() {
    return this.lists.keeps ?? NOTHING_KEPT;
  }

  /** Judge a text from wherever it came, and show what it is. */
  async take(text) {
    this.endScan();
    const link = /\/verify\/([^/?#\s]+)\?(\S*code=\S+)/.exec(text);
    if (link) this.asked = () => linkNodes(this.words, `/verify/${link[1]}?${link[2]}`);
    else if (kindOf(text) === CERTIFICATE) this.asked = await this.certificate(text);
    else this.asked = await this.list(text);
    await this.show();
    at("verdict-word").focus();
  }

  async certificate(text) {
    const first = await readCode(text, this.keeps, clock());
    if (first.reason === "NO_LIST" || first.reason === "KEY_UNKNOWN") await this.panel.refresh(listNumber(first));
    return async () => answerNodes(this.words, await readCode(text, this.keeps, clock()), this.keeps.names, clock());
  }

  async list(text) {
    const { kind, message } = read(text);
    const held = new Map(this.keeps.lists);
    try {
      if (!this.lists.keeps) throw new Refused("KEY_UNKNOWN");
      const list = kind === TRUST_LIST ? await this.lists.receivedTrust(message, clock()) : await this.lists.received(message, clock());
      const isNewer = list.issuedAt > (held.get(list.number)?.issuedAt ?? 0);
      return () => listNodes(this.words, { list, isNewer, refused: "" }, this.panel.offset);
    } catch (fault) {
      if (!(fault instanceof Refused)) throw fault;
      return () => listNodes(this.words, { refused: fault.code }, this.panel.offset);
    } finally {
      this.panel.show();
    }
  }

  async show() {
    at("result").hidden = !this.asked;
    at("ask").classList.toggle("is-answered", Boolean(this.asked));
    if (this.asked) at("answer").replaceChildren(...(await this.asked()));
  }

  forget() {
    this.asked = null;
    at("answer").replaceChildren();
    at("paste").value = "";
    at("picture").value = "";
    return this.show();
  }

  /** Away with the answer, and on to the next paper. */
  async again() {
    await this.forget();
    at("ask").scrollIntoView();
    if (at("scan-box").hidden) at("paste").focus();
    else await this.scan();
  }

  async scan() {
    at("scan").hidden = true;
    at("view").hidden = false;
    this.say("scanning");
    try {
      await this.camera.start();
      at("light").hidden = !this.camera.hasLight;
    } catch {
      this.endScan();
      this.say("scan_refused");
    }
  }

  endScan() {
    this.camera.stop();
    at("view").hidden = true;
    at("scan").hidden = false;
    this.say(null);
  }

  async picture(file) {
    if (!file) return;
    this.say("working");
    const text = (await reader()) ? await readPicture(file).catch(() => "") : await readThere(file);
    this.say(text ? null : "picture_none");
    if (text) await this.take(text);
  }

  say(key) {
    this.said = key;
    at("scan-said").textContent = key ? this.words.say(key) : "";
  }

  speak(language) {
    this.words.choose(language);
    this.words.apply(document);
    document.title = this.words.say("title");
    this.say(this.said ?? null);
    this.panel.show();
    return this.show();
  }
}

function kindOf(text) {
  try {
    return read(text).kind;
  } catch {
    return CERTIFICATE; // unreadable: the judgement of a certificate says why
  }
}

function listNumber({ content }) {
  return content ? Math.floor(content.index / ENTRIES) : 0;
}

/** Without any decoder here, the site reads the picture. */
async function readThere(file) {
  const body = new FormData();
  body.append("picture", file);
  const answer = await fetch("/c/picture", { method: "POST", body, credentials: "omit" }).catch(() => null);
  return answer?.ok ? (await answer.json()).text : "";
}

async function offerScanning(page) {
  const canRead = Boolean(await reader());
  const canScan = canRead && Boolean(navigator.mediaDevices?.getUserMedia);
  at("scan-box").hidden = !canScan;
  at("scan-none").hidden = canScan;
  at("picture-sent").hidden = canRead;
  if (!canScan) at("other-ways").open = true;
  at("scan").addEventListener("click", () => page.scan());
  at("scan-stop").addEventListener("click", () => page.endScan());
  at("light").addEventListener("click", ({ target }) => {
    const isOn = target.getAttribute("aria-pressed") !== "true";
    target.setAttribute("aria-pressed", String(isOn));
    page.camera.light(isOn);
  });
  at("picture").addEventListener("change", ({ target }) => page.picture(target.files[0]));
  window.addEventListener("pagehide", () => page.camera.stop());
}

/** The code in the address, which is then taken out of the history: a name stands in it. */
function takeAddress(page) {
  const text = location.hash;
  if (text.length < 2) return;
  history.replaceState(null, "", location.pathname);
  page.take(text);
}

async function begin() {
  const words = await Words.load();
  words.apply(document);
  if (!crypto.subtle || typeof DecompressionStream === "undefined") {
    at("no-crypto").hidden = false;
    return;
  }
  const lists = new Lists(await Store.open());
  await lists.begin(clock());
  const page = new Page(words, lists, new Panel(words, lists, clock));
  page.speak(words.language);
  for (const button of document.querySelectorAll("[data-language]")) {
    button.addEventListener("click", () => page.speak(button.dataset.language));
  }
  at("again").addEventListener("click", () => page.again());
  at("paste-form").addEventListener("submit", (event) => {
    event.preventDefault();
    page.take(at("paste").value);
  });
  await offerScanning(page);
  window.addEventListener("hashchange", () => takeAddress(page));
  window.addEventListener("online", () => page.panel.refresh());
  document.documentElement.dataset.ready = "yes";
  takeAddress(page);
  await page.panel.refresh();
  await offerInstalling();
}

begin().catch((fault) => {
  at("no-crypto").hidden = false;
  throw fault;
});
