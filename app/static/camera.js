// The camera of scan.js: a full-screen picture and the reading of codes in it.
(function () {
  "use strict";

  const FRAME_MS = 125;
  const WANTED = {
    facingMode: { ideal: "environment" },
    width: { ideal: 1280 },
    height: { ideal: 720 },
  };

  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

  async function makeWasmReader({ loadScript, folder }) {
    const vendor = folder + "vendor/zxing-wasm-3.1.4/";
    await loadScript(vendor + "index.js");
    await window.ZXingWASM.prepareZXingModule({
      overrides: { locateFile: (name) => vendor + name },
      fireImmediately: true,
    });
    return async (picture, formats) => {
      const options = { formats, maxNumberOfSymbols: 1 };
      const found = await window.ZXingWASM.readBarcodes(picture, options);
      return found.length ? found[0].text : "";
    };
  }

  // Old WebViews refuse WebAssembly under our content security policy; this one is plain script,
  // slower, and reads QR codes only.
  async function makeScriptReader({ loadScript, folder }) {
    await loadScript(folder + "vendor/jsqr-1.4.0/jsQR.js");
    return async (picture) => {
      const found = window.jsQR(picture.data, picture.width, picture.height);
      return found ? found.data : "";
    };
  }

  window.makeCamera = function (tools) {
    const { element, button, words } = tools;
    const dialog = element("dialog", "scanner");
    const video = element("video");
    const sentence = element("p", "scanner-words");
    let stream = null;
    let reader = null;

    dialog.setAttribute("aria-label", words.scan);
    for (const name of ["playsinline", "muted", "autoplay"]) video.setAttribute(name, "");
    video.muted = true;
    const closing = button("main-action", words.close, close);
    dialog.append(video, element("div", "scanner-frame"), sentence, closing);
    dialog.addEventListener("close", close);
    document.body.appendChild(dialog);
    document.addEventListener("visibilitychange", () => { if (document.hidden) close(); });
    window.addEventListener("pagehide", close);

    function close() {
      if (stream) for (const track of stream.getTracks()) track.stop();
      stream = null;
      if (dialog.open) dialog.close();
    }

    function loadReader() {
      if (!reader) {
        reader = makeWasmReader(tools).catch(() => makeScriptReader(tools));
        reader.catch(() => { reader = null; });
      }
      return reader;
    }

    // Calls `onCode` with every code seen until it is closed; rejects with the name of a failure.
    async function open(formats, onCode) {
      sentence.textContent = words.opening;
      dialog.showModal();
      const readerLoads = loadReader();
      const own = await navigator.mediaDevices.getUserMedia({ video: WANTED }).catch((error) => {
        throw new Error(error.name);
      });
      stream = own;
      if (!dialog.open || document.hidden) return close();
      video.srcObject = own;
      const read = await readerLoads.catch(() => { throw new Error("reader"); });
      sentence.textContent = words.aim;
      const canvas = element("canvas");
      const pen = canvas.getContext("2d", { willReadFrequently: true });
      while (stream === own) {
        if (video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) {
          const { videoWidth: width, videoHeight: height } = video;
          Object.assign(canvas, { width, height });
          pen.drawImage(video, 0, 0);
          const text = await read(pen.getImageData(0, 0, width, height), formats);
          if (text && stream === own) onCode(text);
        }
        await pause(FRAME_MS);
      }
    }

    return { open, close, dialog };
  };
})();
