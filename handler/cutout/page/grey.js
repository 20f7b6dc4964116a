import { VISIBLE } from "./frame.js";
import { crc32 } from "./zip.js";

const HEAD = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const GREY = [8, 0, 0, 0, 0]; // bit depth 8, grey, then the only compression, filter set and order that suit
const UP = 2; // filter type: difference from the row above, mostly 0 in a mask
const STRIPE = 256; // rows read at a time, to save memory

/** Encodes a picture's alpha as a grey PNG: `{png, isBlank}`, where `isBlank` says whether the API
 * would find no object in it. The browser's own encoder would write three colours, and more bytes. */
export async function alphaPng(picture) {
  const { width, height } = picture;
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(picture, 0, 0);
  const stream = new CompressionStream("deflate");
  const packed = new Response(stream.readable).arrayBuffer();
  const writer = stream.writable.getWriter();
  let above = new Uint8Array(width);
  let isBlank = true;
  for (let top = 0; top < height; top += STRIPE) {
    const rows = Math.min(STRIPE, height - top);
    const { data } = context.getImageData(0, top, width, rows);
    const filtered = new Uint8Array(rows * (width + 1));
    for (let row = 0, at = 3; row < rows; row++) {
      const start = row * (width + 1);
      filtered[start] = UP;
      const values = new Uint8Array(width);
      for (let x = 0; x < width; x++, at += 4) {
        values[x] = data[at];
        if (data[at] >= VISIBLE) isBlank = false;
        filtered[start + 1 + x] = values[x] - above[x];
      }
      above = values;
    }
    await writer.write(filtered);
  }
  await writer.close();
  const size = new Uint8Array([...bigEndian(width), ...bigEndian(height), ...GREY]);
  const parts = [pngPart("IHDR", size), pngPart("IDAT", new Uint8Array(await packed))];
  const all = [new Uint8Array(HEAD), ...parts, pngPart("IEND", new Uint8Array())];
  return { png: new Blob(all, { type: "image/png" }), isBlank };
}

/** Returns one chunk of a PNG: its length, name, data and checksum. */
function pngPart(name, data) {
  const part = new Uint8Array(12 + data.length);
  part.set(bigEndian(data.length));
  part.set(new TextEncoder().encode(name), 4);
  part.set(data, 8);
  part.set(bigEndian(crc32(part.subarray(4, -4))), 8 + data.length);
  return part;
}

function bigEndian(value) {
  return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
}
