// The paper's page: answers go into the browser's store first, then to the server; only what the server acknowledged is shown as saved.

import { ask as confirmWith } from './confirm.mjs';
import { arm, isChoice, read, write } from './paper_answers.mjs';
import { clock } from './paper_clock.mjs';
import { openStore } from './paper_store.mjs';
import { ask, sender } from './paper_sync.mjs';

const form = document.getElementById('paper');
const words = form.dataset;
const attempt = words.attempt;
const items = [...form.querySelectorAll('.paper-item')];
const byPosition = new Map(items.map((item) => [Number(item.dataset.position), item]));
const bar = document.getElementById('paper-bar');
const voice = document.getElementById('paper-voice');
const flagged = new Set(JSON.parse(localStorage.getItem(`flags-${attempt}`) || '[]'));
const current = new Map(); // position → id of the answer given last
const given = new Map(); // position → its text
const typing = new Map(); // position → timer of what is being written
const PAUSE = 2000;
let order = Date.now();
let readOnly = form.dataset.readonly === 'yes';
let leaving = false;
let nextRenewal = 0;

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_all, name) => values[name]);

function newId() {
  return [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function say(text, tone) {
  bar.hidden = !text;
  bar.textContent = text;
  bar.dataset.tone = tone;
}

function show(item, text, state) {
  const line = item.querySelector('[data-saved]');
  line.textContent = text;
  line.dataset.state = state;
}

function time(moment) {
  return new Date(moment).toLocaleTimeString('zh-CN', { hour12: false, timeZone: words.zone });
}

function mark(item) {
  const position = Number(item.dataset.position);
  const link = document.querySelector(`[data-goto="${position}"]`);
  const answered = read(item) !== '';
  link.classList.toggle('is-answered', answered);
  link.classList.toggle('is-flagged', flagged.has(position));
  const state = [answered ? words.wordAnswered : words.wordEmpty, flagged.has(position) ? words.wordFlagged : ''];
  link.setAttribute('aria-label', fill(words.wordQuestion, { number: position, state: state.filter(Boolean).join(' · ') }));
  item.querySelector('[data-flag]').setAttribute('aria-pressed', String(flagged.has(position)));
}

function count() {
  const answered = items.filter((item) => read(item) !== '').length;
  document.getElementById('paper-count').textContent = fill(words.wordCount, { answered, total: items.length });
}

function lock(text, tone) {
  readOnly = true;
  form.querySelectorAll('input, button, select, textarea').forEach((field) => { if (!field.closest('.paper-tools')) field.disabled = true; });
  document.getElementById('paper-submit').hidden = true;
  say(text, tone);
}

const store = await openStore(attempt);
const post = (url, body) => ask(url, words.token, body);

/** After signing in again the form token is another one: read it from the paper itself. False while signed out. */
async function renewToken() {
  try {
    const answer = await fetch(location.href, { credentials: 'same-origin', cache: 'no-store' });
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById('paper');
    if (!fresh) return false;
    words.token = fresh.dataset.token;
    document.querySelectorAll('input[name=csrf_token]').forEach((input) => { input.value = words.token; });
    delete words.signedOut;
    return true;
  } catch {
    return false;
  }
}

async function signedOut() {
  words.signedOut = 'yes';
  say(words.wordSignedOut, 'warn');
  if (performance.now() < nextRenewal) return;
  nextRenewal = performance.now() + 3000;
  if (await renewToken()) { say('', ''); outbox.flush(); }
}

const outbox = sender(store, (answers) => post(words.saveUrl, {
  answers: answers.map(({ id, position, value, at }) => ({ id, position, value, at })),
}), {
  saved(ack) {
    timer.sync(Date.parse(ack.now), Date.parse(ack.deadline_at));
    ack.saved.forEach((one) => {
      const item = byPosition.get(one.position);
      if (current.get(one.position) !== one.id && current.has(one.position)) return;
      show(item, fill(words.wordSaved, { time: time(one.saved_at), number: one.sequence }), 'saved');
    });
  },
  waiting(number) { form.dataset.waiting = String(number); },
  offline() { if (!readOnly) say(words.wordOffline, 'warn'); },
  online() { if (!readOnly) say('', ''); form.dataset.online = 'yes'; },
  dropped(answer, problem) {
    const item = byPosition.get(answer.position);
    const text = fill(words.wordRefused, { number: answer.position, reason: problem.detail });
    if (item) show(item, text, 'pending');
    say(text, 'deny');
  },
  refused({ status, problem }) {
    if (status === 401 || problem.code === 'stale-form') signedOut();
    else if (problem.code === 'device-replaced') lock(words.wordReplaced, 'warn');
    else if (problem.code === 'attempt-closed') lock(words.wordClosed, 'info');
    else if (problem.code === 'time-over') lock(problem.detail, 'deny');
    else say(problem.detail, 'deny');
  },
});

/** Keep and send what the item's fields say, if it is another answer than the last one. */
async function changed(item) {
  if (readOnly) return;
  const position = Number(item.dataset.position);
  clearTimeout(typing.get(position));
  typing.delete(position);
  const value = read(item);
  if (value === (given.get(position) ?? '')) { mark(item); return; }
  given.set(position, value);
  const answer = { id: newId(), position, value, at: new Date(timer.now()).toISOString(), order: order += 1 };
  current.set(position, answer.id);
  mark(item);
  count();
  show(item, store.lasting ? words.wordKept : words.wordPending, 'pending');
  await store.put(answer);
  outbox.flush();
}

/** A text is kept when its writer pauses, goes on to something else, or leaves the page. */
function typed(item) {
  if (readOnly) return;
  const position = Number(item.dataset.position);
  clearTimeout(typing.get(position));
  typing.set(position, setTimeout(() => changed(item), PAUSE));
  show(item, words.wordPending, 'pending');
}

const settle = () => Promise.all([...typing.keys()].map((position) => changed(byPosition.get(position))));

function fillIn(item, value) {
  write(item, value);
  given.set(Number(item.dataset.position), read(item));
}

function goTo(position, focus = true) {
  if (words.oneAtATime === 'yes') items.forEach((item) => { item.hidden = Number(item.dataset.position) !== position; });
  const item = byPosition.get(position);
  document.querySelectorAll('[data-goto]').forEach((link) => {
    if (Number(link.dataset.goto) === position) link.setAttribute('aria-current', 'true');
    else link.removeAttribute('aria-current');
  });
  words.at = String(position);
  if (focus) item.focus();
}

function step(by) {
  const next = Number(words.at) + by;
  if (byPosition.has(next)) goTo(next);
}

async function readState() {
  const state = await post(words.stateUrl, {});
  timer.sync(Date.parse(state.now), Date.parse(state.deadline_at));
  if (state.closed_by) { location.assign(words.receiptUrl); return; }
  if (!state.device_is_current) { lock(words.wordReplaced, 'warn'); return; }
  const waiting = new Map((await store.all()).map((answer) => [answer.position, answer]));
  items.forEach((item) => {
    const position = Number(item.dataset.position);
    const kept = state.answers[position];
    const unsent = waiting.get(position);
    if (typing.has(position)) return;
    if (unsent) {
      if (!current.has(position)) fillIn(item, unsent.value);
      current.set(position, unsent.id);
      show(item, words.wordKept, 'pending');
    } else if (kept && !current.has(position)) {
      fillIn(item, kept.value);
      show(item, fill(words.wordSaved, { time: time(kept.saved_at), number: kept.sequence }), 'saved');
    }
    mark(item);
  });
  count();
  if (!waiting.size && bar.dataset.tone === 'warn') say('', '');
}

function troubled(error) {
  if (error.offline) say(words.wordOffline, 'warn');
  else if (error.status === 401 || error.problem?.code === 'stale-form') signedOut();
}

async function tell(kind) {
  if (readOnly) return;
  try { await post(words.eventsUrl, { events: [{ kind, at: new Date(timer.now()).toISOString() }] }); } catch { /* told again by the next change */ }
}

const timer = clock({
  face: document.getElementById('paper-clock'),
  voice,
  words: (minutes) => fill(words.wordLeft, { minutes }),
}, async () => {
  await settle();
  lock(words.wordOver, 'warn');
  await outbox.flush();
  setInterval(() => readState().catch(() => {}), 5000);
});

async function handIn(event) {
  if (readOnly || leaving) return;
  event.preventDefault();
  await settle();
  if (!(await outbox.empty())) { say(words.wordUnsent, 'warn'); return; }
  const empty = items.filter((item) => read(item) === '').map((item) => item.dataset.position);
  const question = empty.length ? fill(words.wordSubmitEmpty, { count: empty.length, list: empty.join(', ') }) : words.wordSubmitFull;
  if (!(await confirmWith(question, words.wordSubmit))) return;
  leaving = true;
  document.getElementById('paper-submit-form').submit();
}

form.addEventListener('change', (event) => changed(event.target.closest('.paper-item')));
form.addEventListener('input', (event) => { if (event.target.matches('[data-typed]')) typed(event.target.closest('.paper-item')); });
form.addEventListener('submit', (event) => event.preventDefault());
form.addEventListener('click', (event) => {
  const flag = event.target.closest('[data-flag]');
  const move = event.target.closest('[data-step]');
  if (move) step(Number(move.dataset.step));
  if (!flag) return;
  const item = flag.closest('.paper-item');
  const position = Number(item.dataset.position);
  if (!flagged.delete(position)) flagged.add(position);
  localStorage.setItem(`flags-${attempt}`, JSON.stringify([...flagged]));
  mark(item);
});
document.querySelectorAll('[data-goto]').forEach((link) => link.addEventListener('click', (event) => {
  event.preventDefault();
  goTo(Number(link.dataset.goto));
}));
document.getElementById('paper-submit-form').addEventListener('submit', handIn);
document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest('dialog, select, textarea, [data-typed], [data-spot]')) return;
  const item = byPosition.get(Number(words.at));
  const asked = event.target.closest('.paper-part') ?? item;
  const inputs = isChoice(asked) ? [...asked.querySelectorAll('input')] : [];
  const number = /^[a-h]$/i.test(event.key) ? event.key.toLowerCase().charCodeAt(0) - 97 : Number(event.key) - 1;
  if (inputs[number] && !readOnly) { inputs[number].click(); inputs[number].focus(); event.preventDefault(); }
  else if (event.key === 'ArrowRight' && !event.target.matches('input[type=radio]')) step(1);
  else if (event.key === 'ArrowLeft' && !event.target.matches('input[type=radio]')) step(-1);
});
items.forEach((item) => item.addEventListener('focusin', () => { if (words.oneAtATime !== 'yes') goTo(Number(item.dataset.position), false); }));
document.addEventListener('visibilitychange', () => {
  if (document.hidden) settle();
  if (words.signedOut) { if (!document.hidden) signedOut(); } else tell(document.hidden ? 'LEFT' : 'RETURNED');
});
window.addEventListener('online', () => { outbox.flush().then(() => tell('RECONNECTED')); });

timer.sync(Date.parse(words.now), Date.parse(words.deadline));
items.forEach((item) => { arm(item); given.set(Number(item.dataset.position), read(item)); mark(item); });
count();
form.classList.add('is-live');
goTo(1, false);
if (readOnly) {
  lock(words.wordReplaced, 'warn');
} else {
  await outbox.flush();
  await readState().catch(() => {});
  setInterval(() => { if (!timer.isOver()) readState().catch(troubled); }, 15000);
}
form.dataset.ready = 'yes';
