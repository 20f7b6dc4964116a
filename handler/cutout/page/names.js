const REFUSED = /[\\/:*?"<>|\p{Cc}]/gu; // by Windows, which can't unpack such a file
const STEM_BYTES = 235; // bytes; file systems have 255 for a name with its ending and number
const ENDINGS = { "fg-image": "cut-out", "fg-image-shadow": "shadow", "fg-mask": "mask" };

/** Returns a file's name without its last suffix. */
export function stem(name) {
  return name.replace(/\.[^.]*$/, "") || "photo";
}

/** Returns the file name of a photo's result, which every file system accepts. */
export function resultName(name, { mode, format }) {
  const bytes = new TextEncoder().encode(stem(name).replace(REFUSED, "_")).slice(0, STEM_BYTES);
  const kept = new TextDecoder().decode(bytes).replace(/\ufffd$/, ""); // a character cut in two
  return `${kept}-${ENDINGS[mode]}.${format}`;
}

/** Makes names unique: a second `a.png` becomes `a (2).png`. Case is ignored, and how accents are written,
 * as in some file systems. */
export class Names {
  #taken = new Set();

  unique(name) {
    let found = name;
    for (let count = 2; this.#taken.has(keyOf(found)); count++) {
      found = name.replace(/(\.[^.]*)?$/, ` (${count})$1`);
    }
    this.#taken.add(keyOf(found));
    return found;
  }
}

/** Returns what names have in common that some file systems can't tell apart. */
function keyOf(name) {
  return name.normalize().toLowerCase();
}
