// Scanning a code with the camera: by the browser's own detector, or else by the one that comes with this page.

const EVERY_MS = 150;

const place = document.querySelector("[data-scan]");
const view = place.querySelector("[data-scan-view]");
const start = place.querySelector("[data-scan-start]");
const said = place.querySelector("[data-scan-said]");
const form = document.querySelector("[data-scan-form]");
let stream = null;

/** A function that finds the text of a QR code in what the camera shows, or nothing. */
async function reader() {
  const formats = "BarcodeDetector" in window ? await BarcodeDetector.getSupportedFormats() : [];
  if (formats.includes("qr_code")) {
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    return async () => (await detector.detect(view))[0]?.rawValue;
  }
  const { decodeQR } = await import("./vendor/qr/decode.js");
  const canvas = document.createElement("canvas");
  const drawn = canvas.getContext("2d", { willReadFrequently: true });
  return async () => {
    canvas.width = view.videoWidth;
    canvas.height = view.videoHeight;
    drawn.drawImage(view, 0, 0);
    try {
      return decodeQR(drawn.getImageData(0, 0, canvas.width, canvas.height));
    } catch {
      // No code in this picture.
      return undefined;
    }
  };
}

function stop(words) {
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = null;
  view.hidden = true;
  start.hidden = false;
  said.textContent = words;
}

async function look(find) {
  if (!stream) return;
  const text = view.videoWidth ? await find() : undefined;
  if (text) {
    stop("已识别");
    form.elements.code.value = text;
    form.requestSubmit();
    return;
  }
  setTimeout(() => look(find), EVERY_MS);
}

start.addEventListener("click", async () => {
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  } catch {
    stop("无法使用摄像头，请允许访问，或输入二维码旁的数字");
    return;
  }
  view.srcObject = stream;
  view.hidden = false;
  start.hidden = true;
  said.textContent = place.dataset.scanWords ?? "请对准顾客的权益码";
  await view.play();
  await look(await reader());
});

// The camera is given back when somebody leaves the page.
window.addEventListener("pagehide", () => stop(""));
place.hidden = !navigator.mediaDevices;
