import { cutOut } from "./cutout.js";
import { failureOf } from "./failure.js";
import { needsWebp } from "./header.js";

/** The cut-out of a file, or of the picture at an address: `{png, objects, quality, uploaded}`, where
 * `objects` and `quality` are the API's, no object means that nothing can be seen, and `uploaded` says
 * whether the file went through `/v1/uploads`. `report(phase, fraction)` tells how it goes; the phases
 * are "upload", "work" and "download", and `fraction` is null where nobody knows. `asked` has the mode,
 * and what `askedOf` adds to it; `mask` is a PNG to cut out by, or null. */
export async function requestResult(picture, asked, { key, signal, report, mask = null }) {
  let uploaded = false;
  const onProgress = ({ phase, fraction, through }) => {
    uploaded ||= through === "uploads";
    report(phase, fraction);
  };
  const url = new URL(".", document.baseURI);
  const webp = needsWebp(picture) || null;
  const all = { ...asked, mask, webp, objects: true, qualityHint: true, answer: "json" };
  const terms = { ...all, url, key, retries: 0, signal, onProgress }; // the queue waits itself
  try {
    const { entities, quality } = await cutOut(picture, terms);
    const [{ image }, { objects }] = entities;
    return { png: new Blob([bytesOf(image)], { type: "image/png" }), objects, quality, uploaded };
  } catch (error) {
    throw failureOf(error);
  }
}

function bytesOf(base64) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(base64);
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
