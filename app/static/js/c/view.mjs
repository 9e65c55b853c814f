// An answer on the page: a word, a shape and a sentence, then every field that the paper must show.
import { OFFSET } from "./reading.mjs";

const TONES = {
  VALID: "ok", VALID_AT_ISSUE: "warn", NOT_YET: "warn", SUSPENDED: "deny", REVOKED: "deny", EXPIRED: "deny",
  UNKNOWN_KEY: "warn", FORGED: "deny", UNREADABLE: "neutral",
};
const BY_REASON = new Set(["STALE", "NO_LIST", "STARTS_LATER", "ISSUED_IN_FUTURE"]);

const DATES = /(\d{4}-\d\d-\d\d(?: \d\d:\d\d)?(?:（周.）| \([A-Z][a-z]{2}\))?)/;

/** A text in nodes, so that no line breaks a date apart. */
export function dated(text) {
  return text.split(DATES).map((part, n) => (n % 2 ? element("span", { class: "day" }, part) : part));
}

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

export function shape(tone) {
  return document.getElementById("shapes").content.querySelector(`[data-tone="${tone}"]`).firstElementChild.cloneNode(true);
}

/** A band with shape, word and sentences. */
export function band(tone, word, ...sentences) {
  const texts = sentences.filter(Boolean).map((text) => element("p", {}, ...dated(text)));
  return element(
    "div", { class: `verdict verdict-${tone}`, "data-tone": tone }, shape(tone),
    element("div", {}, element("h2", { class: "verdict-word", id: "verdict-word", tabindex: "-1" }, ...dated(word)), ...texts),
  );
}

function fact(label, ...value) {
  return element("div", { class: "fact" }, element("dt", {}, label), element("dd", {}, ...value));
}

function levelTitle(words, names, level) {
  return words.title(names?.levels.get(level), words.say("level", { level }));
}

function through(words, first, last) {
  return dated(words.say("through", { first: words.day(first), last: words.day(last) }));
}

function domainRow(words, names, one, today, isAlike) {
  const row = element("li", {}, words.title(names?.domains.get(one.key), one.key));
  if (!isAlike) {
    row.append(element("span", { class: "under" }, levelTitle(words, names, one.level)));
    row.append(element("span", { class: "under" }, ...through(words, one.first, one.last)));
  }
  if (today < one.first || today > one.last) {
    row.append(element("strong", { class: "state state-warn" }, shape("warn"), element("span", {}, words.say("not_today"))));
  }
  return row;
}

/** Source and days stand once where they are the same for all domains, else with each. */
function printed(words, found, names, now) {
  const offset = names?.offset ?? OFFSET;
  const dayOf = (seconds) => Math.floor((seconds + 60 * offset) / 86400);
  const regions = found.regions.map((key) => words.title(names?.regions.get(key), key));
  const [head, ...rest] = found.domains;
  const isAlike = rest.every((one) => one.level === head.level && one.first === head.first && one.last === head.last);
  const domains = found.domains.map((one) => domainRow(words, names, one, dayOf(now), isAlike));
  return element(
    "dl", { class: "facts facts-c" },
    fact(words.say("name"), element("strong", { class: "holder" }, found.name)),
    fact(words.say("identity"), found.identity),
    fact(words.say("number"), found.number),
    fact(words.say("agency"), found.agency),
    fact(words.say("region"), words.list(regions)),
    fact(words.say("domains"), element("ul", { class: "domains" }, ...domains)),
    ...(isAlike ? [fact(words.say("source"), levelTitle(words, names, head.level))] : []),
    fact(words.say("issuer"), found.issuer),
    fact(words.say("issued_on"), words.day(dayOf(found.issuedAt))),
    fact(words.say("validity"), ...through(words, found.firstDay, found.lastDay)),
  );
}

function wordOf(words, answer, moment) {
  const name = BY_REASON.has(answer.reason) ? answer.reason : answer.state;
  return words.say(`state_${name}`, { moment });
}

function textOf(words, { state, reason }) {
  return words.say([`text_${reason}`, `text_${state}`, "text_UNREADABLE"].find((key) => words.has(key)));
}

function statusLine(words, { state, reason, list }, offset) {
  if (!list || state === "NOT_YET" || reason === "STALE") return ""; // of an old list the heading says it
  const [moment, until] = [list.issuedAt, list.expiresAt].map((at) => words.moment(at, offset));
  return state === "VALID" ? words.say("as_of_until", { moment, until }) : words.say("as_of", { moment });
}

/** The nodes that show an answer of readCode. */
export function answerNodes(words, answer, names, now) {
  const offset = names?.offset ?? OFFSET;
  const moment = answer.list ? words.moment(answer.list.issuedAt, offset) : "";
  const { state, reason, content } = answer;
  const code = content ? "" : words.say("code_of", { reason });
  const head = band(TONES[state], wordOf(words, answer, moment), textOf(words, answer), statusLine(words, answer, offset), code);
  head.dataset.state = state;
  head.dataset.reason = reason;
  if (!content) return [head];
  return [head, element("h3", {}, words.say("printed")), printed(words, content, names, now), element("p", { class: "compare" }, shape("info"), element("span", {}, words.say("compare")))];
}

/** The nodes that tell what became of a scanned list; `refused` is the reason, "" where it was taken. */
export function listNodes(words, { list, isNewer, refused }, offset) {
  if (refused) return [band("deny", words.say("state_LIST_REFUSED"), words.say("text_LIST_REFUSED"), words.say("code_of", { reason: refused }))];
  const moment = words.moment(list.issuedAt, offset);
  return [band("ok", words.say("state_LIST"), words.say(isNewer ? "text_LIST" : "text_LIST_OLDER", { moment }))];
}

/** The nodes for the link of a certificate that only the site can check. */
export function linkNodes(words, address) {
  const link = element("a", { class: "btn btn-primary", href: address }, words.say("open_link"));
  return [band("neutral", words.say("state_UNREADABLE"), words.say("text_OLD_LINK")), element("p", {}, link)];
}
