import { alphaPng } from "./grey.js";
import { keyed } from "./photo.js";
import { decoded } from "./picture.js";

/** Puts pictures mended by hand into a photo's results: `{image, mask}`, PNGs, or null to go back to
 * the server's. Returns the modes `{kept, dropped}` of results that have changed or are made anew. */
export function mend(photo, mended) {
  const terms = { mendedObjects: null, isUnfinished: mended !== null, shape: null };
  const made = { ...photo.made.get("fg-image"), ...terms };
  const isMask = Boolean(photo.mask);
  photo.made.set("fg-image", keyed({ ...made, mended: mended?.image ?? null }));
  photo.made.delete("fg-image-shadow");
  if (mended) photo.made.set("fg-mask", keyed({ ...made, png: mended.mask, mended: mended.mask }));
  else if (isMask) photo.made.delete("fg-mask");
  const dropped = mended ? ["fg-image-shadow"] : ["fg-image-shadow", "fg-mask"];
  return { kept: mended ? ["fg-image", "fg-mask"] : ["fg-image"], dropped };
}

/** A cut-out's alpha as a grey picture. */
export async function maskOf(png) {
  const bitmap = await decoded(png);
  try {
    return await alphaPng(bitmap);
  } finally {
    bitmap.close();
  }
}
