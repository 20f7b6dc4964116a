import { Failure } from "./failure.js";
import { sizeInHeader, startOf, typeOf, webpOrientation } from "./header.js";
import { stem } from "./names.js";

const HEIC = /^.{4}ftyp(heic|heix|hevc|heim|heis|hevm|mif1|msf1)/s;
const STEP_DOWN = 0.8; // factor by which a picture is scaled again until its file is small enough
const HIGH = 0.95; // quality of JPEG and WebP, 0 to 1
const STRIPE_ROWS = 256; // rows read at a time, to save memory

let lastTurn = Promise.resolve();

/** Returns why a file can't be accepted; null if it can. Files in a format that the service doesn't
 * read are accepted if the browser can show them. The service checks whether a JPEG, PNG or WebP is
 * valid. */
export async function objection(file) {
  const start = await startOf(file).catch(() => null);
  if (start === null) return "can’t be read. It may have been moved or deleted.";
  if (typeOf(start)) return null;
  const bitmap = await decoded(file);
  bitmap?.close();
  if (bitmap) return null;
  if (HEIC.test(start)) return "HEIC, which this browser can’t open. Save it as JPEG first.";
  return "not an image this browser can open. Use a JPEG or PNG.";
}

/** Prepares a file for the service. Returns `{file, note}`; `note` says what was changed, and is empty
 * if nothing was. A JPEG, PNG or WebP stays as it is, unless a side is longer than `side` pixels or the
 * file has `bytes` or more. Other formats are converted. */
export async function prepare(source, { side, bytes }) {
  const start = await startOf(source);
  const type = typeOf(start);
  const file = type && new File([source], source.name, { type });
  if (file && file.size < bytes && !(await mayExceed(file, side))) return { file, note: "" };
  return inTurn(async () => {
    const bitmap = await decoded(source);
    if (!bitmap && file) return { file, note: "" };
    if (!bitmap) throw new Failure("This file isn’t an image we can read", "Use a JPEG or PNG.");
    try {
      const isTooLong = Math.max(bitmap.width, bitmap.height) > side;
      if (file && file.size < bytes && !isTooLong) return { file, note: "" };
      const isLossy = /^image\/(jpeg|webp)$/.test(type) || start.slice(4, 8) === "ftyp"; // AVIF, HEIC
      return await fitted(bitmap, { side, bytes }, { name: source.name, isLossy, isKnown: file !== null });
    } finally {
      bitmap.close();
    }
  });
}

/** Runs `work` after all earlier work, since a bitmap and its canvas take a hundred megabytes. */
function inTurn(work) {
  const turn = lastTurn.then(work);
  lastTurn = turn.catch(() => {}); // the caller handles the error
  return turn;
}

/** Encodes a bitmap in fewer than `bytes` bytes, with no side over `side` pixels. Reduces the size
 * further only if no format is small enough. Returns `{file, note}`. */
async function fitted(bitmap, { side, bytes }, { name, isLossy, isKnown }) {
  for (let scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height)); ; scale *= STEP_DOWN) {
    const canvas = drawn(bitmap, scale);
    for (const type of typesFor(canvas, isLossy)) {
      const blob = await encoded(canvas, type);
      if (blob.size >= bytes) continue;
      const [suffix, format] = type === "image/png" ? ["png", "PNG"] : ["jpg", "JPEG"];
      const file = new File([blob], `${stem(name)}.${suffix}`, { type });
      if (scale < 1) return { file, note: "too large, so it was scaled down in the browser" };
      if (isKnown) return { file, note: "too large, so it was compressed in the browser" };
      return { file, note: `converted to ${format} in the browser` };
    }
  }
}

/** Returns the formats to try, in order: only PNG if the picture is transparent, only JPEG if its file
 * was lossy, otherwise PNG and then JPEG, which is smaller. */
function typesFor(canvas, isLossy) {
  if (!isOpaque(canvas)) return ["image/png"];
  return isLossy ? ["image/jpeg"] : ["image/png", "image/jpeg"];
}

function isOpaque(canvas) {
  const { width, height } = canvas;
  const context = canvas.getContext("2d");
  for (let top = 0; top < height; top += STRIPE_ROWS) {
    const { data } = context.getImageData(0, top, width, Math.min(STRIPE_ROWS, height - top));
    for (let at = 3; at < data.length; at += 4) if (data[at] < 255) return false;
  }
  return true;
}

/** Returns whether a file may have a side over `side` pixels. Even small files can have one, and
 * decoding a large file to find out takes a second, so the header is read. */
async function mayExceed(file, side) {
  const size = await sizeInHeader(file);
  return !size || Math.max(...size) > side;
}

/** Decodes a file to an upright bitmap; returns null if the browser can't read it. */
export async function decoded(blob) {
  try {
    const orientation = await webpOrientation(blob);
    if (orientation === 1) return await createImageBitmap(blob);
    return await turned(await createImageBitmap(blob, { imageOrientation: "none" }), orientation);
  } catch {
    return null;
  }
}

/** Returns a bitmap turned upright by an EXIF orientation, 2 to 8, and closes the given one. */
async function turned(bitmap, orientation) {
  const { width, height } = bitmap;
  const isSideways = orientation > 4;
  const size = isSideways ? { width: height, height: width } : { width, height };
  const canvas = Object.assign(document.createElement("canvas"), size);
  const context = canvas.getContext("2d");
  context.setTransform(...matrixOf(orientation, size));
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return createImageBitmap(canvas);
}

/** Returns the canvas transform from stored to upright pixels; `width` and `height` are the upright
 * picture's. */
function matrixOf(orientation, { width, height }) {
  return {
    2: [-1, 0, 0, 1, width, 0],
    3: [-1, 0, 0, -1, width, height],
    4: [1, 0, 0, -1, 0, height],
    5: [0, 1, 1, 0, 0, 0],
    6: [0, 1, -1, 0, width, 0],
    7: [0, -1, -1, 0, width, height],
    8: [0, -1, 1, 0, 0, height],
  }[orientation];
}

/** Encodes a canvas to a blob. Throws a `Failure` if it can't, usually for lack of memory. */
export async function encoded(canvas, type, quality = HIGH) {
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, type, quality));
  if (!blob) throw new Failure("The picture is too large for this browser", "Use a smaller one.");
  return blob;
}

function drawn(bitmap, scale) {
  const scaled = (length) => Math.max(1, Math.round(length * scale));
  const [width, height] = [scaled(bitmap.width), scaled(bitmap.height)];
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, width, height);
  return canvas;
}
