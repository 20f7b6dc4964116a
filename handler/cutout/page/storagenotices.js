import { showNotice } from "./notice.js";

/** Shows a notice on what is kept on this device, in place of the last one. */
function showStorage(title, ...texts) {
  showNotice(title, texts, "storage");
}

/** Says what `Autosave` reports: photos that are not kept on this device. */
export const storageNotices = {
  onFull: () =>
    showStorage("This device has no space left", "The photos work, but won’t be here after a reload."),
  onFailed: (error) => {
    console.error(error);
    const text = "The photos work, but some of them or their results won’t be here after a reload.";
    showStorage("The browser could not store everything", text, String(error));
  },
  onBlocked: () =>
    showStorage(
      "An older version of this page is open in another tab",
      "Close that tab and reload this one. Until then, no photo is kept here.",
    ),
  onTaken: () =>
    showStorage(
      "This page was opened in another tab",
      "It goes on there, with the photos that are done or waiting here. Reload this tab to go on here.",
    ),
  onLost: (isNewer) =>
    showStorage(
      "Photos are no longer kept on this device",
      isNewer
        ? "A newer version of this page is open in another tab. Reload this tab to keep photos."
        : "The browser has closed or cleared its storage. Save your results, then reload this page.",
    ),
};
