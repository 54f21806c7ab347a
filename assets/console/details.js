// Why the filter stopped a text: the server sends a code, and the page has the sentence in its
// language.

/** Reasons where the word is only partly in the text, so that the word explains too little. */
const BEYOND = ['name', 'several', 'together'];

/** Whether the rule alone explains too little. @param {{reason?: string, rule?: string}} item */
export const reachesBeyond = ({ reason = '', rule = '' }) => BEYOND.includes(reason) || rule === 'second_opinion';

/**
 * @param {import('../shared/i18n.js').Words} words
 * @param {{reason?: string, form?: string, detail?: string}} item `form` is the decoding in which the text was read
 * @returns {string[]} the parts to show; unknown codes as the server sent them
 */
export function explain({ t, has }, { reason = '', form = '', detail = '' }) {
  if (!reason || !has(`detail_${reason}`)) return detail ? [detail] : [];
  return [t(`detail_${reason}`), ...(form && has(`detail_${form}`) ? [t(`detail_${form}`)] : [])];
}
