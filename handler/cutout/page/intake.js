import { addressesIn } from "./address.js";
import { byId } from "./dom.js";
import { filesIn } from "./folders.js";

/** Photos that are dropped, pasted, picked, named by their address, or among the samples: each lot goes
 * to `open(sources)`, files or `URL`s; `nothing(text)` says why there is none. */
export function watchFiles(open, nothing) {
  for (const input of document.querySelectorAll("input[data-picks]")) {
    input.addEventListener("change", () => {
      const files = [...input.files];
      input.value = ""; // so that the same ones can be chosen again
      if (files.length) open(files);
    });
  }
  byId("drop").addEventListener("click", (event) => {
    if (!event.target.closest("label, input")) byId("file").click();
  });
  for (const button of document.querySelectorAll("button[data-photo]")) {
    button.addEventListener("click", () =>
      fetchSample(button.dataset.photo).then(
        (file) => open([file]),
        () => nothing("The sample can’t be downloaded."),
      ),
    );
  }
  document.addEventListener("paste", (event) => {
    const files = [...event.clipboardData.files];
    if (files.length) return open(files);
    if (event.target.closest?.("input")) return undefined;
    const addresses = addressesIn(event.clipboardData.getData("text"));
    if (addresses.length) return open(addresses);
    return nothing("The clipboard doesn’t contain an image or an address of one.");
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

/** Anywhere on the page, which shows that it takes them. */
function watchDrops(open, nothing) {
  const sign = byId("dropping");
  const hasFiles = (event) => event.dataTransfer.types.includes("Files");
  document.addEventListener("dragenter", (event) => {
    if (hasFiles(event)) sign.hidden = false;
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) sign.hidden = true; // it left the window
  });
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", async (event) => {
    event.preventDefault();
    sign.hidden = true;
    const files = await filesIn(event.dataTransfer);
    if (files.length) open(files);
    else nothing("There is no file in what you dropped. Drop photos or a folder.");
  });
}

async function fetchSample(address) {
  const name = /([\w-]+\.jpg)/.exec(address)[1];
  const reply = await fetch(address);
  return new File([await reply.blob()], name, { type: "image/jpeg" });
}
