import { encoded } from "./picture.js";

const LONGEST = 144; // pixels, about twice the size on the page, for high-resolution screens

/** Returns a thumbnail of an image as a blob; null if the browser can't decode it. The bitmap is closed
 * at once: 300 full-size photos would not fit in a phone's memory. */
export async function thumbOf(blob) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(blob, { resizeHeight: LONGEST, resizeQuality: "medium" });
  } catch {
    return null; // the service reports what is wrong with it
  }
  const side = Math.min(bitmap.width, LONGEST);
  const canvas = Object.assign(document.createElement("canvas"), { width: side, height: LONGEST });
  canvas.getContext("2d").drawImage(bitmap, Math.round((side - bitmap.width) / 2), 0);
  bitmap.close();
  return encoded(canvas, "image/webp");
}
