import { Names, resultName } from "./names.js";
import { fileOf, save } from "./saving.js";
import { zipOf } from "./zip.js";

const MOST = 2e9; // bytes in one ZIP: some programs don't open larger ones

/** Saves all results as they would be shown in one ZIP, or in several if they are too many for one.
 * `scene` and `side` are as for `fileOf`, and `onProgress(text)` says how far it is. */
export async function saveAll(album, { scene, side }, onProgress) {
  const done = album.photos.filter((photo) => album.statusOf(photo) === "done");
  const names = new Names();
  const lots = [[]];
  let size = 0;
  for (const [index, photo] of done.entries()) {
    onProgress(`Packing ${index + 1} of ${done.length}`);
    const choices = album.choicesOf(photo);
    const blob = await fileOf(album.resultOf(photo), choices, { scene, side });
    if (size + blob.size > MOST) {
      lots.push([]);
      size = 0;
    }
    size += blob.size;
    lots.at(-1).push({ name: names.unique(resultName(photo.name, choices)), blob, time: new Date() });
  }
  for (const [index, lot] of lots.entries()) {
    save(await zipOf(lot), lots.length > 1 ? `cutouts-${index + 1}.zip` : "cutouts.zip");
  }
  return done.length;
}
