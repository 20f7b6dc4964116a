import { keyed } from "./photo.js";
import { decoded, encoded } from "./picture.js";

/** Puts pictures mended by hand into a photo's results: `{image, mask}`, PNGs, or null to go back to
 * the server's. Returns the modes of the results that have changed. A shadow is the server's alone. */
export function mend(photo, mended) {
  const made = photo.made.get("fg-image");
  photo.made.set("fg-image", keyed({ ...made, mended: mended?.image ?? null }));
  if (!mended && !photo.made.get("fg-mask")?.mended) return ["fg-image"];
  if (mended) photo.made.set("fg-mask", keyed({ ...made, png: mended.mask, mended: mended.mask }));
  else photo.made.delete("fg-mask");
  return mended ? ["fg-image", "fg-mask"] : ["fg-image"];
}

/** A cut-out's alpha as a grey picture. */
export async function maskOf(png) {
  const bitmap = await decoded(png);
  const { width, height } = bitmap;
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d");
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  context.globalCompositeOperation = "source-in";
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
  context.globalCompositeOperation = "destination-over";
  context.fillStyle = "#000";
  context.fillRect(0, 0, width, height);
  return encoded(canvas, "image/png");
}
