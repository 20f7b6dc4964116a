import { fetchFile } from "./address.js";
import { Album } from "./album.js";
import { saveAll } from "./archive.js";
import { Autosave } from "./autosave.js";
import { Checking } from "./checking.js";
import { askedOf, isSame, showChoices } from "./choices.js";
import { Connection } from "./connection.js";
import { byId, chosen } from "./dom.js";
import { Failure } from "./failure.js";
import { watchFocus } from "./focus.js";
import { watchFiles } from "./intake.js";
import { askForKey, watchKey } from "./key.js";
import { Mender } from "./mender.js";
import { hideNotice, showLeftOut, showNotice, watchNotice } from "./notice.js";
import { watchPanel } from "./panel.js";
import { Photo } from "./photo.js";
import { PhotoView } from "./photoview.js";
import { objection } from "./picture.js";
import { wordsOf } from "./progress.js";
import { Queue } from "./queue.js";
import { Saver } from "./saver.js";
import { Scene } from "./scene.js";
import { enter, say, showProgress } from "./status.js";
import { storageNotices } from "./storagenotices.js";
import { Strip } from "./strip.js";
import { showTally } from "./tally.js";
import { Thumbs } from "./thumbs.js";
import { View } from "./view.js";
import { showDivider, watchViewing } from "./viewing.js";

const { side, megabytes, atOnce } = document.body.dataset;
const limits = { side: Number(side), bytes: Number(megabytes) * 2 ** 20, atOnce: Number(atOnce) };
const album = new Album();
const scene = new Scene();
const view = new View(byId("view"), showDivider);
const saver = new Saver(report);
const progress = (photo) => wordsOf(photo, queue);
const isFinishing = (photo) => mender.isFinishing(photo);
const photoView = new PhotoView({ album, view, scene, saver, limits, progress, isFinishing, onUnreadable });
const autosave = new Autosave(album, { ...storageNotices, onTaken: yieldPhotos });
const strip = new Strip(album, { onSelect: select, onRemove: remove });
const checking = new Checking(album, { onSelect: select, onFine: accept });
const thumbs = new Thumbs((photo) => {
  if (album.photos.includes(photo)) autosave.update(photo).catch(report);
  strip.refresh(photo);
}, report);
const resume = () => queue.resume();
const connection = new Connection(reconnect);
const mender = new Mender({ album, view, photoView, autosave, limits, refresh, resume, connection, report });
let packing = null; // progress of the ZIP in the making
const queue = new Queue(album, limits, connection, { onChange: follow, onEnd: settle, onError: report });

/** Shows an error and keeps the page running; logs it unless it is a `Failure`. */
function report(error) {
  if (error instanceof Failure) return showNotice(error.title, [error.message]);
  console.error(error);
  return showNotice("Something went wrong on this page", [String(error)]);
}

/** Updates the whole page. */
function update() {
  strip.update();
  showCounts();
  byId("scope").hidden = album.photos.length < 2;
  const isMendable = album.modeOf(album.selected) !== "fg-mask" && album.selected?.source;
  for (const id of ["mend", "mend-blank"]) byId(id).hidden = !isMendable;
  photoView.update().catch(report);
}

/** Shows how many photos have each status, and what to check. */
function showCounts() {
  showTally(album, queue.isPaused, packing, autosave.keeps(album.selected));
  checking.show();
}

/** Updates the page, and has the queue make the results that are wanted now. */
function refresh() {
  queue.retarget();
  update();
}

/** Adds photos, given as files or by their `URL`, and starts processing them. */
async function open(sources) {
  hideNotice();
  showProgress("Reading the photos");
  enter("busy", false);
  const seen = sources.filter(({ name }) => !name?.startsWith("."));
  const [taken, leftOut, { photos }] = [[], [], album];
  let isFirst = true;
  for (const source of seen) {
    const file = source instanceof URL ? await fetchFile(source) : source;
    const reason = file && (await objection(file));
    if (photos !== album.photos) return update(); // all were removed meanwhile
    if (reason) {
      leftOut.push({ name: file.name, reason });
      continue;
    }
    const photo = new Photo(autosave.nextId(), file, file ? null : source.href);
    taken.push(photo);
    album.photos.push(photo);
    autosave.add(photo).catch(report); // before it is sent, since the page may be reloaded at any time
    if (isFirst) select(photo);
    if (isFirst) byId("name").focus({ preventScroll: true });
    isFirst = false;
  }
  if (leftOut.length) showLeftOut(leftOut);
  else if (!taken.length) showNotice("There is no photo in this folder");
  update();
  queue.resume();
  thumbs.add(taken).catch(report);
}

function select(photo) {
  mender.drop();
  album.selected = photo;
  showChoices(album.choicesOf(photo));
  document.querySelector(`[name="scope"][value="${photo?.own ? "one" : "all"}"]`).checked = true;
  strip.follow();
  update();
  queue.go();
}

/** Shows a photo's progress. */
function follow(photo) {
  strip.refresh(photo);
  if (photo !== album.selected) return;
  if (document.body.dataset.state !== "busy") photoView.update().catch(report);
  photoView.showProgress();
  const { said } = progress(photo);
  if (said && byId("said").textContent !== said) say(said);
}

