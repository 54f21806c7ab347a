// Writes into a text field as the keyboard would: where the cursor is, and at the
// end of a field that has no focus. Chromium before 150 says of such a field that
// its cursor is at the beginning, so that what is tapped would come out in reverse.

/** @param {HTMLInputElement|HTMLTextAreaElement} field @param {string} text */
export function insertText(field, text) {
  const { value, selectionStart, selectionEnd } = field;
  if (field.ownerDocument.activeElement === field) field.setRangeText(text, selectionStart ?? value.length, selectionEnd ?? value.length, 'end');
  else field.value += text; // a selection would bring the focus in WebKit, and with it the keyboard
  field.dispatchEvent(new Event('input', { bubbles: true }));
}
