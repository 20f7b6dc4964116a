const ENDINGS = { "fg-image": "cut-out", "fg-image-shadow": "shadow", "fg-mask": "mask" };

/** A file's name without its last suffix. */
export function stem(name) {
  return name.replace(/\.[^.]*$/, "") || "photo";
}

/** What a result's file is called. */
export function resultName(name, { mode, format }) {
  return `${stem(name)}-${ENDINGS[mode]}.${format}`;
}

/** Gives each name once: a second `a.png` is `a (2).png`. Some systems don't tell `A` from `a`. */
export class Names {
  #taken = new Set();

  unique(name) {
    let found = name;
    for (let count = 2; this.#taken.has(found.toLowerCase()); count++) {
      found = name.replace(/(\.[^.]*)?$/, ` (${count})$1`);
    }
    this.#taken.add(found.toLowerCase());
    return found;
  }
}
