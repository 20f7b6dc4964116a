import { encoded } from "./picture.js";

const LONGEST = 144; // twice what it has on the page, for fine screens

/** A small picture of a file, as a blob; null where the browser can't show it. The bitmap is let go at
 * once: 300 photos in full would not fit a phone's memory. */
export async function thumbOf(blob) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(blob, { resizeHeight: LONGEST, resizeQuality: "medium" });
  } catch {
    return null; // the service says what is wrong with it
  }
  const side = Math.min(bitmap.width, LONGEST);
  const canvas = Object.assign(document.createElement("canvas"), { width: side, height: LONGEST });
  canvas.getContext("2d").drawImage(bitmap, Math.round((side - bitmap.width) / 2), 0);
  bitmap.close();
  return encoded(canvas, "image/webp");
}
