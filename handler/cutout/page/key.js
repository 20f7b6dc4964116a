import { byId } from "./dom.js";
import { Failure } from "./failure.js";

const NAME = "cutout.key";

/** The field for the API key, which is kept for this tab alone. */
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

/** The key as it stands in the field; may be empty. */
export function currentKey() {
  const key = byId("key").value.trim();
  if (/[^\x21-\x7e]/.test(key)) {
    const text = "A key has letters, digits and punctuation, without spaces.";
    throw new Failure("This isn’t a valid API key", text, { wantsKey: true });
  }
  return key;
}

/** Leads to the field, which may have been hidden until now. */
export function askForKey() {
  byId("access").hidden = false;
  byId("key").focus();
}

function remembered() {
  try {
    return sessionStorage.getItem(NAME) ?? "";
  } catch {
    return ""; // a browser may forbid it; then the field itself is the memory
  }
}

function remember(key) {
  try {
    sessionStorage.setItem(NAME, key);
  } catch {
    // see above
  }
}
