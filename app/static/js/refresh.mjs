// Fetches the page again every so many seconds and puts its live part in place of the one shown. A reader who is at
// work in the part (focus, selection) is left alone; without script the page reloads as a whole. Once the part that
// came says no more of refreshing, it stays.

async function renew(part) {
  if (document.hidden || part.contains(document.activeElement)) return;
  const answer = await fetch(window.location.href, { headers: { Accept: "text/html" }, redirect: "error" });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(part.id);
  if (fresh) part.replaceChildren(...fresh.childNodes);
  if (fresh && !fresh.dataset.refresh) delete part.dataset.refresh;
}

for (const part of document.querySelectorAll("[data-refresh][id]")) {
  const seconds = Number(part.dataset.refresh);
  if (seconds < 5) continue;
  const timer = setInterval(() => {
    if (part.dataset.refresh) renew(part).catch(() => {});
    else clearInterval(timer);
  }, seconds * 1000);
}
