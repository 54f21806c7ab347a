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
    return oldWay(text);
  }
}

/** By a selection, as before there was an API. @param {string} text */
function oldWay(text) {
  const focused = /** @type {HTMLElement|null} */ (document.activeElement);
  const field = document.createElement('textarea');
  field.value = text;
  field.className = 'sr';
  field.setAttribute('aria-hidden', 'true');
  document.body.append(field);
  field.select();
  const done = document.execCommand('copy');
  field.remove();
  focused?.focus();
  return done;
}
