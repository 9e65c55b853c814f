// Codes out of pictures and the camera: by the browser's own BarcodeDetector, else by the kept decoder in its worker.

const PAUSE = 120;
const WIDEST = 1600;

async function ownDetector() {
  if (!("BarcodeDetector" in window)) return null;
  const formats = await window.BarcodeDetector.getSupportedFormats().catch(() => []);
  if (!formats.includes("qr_code")) return null;
  const detector = new window.BarcodeDetector({ formats: ["qr_code"] });
  return async (source) => (await detector.detect(source))[0]?.rawValue ?? "";
}

function pixelsOf(source) {
  const [width, height] = [source.videoWidth ?? source.width, source.videoHeight ?? source.height];
  const scale = Math.min(1, WIDEST / Math.max(width, height, 1));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(source, 0, 0, canvas.width, canvas.height);
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}

function keptDetector() {
  if (document.body.dataset.decoder !== "yes" || typeof WebAssembly === "undefined") return null;
  const worker = new Worker("/c/decoder.js");
  const waiting = new Map();
  let count = 0;
  const settle = (id, text) => {
    waiting.get(id)?.(text);
    waiting.delete(id);
  };
  worker.onmessage = ({ data }) => settle(data.id, data.text ?? "");
  worker.onerror = () => [...waiting.keys()].forEach((id) => settle(id, ""));
  return (source) => new Promise((resolve) => {
    const image = pixelsOf(source);
    count += 1;
    waiting.set(count, resolve);
    worker.postMessage({ id: count, pixels: image.data.buffer, width: image.width, height: image.height }, [image.data.buffer]);
  });
}

let detector;

/** What turns a picture, canvas or video into the text of its code ("" for none); null where nothing here can. */
export function reader() {
  detector ??= ownDetector().then((own) => own ?? keptDetector());
  return detector;
}

/** The text in a picture file, "" for none. Throws where the file is no picture. */
export async function readPicture(file) {
  const read = await reader();
  const picture = await createImageBitmap(file);
  try {
    return read ? await read(picture) : "";
  } finally {
    picture.close();
  }
}

/** The camera in a <video>: `found(text)` is called once, after which it is off. */
export class Camera {
  constructor(video, found) {
    this.video = video;
    this.found = found;
    this.stream = null;
  }

  /** Throws where the camera may not be used. */
  async start() {
    const wish = { facingMode: { ideal: "environment" }, width: { ideal: 1920 }, height: { ideal: 1080 } };
    this.stream = await navigator.mediaDevices.getUserMedia({ video: wish, audio: false });
    this.video.srcObject = this.stream;
    await this.video.play();
    this.look(await reader());
  }

  get hasLight() {
    return Boolean(this.stream?.getVideoTracks()[0]?.getCapabilities?.().torch);
  }

  async light(on) {
    await this.stream?.getVideoTracks()[0]?.applyConstraints({ advanced: [{ torch: on }] }).catch(() => {});
  }

  async look(read) {
    while (this.stream) {
      const text = this.video.readyState >= 2 ? await read(this.video).catch(() => "") : "";
      if (text && this.stream) {
        this.stop();
        this.found(text);
        return;
      }
      await new Promise((resolve) => { setTimeout(resolve, PAUSE); });
    }
  }

  stop() {
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = null;
    this.video.srcObject = null;
  }
}
