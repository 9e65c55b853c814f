// Copy buttons stay hidden until this can serve them; the result is said by the button itself.

export function offerCopying(root) {
  if (!navigator.clipboard) return;
  const words = document.body.dataset;
  for (const button of root.querySelectorAll("button[data-copy]")) {
    const label = button.textContent;
    button.setAttribute("aria-live", "polite");
    button.hidden = false;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(button.dataset.copy);
        button.textContent = words.wordCopied;
      } catch {
        button.textContent = words.wordCopyFailed;
      }
      button.addEventListener("blur", () => { button.textContent = label; }, { once: true });
    });
  }
}
