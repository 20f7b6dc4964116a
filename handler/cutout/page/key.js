import { byId } from "./dom.js";
import { Failure } from "./failure.js";

const NAME = "cutout.key";

/** Handles the field for the API key, which is stored for this tab only. Calls `onEnter()` when it is
 * submitted. */
export function watchKey(onEnter) {
  const field = byId("key");
  field.value = remembered();
  byId("access").hidden = document.body.dataset.keys !== "on";
  field.addEventListener("input", () => remember(field.value.trim()));
  byId("access").addEventListener("submit", (event) => {
    event.preventDefault();
    onEnter();
  });
}

/** Returns the key in the field, which may be empty. Throws a `Failure` if it has characters that no
 * key has. */
export function currentKey() {
  const key = byId("key").value.trim();
  if (/[^\x21-\x7e]/.test(key)) {
    const text = "A key consists of letters, digits and punctuation, without spaces.";
    throw new Failure("This isn’t a valid API key", text, { wantsKey: true });
  }
  return key;
}

/** Shows the field, which may be hidden, and moves the focus to it. */
export function askForKey() {
  byId("access").hidden = false;
  byId("key").focus();
}

function remembered() {
  try {
    return sessionStorage.getItem(NAME) ?? "";
  } catch {
    return ""; // browsers may block it; then only the field has the key
  }
}

function remember(key) {
  try {
    sessionStorage.setItem(NAME, key);
  } catch {
    // see `remembered`
  }
}
