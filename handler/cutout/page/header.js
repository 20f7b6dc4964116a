const STARTS = [
  [/^\xff\xd8\xff/, "image/jpeg"],
  [/^\x89PNG/, "image/png"],
  [/^RIFF.{4}WEBP/s, "image/webp"],
];
const HEADER_BYTES = 1 << 18; // a JPEG may have a thumbnail and a profile before its size

/** Returns the first 12 bytes of a file as a string, one character for each byte. */
export async function startOf(file) {
  return String.fromCharCode(...new Uint8Array(await file.slice(0, 12).arrayBuffer()));
}

/** Returns the media type of a file by its first bytes; null if the service doesn't read it. */
export function typeOf(start) {
  return STARTS.find(([signature]) => signature.test(start))?.[1] ?? null;
}

/** Returns whether a request must ask the service to accept WebP: for a WebP file, and for an address
 * (a `URL`), which may lead to one. */
export function needsWebp(picture) {
  return picture instanceof URL || picture.type === "image/webp";
}

/** Returns `[width, height]` in pixels from the header of a JPEG, PNG or WebP; null if they can't be
 * found. */
export async function sizeInHeader(file) {
  const view = new DataView(await file.slice(0, HEADER_BYTES).arrayBuffer());
  if (view.byteLength < 30) return null;
  if (file.type === "image/png") return [view.getUint32(16), view.getUint32(20)];
  return file.type === "image/webp" ? webpSize(view) : jpegSize(view);
}

function jpegSize(view) {
  for (let at = 2; at + 9 < view.byteLength && view.getUint8(at) === 0xff; ) {
    const marker = view.getUint8(at + 1);
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return [view.getUint16(at + 7), view.getUint16(at + 5)];
    at += 2 + view.getUint16(at + 2);
  }
  return null;
}

/** Returns the size from a WebP's first chunk (RFC 9649), which is extended, lossless or lossy; null
 * otherwise. */
function webpSize(view) {
  const chunk = String.fromCharCode(...[12, 13, 14, 15].map((at) => view.getUint8(at)));
  if (chunk === "VP8X") {
    return [1 + (view.getUint32(24, true) & 0xffffff), 1 + (view.getUint32(26, true) >>> 8)];
  }
  if (chunk === "VP8L") {
    const bits = view.getUint32(21, true);
    return [1 + (bits & 0x3fff), 1 + ((bits >>> 14) & 0x3fff)];
  }
  if (chunk !== "VP8 ") return null;
  return [view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff];
}
