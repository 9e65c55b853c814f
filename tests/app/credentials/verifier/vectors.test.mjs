// The modules of the offline verifier against the vectors that every reader is held to. Run by test_verifier_modules.py.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

const HERE = new URL("../../../../", import.meta.url);
const load = (name) => import(new URL(`app/static/js/c/${name}.mjs`, HERE));
const [{ decode, Refused }, { read, STATUS_LIST }, { hex, parse, unhex }, { readCode }, { Keeps }, { isSet }] = await Promise.all(
  ["cbor", "code", "cose", "reading", "keeps", "status"].map(load),
);
const vectors = JSON.parse(await readFile(new URL("tests/vectors/code/cases.json", HERE), "utf8"));

async function keepsOf(set, now = 1777600800) {
  const keeps = await Keeps.of([vectors.root]);
  if (set.trust_list) await keeps.takeTrust(unhex(set.trust_list), now);
  for (const list of set.status_lists) await keeps.takeList(unhex(list), now);
  if (set.names) await keeps.takeNames(unhex(set.names), now);
  return keeps;
}

const day = (days) => new Date(days * 86400000).toISOString().slice(0, 10);

function shown(found) {
  return {
    issuer: found.issuer, issued_at: found.issuedAt, expires_at: found.expiresAt, number: found.number, name: found.name,
    identity: found.identity, agency: found.agency, regions: found.regions, index: found.index,
    domains: found.domains.map((one) => [one.key, one.level, day(one.first), day(one.last)]),
  };
}

const refusal = (code) => (fault) => fault instanceof Refused && fault.code === code;

for (const one of vectors.cases) {
  test(one.title, async () => {
    const keeps = await keepsOf(vectors.sets[one.set]);
    const found = await readCode(one.text, keeps, one.now);
    assert.equal(found.state, one.state);
    assert.equal(found.reason, one.reason);
    assert.equal(found.list?.issuedAt ?? null, one.as_of);
    assert.deepEqual(found.content && shown(found.content), one.fields && one.fields);
  });
}

test("a scanned list holds exactly the entries set", async () => {
  const { kind, message } = read(vectors.list_entries.text);
  assert.equal(kind, STATUS_LIST);
  const keeps = await keepsOf({ ...vectors.sets.fresh, status_lists: [] });
  const list = await keeps.takeList(message, 1777600800);
  for (const [bits, entries] of [[list.revoked, vectors.list_entries.revocation], [list.suspended, vectors.list_entries.suspension]]) {
    const set = Array.from({ length: list.size }, (_, entry) => entry).filter((entry) => isSet(bits, entry));
    assert.deepEqual(set, [...entries].sort((a, b) => a - b));
  }
});

test("an older list never takes the place of a newer one", async () => {
  const keeps = await keepsOf(vectors.sets.fresh);
  const kept = keeps.lists.get(0).issuedAt;
  await keeps.takeList(unhex(vectors.sets.stale.status_lists[0]), 1777600800);
  assert.equal(keeps.lists.get(0).issuedAt, kept);
  const old = await keepsOf(vectors.sets.stale);
  await old.takeList(unhex(vectors.sets.fresh.status_lists[0]), 1777600800);
  assert.equal(old.lists.get(0).issuedAt, kept);
});

test("a list from the future is refused", async () => {
  const keeps = await keepsOf({ ...vectors.sets.fresh, status_lists: [], names: null }, 1777600800);
  await assert.rejects(keeps.takeList(unhex(vectors.sets.fresh.status_lists[0]), 1777597200 - 301), refusal("LIST_FUTURE"));
});

/** The first key of the trust list: a good key, but not the root. */
function codeKey() {
  const payload = decode(parse(unhex(vectors.sets.fresh.trust_list)).payload);
  const key = payload.get(-70003)[1][0].get("key");
  return { x: hex(key.get(-2)), y: hex(key.get(-3)) };
}

test("a trust list by another root is refused and changes nothing", async () => {
  const keeps = await Keeps.of([codeKey()]);
  await assert.rejects(keeps.takeTrust(unhex(vectors.sets.fresh.trust_list), 1777600800), refusal("KEY_UNKNOWN"));
  assert.equal(keeps.trust, null);
});

test("a point off the curve is no root", async () => {
  await assert.rejects(Keeps.of([{ x: "11".repeat(32), y: "22".repeat(32) }]), refusal("KEY_KIND"));
});

test("a list that swells is stopped", async () => {
  const { readList } = await load("status");
  const packed = Buffer.from(await new Response(new Blob([new Uint8Array(16385)]).stream().pipeThrough(new CompressionStream("gzip"))).arrayBuffer());
  const payload = Buffer.concat([
    Buffer.from("a401616906010402", "hex"), Buffer.from("3a00011171", "hex"), Buffer.from("8401001a00020000818201", "hex"),
    Buffer.from([0x58, packed.length]), packed,
  ]);
  await assert.rejects(readList(new Uint8Array(payload)), refusal("LIST_CONTENT"));
});

for (const [title, text, code] of [
  ["indefinite array", "9fff", "CODE_STRUCTURE"], ["a float", "f93c00", "CODE_STRUCTURE"], ["undefined", "f7", "CODE_STRUCTURE"],
  ["bytes after the end", "0000", "CODE_STRUCTURE"], ["a claimed length", "5affffffff", "CODE_TRUNCATED"],
  ["a huge array", "9affffffff", "CODE_TRUNCATED"], ["a huge map", "baffffffff", "CODE_TRUNCATED"], ["nothing", "", "CODE_TRUNCATED"],
  ["text that is not UTF-8", "61ff", "CODE_STRUCTURE"], ["an array as key", "a18000", "CODE_STRUCTURE"],
  ["nine levels", "81".repeat(9) + "00", "CODE_STRUCTURE"], ["a simple value in two bytes", "f814", "CODE_STRUCTURE"],
]) {
  test(`CBOR refuses ${title}`, () => assert.throws(() => decode(unhex(text)), refusal(code)));
}

test("CBOR reads what the codes are made of", () => {
  const value = decode(unhex("a4016161203820613181f61a000111711903e8"));
  assert.deepEqual([...value], [[1, "a"], [-1, -33], ["1", [null]], [70001, 1000]]);
});
