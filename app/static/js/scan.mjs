// Reads QR codes of certificates with the camera where the browser can, one line each into a text field. Without
// BarcodeDetector or a camera the button never shows, and codes are typed.

const PAUSE = 250;

function lines(field) {
  return field.value.split("\n").map((line) => line.trim()).filter(Boolean);
}

async function look(detector, video, seen) {
  for (const code of await detector.detect(video)) seen(code.rawValue);
}

export function offerScanning(box, field) {
  const [start, stop, view] = ["start", "stop", "view"].map((name) => box.querySelector(`[data-scan-${name}]`));
  const status = box.querySelector("[data-scan-status]");
  const video = view.querySelector("video");
  let stream = null;

  const end = () => {
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
    view.hidden = true;
    start.hidden = false;
  };
  const seen = (text) => {
    const known = lines(field);
    if (!text || known.includes(text)) return;
    field.value = `${[...known, text].join("\n")}\n`;
    status.textContent = box.dataset.wordSeen.replace("{count}", known.length + 1);
    navigator.vibrate?.(60);
  };
  const run = async (detector) => {
    while (stream) {
      try {
        await look(detector, video, seen);
      } catch {
        // a frame that cannot be read yet; the next one may be
      }
      await new Promise((resolve) => { setTimeout(resolve, PAUSE); });
    }
  };
  start.addEventListener("click", async () => {
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch {
      status.textContent = box.dataset.wordRefused;
      return;
    }
    video.srcObject = stream;
    view.hidden = false;
    start.hidden = true;
    await video.play();
    run(new window.BarcodeDetector({ formats: ["qr_code"] }));
  });
  stop.addEventListener("click", end);
  window.addEventListener("pagehide", end);
  box.hidden = false;
}

for (const box of document.querySelectorAll("[data-scan-into]")) {
  const field = document.getElementById(box.dataset.scanInto);
  if (field && "BarcodeDetector" in window && navigator.mediaDevices) offerScanning(box, field);
}
