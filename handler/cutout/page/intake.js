import { addressesIn } from "./address.js";
import { byId } from "./dom.js";
import { filesIn } from "./folders.js";

const DROPPED = ["Files", "text/uri-list", "text/plain"];

/** Collects photos that are dropped, pasted, chosen, entered as addresses or taken from the samples.
 * Calls `open(sources)` with each batch of files or `URL`s, or `nothing(text)` with the reason if there
 * are none. */
export function watchFiles(open, nothing) {
  for (const input of document.querySelectorAll("input[data-picks]")) {
    const take = () => {
      const files = [...input.files];
      input.value = ""; // so that the same files can be chosen again
      if (files.length) open(files);
    };
    input.addEventListener("change", take);
    take(); // chosen before this script was there, on a slow connection
  }
  byId("drop").addEventListener("click", (event) => {
    if (!event.target.closest("label, input")) byId("file").click();
  });
  for (const button of document.querySelectorAll("button[data-photo]")) {
    button.addEventListener("click", async () => {
      const samples = button.parentElement;
      samples.inert = true; // it may take seconds, and a second tap would add it again
      const file = await fetchSample(button.dataset.photo).catch(() => null);
      samples.inert = false;
      if (file) open([file]);
      else nothing("The sample can’t be downloaded.");
    });
  }
  document.addEventListener("paste", (event) => {
    const files = [...event.clipboardData.files];
    if (files.length) return open(files);
    if (event.target.closest?.("input")) return undefined;
    const addresses = addressesIn(event.clipboardData.getData("text"));
    if (addresses.length) return open(addresses);
    return nothing("The clipboard doesn’t contain an image or a web address.");
  });
  byId("address-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const addresses = addressesIn(byId("address").value);
    if (!addresses.length) return nothing("This isn’t a web address. It starts with https://.");
    byId("address").value = "";
    return open(addresses);
  });
  watchDrops(open, nothing);
}

/** Handles drops anywhere on the page, and shows that it accepts them. Ignores elements dragged within
 * the page. */
function watchDrops(open, nothing) {
  const sign = byId("dropping");
  let isOwn = false;
  const isTaken = ({ types }) => !isOwn && DROPPED.some((type) => types.includes(type));
  document.addEventListener("dragstart", (event) => (isOwn = !event.defaultPrevented));
  // A removed element fires no `dragend`, but pointers move again after the drag.
  for (const end of ["dragend", "pointermove"]) document.addEventListener(end, () => (isOwn = false));
  document.addEventListener("dragenter", (event) => {
    if (isTaken(event.dataTransfer)) sign.hidden = false;
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) sign.hidden = true; // the pointer left the window
  });
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", async (event) => {
    event.preventDefault();
    sign.hidden = true;
    if (isOwn) return;
    const addresses = addressesOf(event.dataTransfer); // before the first `await`, see `filesIn`
    const files = await filesIn(event.dataTransfer).catch(() => null);
    if (!files) nothing("A file in this folder can’t be read. Drop its photos instead.");
    else if (files.length) open(files);
    else if (addresses.length) open(addresses);
    else nothing("There is no photo in what you dropped. Drop photos, a folder or a web address.");
  });
}

/** Returns the web addresses in dropped data: those of pictures, otherwise that of a link, otherwise those
 * in plain text. If a picture is a link, only the HTML has the picture's own address. */
function addressesOf(data) {
  const html = new DOMParser().parseFromString(data.getData("text/html"), "text/html"); // loads no images
  const pictures = new Set([...html.images].map((image) => image.getAttribute("src") ?? ""));
  const links = data.getData("text/uri-list").replace(/^#.*$/gm, ""); // lines with # are comments
  const lots = [[...pictures], [links], [data.getData("text/plain")]];
  return lots.map((texts) => texts.flatMap(addressesIn)).find((found) => found.length) ?? [];
}

async function fetchSample(address) {
  const name = /([\w-]+\.jpg)/.exec(address)[1];
  const reply = await fetch(address);
  if (!reply.ok) throw new Error(`status ${reply.status}`);
  return new File([await reply.blob()], name, { type: "image/jpeg" });
}
