// Reads codes with the phone's camera where the browser can; says so in words where it cannot.
const FORMATS = ["qr_code", "data_matrix", "code_128", "ean_13"];
const EVERY_MS = 200;

function say(dialog, name) {
  for (const words of dialog.querySelectorAll("[data-camera-says]")) words.hidden = words.dataset.cameraSays !== name;
}

async function detector() {
  if (!("BarcodeDetector" in window) || !navigator.mediaDevices?.getUserMedia) return null;
  const known = await window.BarcodeDetector.getSupportedFormats();
  const formats = FORMATS.filter((format) => known.includes(format));
  return formats.length ? new window.BarcodeDetector({ formats }) : null;
}

async function look(dialog, eyes, take) {
  const video = dialog.querySelector("video");
  video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  const stop = () => video.srcObject?.getTracks().forEach((track) => track.stop());
  dialog.addEventListener("close", stop, { once: true });
  video.hidden = false;
  await video.play();
  say(dialog, "looking");
  while (dialog.open) {
    const [found] = await eyes.detect(video).catch(() => []);
    if (found?.rawValue) {
      dialog.close();
      navigator.vibrate?.(60);
      take(found.rawValue);
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
}

/** Open the dialog, and hand over the first code that is seen. */
export async function watchCamera(dialog, take) {
  dialog.querySelector("video").hidden = true;
  say(dialog, "starting");
  dialog.showModal();
  const eyes = await detector().catch(() => null);
  if (!eyes) return say(dialog, "unable");
  return look(dialog, eyes, take).catch(() => say(dialog, "refused"));
}
