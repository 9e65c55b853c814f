// Sends unsent answers, all that wait in one request, one request at a time, and tries again by itself.

const SLOWEST = 15000;
const TIMEOUT = 12000;
const MOST_ANSWERS = 100;
const MOST_CHARACTERS = 40000; // of the answers in one request

/** The first answers, as many as one request takes. */
function batch(answers, most) {
  let characters = 0;
  const fits = answers.slice(0, most).findIndex((answer) => { characters += answer.value.length; return characters > MOST_CHARACTERS; });
  return answers.slice(0, fits < 0 ? most : Math.max(1, fits));
}

/** Fetch JSON with the form token; rejects with {offline: true} when nothing answered, {status, problem} when refused. */
export async function ask(url, token, body) {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), TIMEOUT);
  let answer;
  try {
    answer = await fetch(url, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { Accept: 'application/json', 'Content-Type': 'application/json', 'X-CSRFToken': token },
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: 'same-origin',
      cache: 'no-store',
      signal: patience.signal,
    });
  } catch {
    throw { offline: true };
  } finally {
    clearTimeout(timer);
  }
  const data = await answer.json().catch(() => null);
  if (answer.ok && data !== null) return data;
  if (answer.status >= 500 || data === null) throw { offline: true, status: answer.status };
  throw { status: answer.status, problem: data };
}

/**
 * A sender over a store. `send(answers)` posts and returns the server's acknowledgement. `told` has:
 * saved(ack), waiting(count), offline(), online(), refused(error), dropped(answer, problem) for one that can never be taken.
 */
export function sender(store, send, told) {
  let busy = false;
  let again = false;
  let pause = 0;
  let timer = 0;
  let stopped = false;
  let most = MOST_ANSWERS;

  async function round() {
    const answers = await store.all();
    told.waiting(answers.length);
    if (!answers.length) { most = MOST_ANSWERS; return true; }
    const sent = batch(answers, most);
    let ack;
    try {
      ack = await send(sent);
    } catch (error) {
      if (error.status !== 422) throw error;
      await sift(sent, error.problem);
      return false;
    }
    await store.remove(ack.saved.map((one) => one.id));
    told.saved(ack, answers);
    told.online();
    return answers.length === sent.length;
  }

  /** One answer that the server cannot take must not hold up the others: they are sent singly, and that one is put aside. */
  async function sift(sent, problem) {
    if (sent.length > 1) { most = 1; return; }
    await store.remove([sent[0].id]);
    told.dropped(sent[0], problem);
  }

  async function flush() {
    if (stopped) return;
    if (busy) { again = true; return; }
    busy = true;
    clearTimeout(timer);
    try {
      do { again = false; } while (!(await round()) || again);
      pause = 0;
    } catch (error) {
      if (error.offline) {
        told.offline();
        pause = Math.min(SLOWEST, pause ? pause * 2 : 1000);
        timer = setTimeout(flush, pause);
      } else if (error.status !== undefined) {
        told.refused(error);
        if (error.status === 401 || error.status === 400) timer = setTimeout(flush, SLOWEST);
      } else {
        throw error;
      }
    } finally {
      busy = false;
    }
  }

  return {
    flush,
    stop() { stopped = true; clearTimeout(timer); },
    async empty() { await flush(); return (await store.all()).length === 0; },
  };
}
