/** Returns the element with this id, which the page must contain. */
export function byId(id) {
  return document.getElementById(id);
}

/** Returns the value of the selected radio button in a group. */
export function chosen(name) {
  return document.querySelector(`input[name="${name}"]:checked`).value;
}
