import { Failure } from "./failure.js";

const JPEG = [0xff, 0xd8, 0xff];
const PNG = [0x89, 0x50, 0x4e, 0x47];

/** A file as the service takes it: `{file, bitmap, note}`. What is neither JPEG nor PNG becomes a
 * PNG here, if the browser can read it. `bitmap` is null where the browser can't show a JPEG or PNG:
 * then the service may say what is wrong with it. */
export async function prepare(file) {
  const head = new Uint8Array(await file.slice(0, 4).arrayBuffer());
  const type = typeOf(head);
  const bitmap = await decoded(file);
  if (type) return { file: new File([file], file.name, { type }), bitmap, note: "" };
  if (!bitmap) {
    const text = `This browser can’t open “${file.name}”. Use a JPEG or PNG.`;
    throw new Failure("This file isn’t an image we can read", text);
  }
  return {
    file: await drawn(bitmap, bitmap.width, bitmap.height, "image/png", file.name),
    bitmap,
    note: "converted to PNG in the browser",
  };
}

/** The same with no side longer than `side` pixels. */
export async function shrunk({ file, bitmap }, side) {
  const scale = side / Math.max(bitmap.width, bitmap.height);
  const [width, height] = [bitmap.width, bitmap.height].map((each) => Math.round(each * scale));
  const smaller = await drawn(bitmap, width, height, file.type, file.name);
  bitmap.close();
  return { file: smaller, bitmap: await decoded(smaller), note: "scaled down in the browser" };
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

async function drawn(bitmap, width, height, type, name) {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, width, height);
  const suffix = type === "image/png" ? "png" : "jpg";
  return new File([await encoded(canvas, type)], `${stem(name)}.${suffix}`, { type });
}

/** A file's name without its last suffix. */
export function stem(name) {
  return name.replace(/\.[^.]*$/, "") || "photo";
}
