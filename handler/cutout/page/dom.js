/** The element with this id. There is one, or the page itself is broken. */
export function byId(id) {
  return document.getElementById(id);
}

/** The value of the radio button that is chosen in a group. */
export function chosen(name) {
  return document.querySelector(`input[name="${name}"]:checked`).value;
}
