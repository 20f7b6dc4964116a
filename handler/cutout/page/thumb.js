import { webpOrientation } from "./header.js";
import { decoded, encoded } from "./picture.js";

const LONGEST = 144; // pixels, about twice the size on the page, for high-resolution screens

/** Returns a thumbnail of an image as a blob; null if the browser can't decode it. The bitmap is closed
 * at once: 300 full-size photos would not fit in a phone's memory. */
export async function thumbOf(blob) {
  let bitmap;
  try {
    bitmap = await scaledDown(blob);
  } catch {
    return null; // the service reports what is wrong with it
  }
  const side = Math.min(bitmap.width, LONGEST);
  const canvas = Object.assign(document.createElement("canvas"), { width: side, height: LONGEST });
  canvas.getContext("2d").drawImage(bitmap, Math.round((side - bitmap.width) / 2), 0);
  bitmap.close();
  return encoded(canvas, "image/webp");
}

/** Decodes an image at a thumbnail's height. Browsers scale while they decode, but don't turn WebPs. */
async function scaledDown(blob) {
  const terms = { resizeHeight: LONGEST, resizeQuality: "medium" };
  if ((await webpOrientation(blob)) === 1) return createImageBitmap(blob, terms);
  const upright = await decoded(blob);
  try {
    return await createImageBitmap(upright, terms);
  } finally {
    upright?.close();
  }
}
