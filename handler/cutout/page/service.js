import { cutOut } from "./cutout.js";
import { failureOf } from "./failure.js";
import { needsWebp } from "./header.js";

/** Requests the cut-out of a file, or of the picture at a `URL`. Returns `{png, objects, shadow,
 * quality, uploaded}`: `objects`, `shadow` (a box, or null if none is visible) and `quality` are the
 * API's, no objects means that nothing is visible, and `uploaded` says whether the file went through `/v1/uploads`. Throws a `Failure` if the server
 * refuses.
 *
 * `asked` has the mode and the parameters that `askedOf` adds; `mask` is a PNG to cut out by, or null.
 * Calls `report(phase, fraction)` with the phase ("upload", "work" or "download") and its progress, 0
 * to 1, or null if unknown. */
export async function requestResult(picture, asked, { key, signal, report, mask = null }) {
  let uploaded = false;
  const onProgress = ({ phase, fraction, through }) => {
    uploaded ||= through === "uploads";
    report(phase, fraction);
  };
  const url = new URL(".", document.baseURI);
  const webp = needsWebp(picture) || null;
  const all = { ...asked, mask, webp, objects: true, qualityHint: true, answer: "json" };
  const terms = { ...all, url, key, retries: 0, signal, onProgress }; // the queue retries
  try {
    const { entities, shadow = null, quality } = await cutOut(picture, terms);
    const [{ image }, { objects }] = entities;
    const png = new Blob([bytesOf(image)], { type: "image/png" });
    return { png, objects, shadow, quality, uploaded };
  } catch (error) {
    throw failureOf(error);
  }
}

function bytesOf(base64) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(base64);
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
