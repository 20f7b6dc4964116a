import { byId } from "./dom.js";

const notices = new Map(); // topic → [title, texts], the newest last

/** Shows a notice with one line for each text until it is closed. It replaces the one on its topic and
 * stands above the others, since the files left out must not disappear when the device is full. */
export function showNotice(title, texts = [], topic = "message") {
  if (`${notices.get(topic)}` === `${[title, texts]}`) return; // would be announced again
  notices.delete(topic);
  notices.set(topic, [title, texts]);
  drawNotices();
}

function drawNotices() {
  byId("notice-texts").replaceChildren(...[...notices.values()].reverse().flatMap(headedList));
  byId("notice").hidden = notices.size === 0;
  for (const list of byId("notice-texts").querySelectorAll("ul")) {
    if (list.scrollHeight > list.clientHeight) list.tabIndex = 0; // scrolls by keyboard, also in Safari
  }
}

/** Returns a notice's heading and list. */
function headedList([title, texts]) {
  const element = (name, textContent) => Object.assign(document.createElement(name), { textContent });
  const list = element("ul", "");
  list.append(...texts.map((text) => element("li", text)));
  return [element("h2", title), list];
}

/** Shows which files are left out, and why. */
export function showLeftOut(files) {
  const title = files.length === 1 ? "1 file left out" : `${files.length} files left out`;
  showNotice(title, files.map(({ name, reason }) => `${name}: ${reason}`), "files");
}

export function watchNotice() {
  byId("notice-close").addEventListener("click", () => hideNotice());
}

/** Hides the notice on one topic, or all of them. */
export function hideNotice(topic = null) {
  if (topic === null) notices.clear();
  else notices.delete(topic);
  drawNotices();
}
