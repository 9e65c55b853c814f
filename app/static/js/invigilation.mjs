// The invigilator's page reads the seats every few seconds; without it the page is refreshed by hand.

import { ask } from './paper_sync.mjs';

const board = document.getElementById('seats');
const EVERY = 5000;

async function refresh() {
  try {
    const data = await ask(board.dataset.url, '');
    document.getElementById('seats-time').textContent = data.at;
    document.getElementById('seats-counts').textContent = data.counts;
    data.seats.forEach((seat) => {
      const tile = document.getElementById(`seat-${seat.id}`);
      if (!tile) { location.reload(); return; }
      if (tile.dataset.digest === seat.digest) return;
      const fresh = new DOMParser().parseFromString(seat.html, 'text/html').body.firstElementChild;
      fresh.dataset.digest = seat.digest;
      tile.replaceWith(fresh);
    });
    document.getElementById('seats-stale').hidden = true;
  } catch {
    document.getElementById('seats-stale').hidden = false;
  }
}

setInterval(refresh, EVERY);
