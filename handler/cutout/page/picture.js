import { Failure } from "./failure.js";
import { stem } from "./names.js";

const JPEG = [0xff, 0xd8, 0xff];
const PNG = [0x89, 0x50, 0x4e, 0x47];

const HEIC = /^ftyp(heic|heix|hevc|heim|heis|hevm|mif1|msf1)/;
const STEP_DOWN = 0.8; // by how much a file that has too many bytes is scaled, until it has not

/** Why a file can't be taken; null where it can. What is neither JPEG nor PNG is taken if the browser
 * can show it. A broken JPEG or PNG is the service's to judge. */
export async function objection(file) {
  const head = new Uint8Array(await file.slice(0, 12).arrayBuffer());
  if (typeOf(head)) return null;
  const bitmap = await decoded(file);
  bitmap?.close();
  if (bitmap) return null;
  if (HEIC.test(new TextDecoder("latin1").decode(head.slice(4)))) {
    return "HEIC, which this browser can’t open. Save it as JPEG first.";
  }
  return "not an image this browser can open. Use a JPEG or PNG.";
}

/** A file as the service takes it: `{file, note}`, made smaller where a side is longer than `side`
 * pixels or the file has `bytes` or more. What is neither JPEG nor PNG becomes a PNG. */
export async function prepare(source, { side, bytes }) {
  const type = typeOf(new Uint8Array(await source.slice(0, 4).arrayBuffer()));
  const file = type && new File([source], source.name, { type });
  if (file && file.size < bytes && !(await mayExceed(file, side))) return { file, note: "" };
  const bitmap = await decoded(source);
  if (!bitmap && file) return { file, note: "" };
  if (!bitmap) throw new Failure("This file isn’t an image we can read", "Use a JPEG or PNG.");
  try {
    return await fitted(bitmap, { file, name: source.name }, { side, bytes });
  } finally {
    bitmap.close();
  }
}

async function fitted(bitmap, { file, name }, { side, bytes }) {
  const longer = Math.max(bitmap.width, bitmap.height);
  const type = file?.type ?? "image/png";
  if (file && longer <= side && file.size < bytes) return { file, note: "" };
  let scale = Math.min(1, side / longer);
  let made = await drawn(bitmap, scale, type, name);
  for (; made.size >= bytes; made = await drawn(bitmap, scale, type, name)) scale *= STEP_DOWN;
  if (scale < 1) return { file: made, note: "too large, so it was scaled down in the browser" };
  const note = file ? "too large, so it was compressed in the browser" : "converted to PNG in the browser";
  return { file: made, note };
}

/** Whether a file may have a side that is too long: small files of that size exist, and to decode each
 * to know would take a second for a large one. So the sizes in the header are looked at. */
async function mayExceed(file, side) {
  const size = await sizeInHeader(file);
  return !size || Math.max(...size) > side;
}

/** `[width, height]` as a JPEG's or PNG's header says; null where it can't be found. */
async function sizeInHeader(file) {
  const view = new DataView(await file.slice(0, 1 << 18).arrayBuffer());
  if (file.type === "image/png") {
    return view.byteLength > 24 ? [view.getUint32(16), view.getUint32(20)] : null;
  }
  for (let at = 2; at + 9 < view.byteLength && view.getUint8(at) === 0xff; ) {
    const marker = view.getUint8(at + 1);
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return [view.getUint16(at + 7), view.getUint16(at + 5)];
    at += 2 + view.getUint16(at + 2);
  }
  return null;
}

/** The pixels of a file, upright; null where the browser can't read it. */
export async function decoded(blob) {
  try {
    return await createImageBitmap(blob);
  } catch {
    return null;
  }
}

/** The bytes of a canvas; `encode` may fail for want of memory. */
export async function encoded(canvas, type) {
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, type, 0.95));
  if (!blob) throw new Failure("The picture is too large for this browser", "Use a smaller one.");
  return blob;
}

function typeOf(head) {
  if (JPEG.every((byte, index) => head[index] === byte)) return "image/jpeg";
  if (PNG.every((byte, index) => head[index] === byte)) return "image/png";
  return null;
}

async function drawn(bitmap, scale, type, name) {
  const scaled = (length) => Math.max(1, Math.round(length * scale));
  const [width, height] = [scaled(bitmap.width), scaled(bitmap.height)];
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, width, height);
  const suffix = type === "image/png" ? "png" : "jpg";
  return new File([await encoded(canvas, type)], `${stem(name)}.${suffix}`, { type });
}
