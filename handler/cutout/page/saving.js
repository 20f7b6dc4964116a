import { encoded, stem } from "./picture.js";

const ENDINGS = { "fg-image": "cut-out", "fg-image-shadow": "shadow", "fg-mask": "mask" };

/** What a result's file is called. */
export function resultName(name, mode, isComposite = false) {
  return `${stem(name)}-${isComposite ? "composite" : ENDINGS[mode]}.png`;
}

/** A link that saves the PNG as the server made it, byte for byte. */
export function offer(link, png, name) {
  if (link.href) URL.revokeObjectURL(link.href);
  link.href = URL.createObjectURL(png);
  link.download = name;
}

/** The cut-out on its background, at its full size, as a PNG file. */
export async function composite(bitmap, backdrop) {
  const { width, height } = bitmap;
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d");
  backdrop.paint(context, { x: 0, y: 0, width, height }, 8);
  context.drawImage(bitmap, 0, 0);
  return encoded(canvas, "image/png");
}

/** Saves a blob at once. */
export function save(blob, name) {
  const link = document.createElement("a");
  offer(link, blob, name);
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // browsers fetch it a little later
}
