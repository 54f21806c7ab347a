// Copies where pages have a clipboard (https and this machine) and where they have
// none (plain http from another machine).

/**
 * Puts text on the clipboard.
 * @param {string} text
 * @returns {Promise<boolean>} whether the browser reports success
 */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copySelection(text);
  }
}

/** Copies by a selection, without the clipboard API. @param {string} text */
function copySelection(text) {
  const focused = /** @type {HTMLElement|null} */ (document.activeElement);
  const field = document.createElement('textarea');
  field.value = text;
  field.className = 'sr';
  field.readOnly = true; // so that no keyboard opens
  field.setAttribute('aria-hidden', 'true');
  // Elements outside of an open dialog cannot be selected.
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
