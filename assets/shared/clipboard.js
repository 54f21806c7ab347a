// Copying where there is a clipboard for pages (https and this machine) and where
// there is none (plain http from another machine).

/**
 * Puts text on the clipboard.
 * @param {string} text
 * @returns {Promise<boolean>} whether the browser says that it is there
 */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copySelection(text);
  }
}

/** By a selection, as before there was an API. @param {string} text */
function copySelection(text) {
  const focused = /** @type {HTMLElement|null} */ (document.activeElement);
  const field = document.createElement('textarea');
  field.value = text;
  field.className = 'sr';
  field.readOnly = true; // no keyboard comes up for it
  field.setAttribute('aria-hidden', 'true');
  // What lies outside of an open dialog cannot be selected.
  (document.querySelector('dialog[open]') ?? document.body).append(field);
  field.focus({ preventScroll: true });
  field.setSelectionRange(0, text.length);
  let put = false;
  /** @param {ClipboardEvent} event */
  const onCopy = (event) => {
    if (!event.clipboardData) return;
    event.clipboardData.setData('text/plain', text);
    event.preventDefault();
    event.stopPropagation();
    put = true;
  };
  document.addEventListener('copy', onCopy, true);
  const done = document.execCommand('copy');
  document.removeEventListener('copy', onCopy, true);
  field.remove();
  focused?.focus({ preventScroll: true });
  return done || put;
}
