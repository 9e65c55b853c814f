// A worker of its own for browsers that read no codes themselves: the kept decoder, off the page's thread and under its
// own content policy, the only one that lets WebAssembly be compiled.
/* global importScripts, ZXingWASM */
importScripts("/c/vendor/zxing_reader.js");

ZXingWASM.prepareZXingModule({ overrides: { locateFile: () => "/c/vendor/zxing_reader.wasm" } });

onmessage = async ({ data: { id, pixels, width, height } }) => {
  try {
    const image = new ImageData(new Uint8ClampedArray(pixels), width, height);
    const [found] = await ZXingWASM.readBarcodes(image, { formats: ["QRCode"], maxNumberOfSymbols: 1 });
    postMessage({ id, text: found?.isValid ? found.text : "" });
  } catch (fault) {
    postMessage({ id, fault: String(fault) });
  }
};
