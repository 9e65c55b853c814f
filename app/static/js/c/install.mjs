// Keeping the page on the phone: the service worker, and the browser's own offer to install.

const at = (id) => document.getElementById(id);
let offer = null;

window.addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  offer = event;
  at("install-now").hidden = false;
});

window.addEventListener("appinstalled", () => { at("install").hidden = true; });

/** Register the worker, and say when the page opens without a network. */
export async function offerInstalling() {
  at("install-now").addEventListener("click", async () => {
    await offer?.prompt();
    offer = null;
    at("install-now").hidden = true;
  });
  at("install").hidden = matchMedia("(display-mode: standalone)").matches;
  if (!navigator.serviceWorker) return;
  try {
    await navigator.serviceWorker.register("/c/worker.js", { scope: "/c" });
    await navigator.serviceWorker.ready;
    at("ready").hidden = false;
    await navigator.storage?.persist?.();
  } catch {
    // no worker here (a private window, say): the page works as long as it is open
  }
}
