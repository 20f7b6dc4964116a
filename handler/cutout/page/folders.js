/** All files of what is dropped, those in folders and their folders as well, by name. */
export async function filesIn({ items, files }) {
  // Both must be read before the first `await`: a drop's data is gone after its event.
  const [entries, plain] = [[...items].map((item) => item.webkitGetAsEntry?.()), [...files]];
  if (!entries.some((entry) => entry?.isDirectory)) return plain;
  const found = [];
  for (const entry of entries) if (entry) await collect(entry, found);
  return found;
}

async function collect(entry, found) {
  if (entry.isFile) {
    found.push(await new Promise((resolve, reject) => entry.file(resolve, reject)));
    return;
  }
  const reader = entry.createReader();
  const entries = [];
  for (let lot = await read(reader); lot.length; lot = await read(reader)) entries.push(...lot);
  entries.sort((one, other) => one.name.localeCompare(other.name, undefined, { numeric: true }));
  for (const each of entries) await collect(each, found);
}

/** Up to a hundred entries at a time; none at the end. */
function read(reader) {
  return new Promise((resolve, reject) => reader.readEntries(resolve, reject));
}
