// Writes into a text field as the keyboard would: at the cursor, and at the
// end of a field that has no focus. Chromium before 150 reports the cursor of such a
// field at the beginning, so that tapped text would come out in reverse.

/** @param {HTMLInputElement|HTMLTextAreaElement} field @param {string} text */
export function insertText(field, text) {
  const { value, selectionStart, selectionEnd } = field;
  if (field.ownerDocument.activeElement === field) field.setRangeText(text, selectionStart ?? value.length, selectionEnd ?? value.length, 'end');
  else field.value += text; // a selection would focus the field in WebKit and open the keyboard
  field.dispatchEvent(new Event('input', { bubbles: true }));
}
