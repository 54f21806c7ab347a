// Makes an address that people read from afar as large as its line allows.

/** Tells the stylesheet how many letters an element has. @param {HTMLElement} element */
export function countLetters(element) {
  element.style.setProperty('--letters', String(Math.max(1, (element.textContent ?? '').length)));
}