/** Handles the end of a photo's work, successful or not. */
async function settle(photo, mode) {
  if (!album.photos.includes(photo)) return;
  if (photo.failure) fail(photo);
  if (photo.made.has(mode)) await autosave.addResult(photo, mode);
  if (album.photos.includes(photo)) await autosave.update(photo);
  strip.refresh(photo);
  showCounts();
  if (photo !== album.selected) return;
  if (photo === album.mending) return void (await mender.proceed(photo));
  await photoView.update();
  const seconds = album.resultOf(photo)?.seconds.toFixed(1);
  if (album.statusOf(photo) === "done") say([`Done in ${seconds} s.`, ...checking.sentences].join(" "));
  if (album.statusOf(photo) === "blank") say("No subject found.");
}

function fail(photo) {
  const error = photo.failure;
  if (error.wantsKey && photo === album.selected) askForKey();
  if (error instanceof Failure) return;
  console.error(error); // a bug in this page
  photo.failure = new Failure("Something went wrong on this page", String(error));
}

/** Stops all work, since the page goes on in another tab. */
function yieldPhotos() {
  queue.pause();
  mender.cancelAll();
  update();
  storageNotices.onTaken();
}

function retry(photos) {
  for (const photo of photos) photo.failure = null;
  goOn();
}

/** Continues the queue and the mending that the server has not finished. */
function goOn() {
  queue.resume();
  mender.finishAll().catch(report);
  update();
}

/** Continues what a lost connection has stopped. */
function reconnect() {
  queue.reconnect();
  mender.finishAll().catch(report);
  update();
}

/** Marks a photo as failed if its result can't be decoded, so that the user can try again. */
function onUnreadable(photo) {
  photo.made.delete(album.modeOf(photo));
  photo.failure = new Failure("The result can’t be read", "Try again, and the server will process the photo again.");
  strip.refresh(photo);
  showCounts();
}

/** Marks a doubtful result as checked by the user. */
function accept(photo) {
  photo.isChecked = true;
  autosave.update(photo).catch(report);
  update();
}

function remove(photo) {
  queue.drop(photo);
  mender.cancel(photo);
  album.remove(photo);
  autosave.forget(photo).catch(report);
  select(album.selected);
}

async function removeAll() {
  const count = album.photos.length;
  const question = `Remove all ${count} photos and their results from this device?`;
  if (count > 1 && !window.confirm(question)) return;
  queue.pause();
  mender.cancelAll();
  thumbs.forget();
  Object.assign(album, new Album());
  scene.forget();
  hideNotice();
  select(null);
  await autosave.clear();
}

function choose(choices) {
  const photo = album.selected;
  mender.drop();
  const isAnother = !isSame(askedOf(choices), album.askedOf(photo));
  if (chosen("scope") === "one") photo.own = choices;
  else album.shared = choices;
  if (isAnother && photo.failure) retry([photo]);
  autosave.choices().catch(report);
  autosave.update(photo).catch(report);
  refresh();
}

watchFiles((files) => open(files).catch(report), (text) => showNotice("No photo", [text]));
watchNotice();
watchFocus();
watchViewing(view, mender.tool);
watchKey(() => retry(album.photos.filter((photo) => photo.failure?.wantsKey)));
watchPanel(scene, {
  current: () => album.choicesOf(album.selected),
  onChange: choose,
  onScene: async (file) => {
    if (await scene.take(file, limits)) {
      autosave.scene(file).catch(report);
      update();
    } else say(`This browser can’t open “${file.name}”. Use a JPEG or PNG.`);
  },
});
byId("scope").addEventListener("change", () => {
  const photo = album.selected;
  mender.drop();
  photo.own = chosen("scope") === "one" ? { ...album.shared } : null;
  showChoices(album.choicesOf(photo));
  autosave.update(photo).catch(report);
  refresh();
});
byId("retry").addEventListener("click", () => retry([album.selected]));
byId("retry-all").addEventListener("click", () => retry(album.photos.filter((each) => each.failure)));
byId("cancel").addEventListener("click", () => {
  if (album.mending) return mender.leave().catch(report);
  queue.cancel(album.selected);
  return update();
});
for (const id of ["mend", "mend-blank"]) byId(id).addEventListener("click", () => mender.start().catch(report));
byId("drop-photo").addEventListener("click", () => remove(album.selected));
byId("stop").addEventListener("click", () => {
  if (queue.isPaused) return goOn();
  queue.pause();
  return update();
});
byId("clear").addEventListener("click", () => removeAll().catch(report));
const showPacking = (text) => {
  packing = text;
  showCounts();
};
byId("zip").addEventListener("click", () =>
  saveAll(album, { scene, side: limits.side }, showPacking)
    .then((count) => say(`${count} pictures saved.`))
    .catch(report)
    .finally(() => showPacking(null)),
);
byId("copy").hidden = !navigator.clipboard;
byId("copy").addEventListener("click", async () => {
  await navigator.clipboard.writeText(byId("command-text").textContent);
  say("Copied.");
});
setInterval(() => {
  if (album.selected?.phase === "work") photoView.showProgress();
}, 1000);

window.addEventListener("beforeunload", (event) => {
  if (autosave.isAdding) event.preventDefault(); // asks, since a photo would be missing afterwards
});

autosave.restore().then(async (kept) => {
  if (kept) await scene.take(kept, limits);
  if (album.photos.length && !album.selected) select(album.photos[0]);
  thumbs.add(album.photos.filter((photo) => !photo.thumb)).catch(report);
  await autosave.tidy();
  reconnect();
}).catch(report);
