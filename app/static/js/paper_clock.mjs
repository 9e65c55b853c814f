// The clock of a paper, ruled by the server's time: the browser's own clock may be wrong or be set.

const SPOKEN = [30, 10, 5, 1];

/**
 * Shows the time left. `parts` has face (element), voice (live region), words(minutes) for what is said aloud.
 * `sync(now, deadline)` takes the server's moments in milliseconds; `over` is called once when the time is up.
 */
export function clock(parts, over) {
  let base = 0;
  let deadline = 0;
  let said = new Set();
  let finished = false;

  const now = () => base + performance.now();

  function tick() {
    const left = Math.max(0, deadline - now());
    const seconds = Math.ceil(left / 1000);
    const minutes = Math.floor(seconds / 60);
    const text = seconds >= 3600
      ? `${Math.floor(seconds / 3600)}:${String(minutes % 60).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`
      : `${minutes}:${String(seconds % 60).padStart(2, '0')}`;
    if (parts.face.textContent !== text) parts.face.textContent = text;
    parts.face.classList.toggle('is-short', seconds <= 300);
    speak(seconds);
    if (seconds === 0 && !finished) { finished = true; over(); }
  }

  function speak(seconds) {
    const due = SPOKEN.filter((mark) => seconds <= mark * 60 && seconds > mark * 60 - 30 && !said.has(mark)).pop();
    if (due === undefined) return;
    said.add(due);
    parts.voice.textContent = parts.words(due);
  }

  setInterval(tick, 250);
  return {
    sync(serverNow, serverDeadline) {
      base = serverNow - performance.now();
      if (deadline && serverDeadline > deadline) { said = new Set(); finished = false; }
      deadline = serverDeadline;
      tick();
    },
    now,
    isOver: () => finished,
  };
}
