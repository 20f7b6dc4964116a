const STARTS = [
  [/^\xff\xd8\xff/, "image/jpeg"],
  [/^\x89PNG/, "image/png"],
  [/^RIFF.{4}WEBP/s, "image/webp"],
];
const [EXTENDED, HAS_EXIF] = ["VP8X", 8]; // RFC 9649: a WebP's extended header, and its flag
const ORIENTATION = 0x0112; // EXIF tag
const HEADER_BYTES = 1 << 18; // a JPEG may have a thumbnail and a profile before its size

/** Returns the first 12 bytes of a file as a string, one character for each byte. */
export async function startOf(file) {
  return textAt(new DataView(await file.slice(0, 12).arrayBuffer()), 0, 12);
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
  const chunk = textAt(view, 12, 4);
  if (chunk === EXTENDED) {
    return [1 + (view.getUint32(24, true) & 0xffffff), 1 + (view.getUint32(26, true) >>> 8)];
  }
  if (chunk === "VP8L") {
    const bits = view.getUint32(21, true);
    return [1 + (bits & 0x3fff), 1 + ((bits >>> 14) & 0x3fff)];
  }
  if (chunk !== "VP8 ") return null;
  return [view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff];
}

/** Returns the EXIF orientation, 1 to 8, of a WebP; 1 for other files. The service turns WebPs by it, but
 * browsers don't. */
export async function webpOrientation(file) {
  const head = new DataView(await file.slice(0, 21).arrayBuffer());
  const isExtended = typeOf(textAt(head, 0, 12)) === "image/webp" && textAt(head, 12, 4) === EXTENDED;
  if (!isExtended || !(head.getUint8(20) & HAS_EXIF)) return 1;
  const view = new DataView(await file.arrayBuffer());
  for (let at = 12; at + 8 <= view.byteLength; ) {
    const size = view.getUint32(at + 4, true);
    if (textAt(view, at, 4) === "EXIF") return orientationIn(view, at + 8, at + 8 + size);
    at += 8 + size + (size % 2);
  }
  return 1;
}

/** Returns the orientation in EXIF data from `start` to `end`; 1 if there is none. */
function orientationIn(view, start, end) {
  const first = start + (textAt(view, start, 4) === "Exif" ? 6 : 0);
  const isLittle = textAt(view, first, 2) === "II";
  if (first + 8 > end || end > view.byteLength) return 1;
  const table = first + view.getUint32(first + 4, isLittle);
  if (table + 2 > end) return 1;
  const count = view.getUint16(table, isLittle);
  for (let at = table + 2; at + 12 <= end && at < table + 2 + 12 * count; at += 12) {
    if (view.getUint16(at, isLittle) !== ORIENTATION) continue;
    const found = view.getUint16(at + 8, isLittle);
    return found >= 1 && found <= 8 ? found : 1;
  }
  return 1;
}

/** Returns `count` bytes as a string, one character for each byte; fewer at the end of the file. */
function textAt(view, at, count) {
  const end = Math.min(at + count, view.byteLength);
  let text = "";
  for (let each = at; each < end; each++) text += String.fromCharCode(view.getUint8(each));
  return text;
}
