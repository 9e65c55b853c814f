// A submit button with data-confirm="…" asks once, naming the effect. Without a dialog element the form simply goes:
// the server never relies on this question.

export function ask(text, action, { danger = false } = {}) {
  const words = document.body.dataset;
  const dialog = document.createElement("dialog");
  dialog.className = "ask";
  dialog.setAttribute("aria-labelledby", "ask-title");
  dialog.setAttribute("aria-describedby", "ask-text");
  const title = Object.assign(document.createElement("h2"), { id: "ask-title", textContent: words.wordConfirm });
  const body = Object.assign(document.createElement("p"), { id: "ask-text", textContent: text });
  const actions = Object.assign(document.createElement("div"), { className: "ask-actions" });
  const back = Object.assign(document.createElement("button"), {
    type: "button", className: "btn btn-outline-secondary", textContent: words.wordCancel, value: "",
  });
  const go = Object.assign(document.createElement("button"), {
    type: "button", className: danger ? "btn btn-danger" : "btn btn-primary", textContent: action,
  });
  actions.append(back, go);
  dialog.append(title, body, actions);
  document.body.append(dialog);
  return new Promise((resolve) => {
    back.addEventListener("click", () => dialog.close(""));
    go.addEventListener("click", () => dialog.close("yes"));
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    dialog.showModal();
    back.focus();
  });
}

export function askBeforeSubmit(root) {
  const agreed = new WeakSet();
  root.addEventListener("submit", async (event) => {
    const button = event.submitter;
    const text = button?.dataset.confirm;
    if (!text || agreed.has(button) || typeof HTMLDialogElement === "undefined") return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const yes = await ask(text, button.textContent.trim(), { danger: button.classList.contains("btn-danger") });
    if (!yes) {
      button.focus();
      return;
    }
    agreed.add(button);
    event.target.requestSubmit(button);
    agreed.delete(button);
  }, { capture: true });
}
