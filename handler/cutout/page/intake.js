import { byId } from "./dom.js";
import { filesIn } from "./folders.js";

/** Photos that are dropped, pasted, picked, or among the samples: each lot goes to `open(files)`;
 * `nothing(text)` says why there is none. */
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
    if (files.length) open(files);
    else if (!event.target.closest?.("input")) nothing("The clipboard doesn’t contain an image.");
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
