// Asks the bank, a moment after each change of the form, whether it can fill the specification, and shows the answer.
// Without script the check button does the same.
const QUIET_MS = 600;
const form = document.getElementById("specification");
const shown = document.getElementById("feasibility");
let waiting = 0;
let asking = null;

async function ask() {
  asking?.abort();
  asking = new AbortController();
  const { signal } = asking;
  shown.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(shown.dataset.check, {
      method: "POST", body: new FormData(form), headers: { Accept: "text/html" }, redirect: "error", signal,
    });
    if (!answer.ok) throw new Error(String(answer.status));
    const text = await answer.text();
    if (!signal.aborted) shown.replaceChildren(...new DOMParser().parseFromString(text, "text/html").body.childNodes);
  } catch {
    if (signal.aborted) return;
    shown.textContent = shown.dataset.failed;
  }
  shown.removeAttribute("aria-busy");
}

if (form && shown) {
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, QUIET_MS);
  });
}
