import { Failure } from "./failure.js";
import { Names, resultName } from "./names.js";
import { fileOf, save } from "./saving.js";
import { zipOf } from "./zip.js";

const MOST = 2e9; // maximum bytes of a ZIP: some programs can't open larger ones

/** Saves all results as shown, in one ZIP, or in several if one would exceed `MOST` bytes. `scene` and
 * `side` are as for `fileOf`. Calls `onProgress(text)` at once, and before each result. Returns the number
 * of results. */
export async function saveAll(album, { scene, side }, onProgress) {
  onProgress("Packing");
  const done = shownIn(album); // before the first `await`: choices may change while packing
  const bitmap = await scene.copied(); // so may the background
  try {
    await pack(done, { scene: { bitmap }, side }, onProgress);
  } finally {
    bitmap?.close();
  }
  return done.length;
}

async function pack(done, terms, onProgress) {
  const names = new Names();
  const lots = [[]];
  let size = 0;
  for (const [index, { name, choices, made }] of done.entries()) {
    onProgress(`Packing ${index + 1} of ${done.length}`);
    const blob = await fileOf(made, choices, terms).catch((error) => {
      if (!(error instanceof Failure)) throw error;
      throw new Failure(`${name}: ${error.title}`, error.message);
    });
    if (size + blob.size > MOST) {
      lots.push([]);
      size = 0;
    }
    size += blob.size;
    lots.at(-1).push({ name: names.unique(resultName(name, choices)), blob, time: new Date() });
  }
  for (const [index, lot] of lots.entries()) {
    save(await zipOf(lot), lots.length > 1 ? `cutouts-${index + 1}.zip` : "cutouts.zip");
  }
}

/** Returns the name, choices and result of each photo that is done. */
function shownIn(album) {
  const done = album.photos.filter((photo) => album.statusOf(photo) === "done");
  return done.map((photo) => {
    const choices = { ...album.choicesOf(photo) };
    return { name: photo.name, choices, made: album.resultOf(photo) };
  });
}
