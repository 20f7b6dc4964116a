import { byId } from "./dom.js";

/** Moves the focus from a control that disappears to the picture, or without photos to the button that
 * chooses them. Browsers drop it, and a screen reader starts at the top of the page again. */
export function watchFocus() {
  let last = null; // element that had the focus when it disappeared, if one did
  document.addEventListener("focusin", ({ target }) => (last = target));
  document.addEventListener("focusout", ({ target }) => {
    if (!isGone(target)) last = null; // the user left it
  });
  const rescue = () => {
    if (last && isGone(last)) byId(byId("desk").hidden ? "file" : "stage").focus({ preventScroll: true });
  };
  const attributeFilter = ["hidden", "inert", "disabled"];
  new MutationObserver(rescue).observe(document.body, { subtree: true, attributeFilter });
}

function isGone(element) {
  return element.getClientRects().length === 0 || element.matches(":disabled, [inert] *");
}
