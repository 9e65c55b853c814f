// Fetches the page again every so many seconds and puts its live part in place of the one shown. A reader who is at
// work in the part (focus, selection) is left alone; without script the page reloads as a whole.

async function renew(part) {
  if (document.hidden || part.contains(document.activeElement)) return;
  const answer = await fetch(window.location.href, { headers: { Accept: "text/html" }, redirect: "error" });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(part.id);
  if (fresh) part.replaceChildren(...fresh.childNodes);
}

for (const part of document.querySelectorAll("[data-refresh][id]")) {
  const seconds = Number(part.dataset.refresh);
  if (seconds >= 5) setInterval(() => renew(part).catch(() => {}), seconds * 1000);
}
