import { Failure } from "./failure.js";
import { sizeInHeader, startOf, typeOf } from "./header.js";
import { stem } from "./names.js";

const HEIC = /^.{4}ftyp(heic|heix|hevc|heim|heis|hevm|mif1|msf1)/s;
const STEP_DOWN = 0.8; // by how much a file that has too many bytes is scaled, until it has not
const HIGH = 0.95; // quality
const STRIPE_ROWS = 256; // read at a time, so that little memory is taken

let lastTurn = Promise.resolve();

/** Why a file can't be taken; null where it can. What the service doesn't read is taken if the browser
 * can show it. A broken JPEG, PNG or WebP is the service's to judge. */
export async function objection(file) {
  const start = await startOf(file);
  if (typeOf(start)) return null;
  const bitmap = await decoded(file);
  bitmap?.close();
  if (bitmap) return null;
  if (HEIC.test(start)) return "HEIC, which this browser can’t open. Save it as JPEG first.";
  return "not an image this browser can open. Use a JPEG or PNG.";
}

/** A file as the service takes it: `{file, note}`. A JPEG, PNG or WebP stays as it is, unless a side is
 * longer than `side` pixels or the file has `bytes` or more. What is none of them is converted. */
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

/** Does one such work at a time: a bitmap and its canvas take a hundred megabytes. */
function inTurn(work) {
  const turn = lastTurn.then(work);
  lastTurn = turn.catch(() => {}); // the caller has it
  return turn;
}

/** Gives up pixels only where no format has few enough bytes. */
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

/** The formats to try. JPEG is small but has no transparency, and PNG keeps what has lost nothing yet. */
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

/** Whether a file may have a side that is too long: small files of that size exist, and to decode each
 * to know would take a second for a large one. So the sizes in the header are looked at. */
async function mayExceed(file, side) {
  const size = await sizeInHeader(file);
  return !size || Math.max(...size) > side;
}

/** The pixels of a file, upright; null where the browser can't read it. */
export async function decoded(blob) {
  try {
    return await createImageBitmap(blob);
  } catch {
    return null;
  }
}

/** The bytes of a canvas; to encode it may fail for want of memory. */
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
