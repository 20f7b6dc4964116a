import { Failure } from "./failure.js";

const UTF8 = 0x0800;
const VERSION = 20;

/** Returns a ZIP file as a `Blob` that refers to its files' blobs, `[{name, blob, time}]`. They are
 * stored uncompressed, since PNG and JPEG don't get smaller. Each is read once for its checksum. The
 * total must stay under 4 GiB. Calls `onProgress(count)` with the number of files read. */
export async function zipOf(files, onProgress = () => {}) {
  const [parts, directory] = [[], []];
  let offset = 0;
  for (const [index, { name, blob, time }] of files.entries()) {
    const label = new TextEncoder().encode(name);
    const bytes = await blob.arrayBuffer().catch(() => {
      throw new Failure(`${name}: A result can’t be read`, "Select the photo to process it again.");
    });
    const common = commonFields(crc32(new Uint8Array(bytes)), blob.size, label, time);
    const header = joinedBytes([word(0x04034b50), common, label]);
    parts.push(header, blob);
    const entry = [word(0x02014b50), half(VERSION), common, new Uint8Array(10), word(offset), label];
    directory.push(joinedBytes(entry));
    offset += header.length + blob.size;
    onProgress(index + 1);
  }
  const size = directory.reduce((sum, each) => sum + each.length, 0);
  const count = half(files.length);
  const end = joinedBytes([word(0x06054b50), word(0), count, count, word(size), word(offset), half(0)]);
  return new Blob([...parts, ...directory, end], { type: "application/zip" });
}

/** Returns the fields that a file's own header and its directory entry have in common. */
function commonFields(checksum, size, label, time) {
  const clock = (time.getHours() << 11) | (time.getMinutes() << 5) | (time.getSeconds() >> 1);
  const day = ((time.getFullYear() - 1980) << 9) | ((time.getMonth() + 1) << 5) | time.getDate();
  return joinedBytes([
    ...[half(VERSION), half(UTF8), half(0), half(clock), half(day)],
    ...[word(checksum), word(size), word(size), half(label.length), half(0)],
  ]);
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** Returns the CRC-32 of bytes, as ZIP and PNG use it. */
export function crc32(bytes) {
  let value = 0xffffffff;
  for (let index = 0; index < bytes.length; index++) {
    value = TABLE[(value ^ bytes[index]) & 255] ^ (value >>> 8);
  }
  return (value ^ 0xffffffff) >>> 0;
}

function half(value) {
  return new Uint8Array([value & 255, (value >>> 8) & 255]);
}

function word(value) {
  return joinedBytes([half(value & 0xffff), half(value >>> 16)]);
}

function joinedBytes(parts) {
  const all = new Uint8Array(parts.reduce((sum, each) => sum + each.length, 0));
  let at = 0;
  for (const each of parts) {
    all.set(each, at);
    at += each.length;
  }
  return all;
}
