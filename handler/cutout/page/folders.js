/** Returns all dropped files, including those in folders and their subfolders; a folder's entries are
 * sorted by name. */
export async function filesIn({ items, files }) {
  // Read both before the first `await`: a drop's data is gone after its event.
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

/** Returns the next entries of a folder, up to a hundred at a time; an empty list at the end. */
function read(reader) {
  return new Promise((resolve, reject) => reader.readEntries(resolve, reject));
}
