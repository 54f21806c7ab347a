// The messages for the server's answers to a moderator's acts.

import { ApiError } from '../shared/api.js';
import { labelled } from './labels.js';

/**
 * Why an act failed, in words.
 * @param {unknown} fault @param {import('./store.js').Store['words']} words
 */
export function faultText(fault, words) {
  const { t, has } = words;
  if (!(fault instanceof ApiError)) return t('fault_other', { who: '' });
  if (fault.code === 'bad_frame') return fault.message;
  const key = fault.code === 'changed' && fault.by ? 'fault_changed_by' : `fault_${fault.code}`;
  return t(has(key) ? key : 'fault_other', { who: labelled(fault.by, words) });
}

/**
 * Reports results that differ from the intent.
 * @param {import('./tally.js').Result} result of one decision @param {import('./store.js').Store} store @param {(fault: unknown) => void} trouble
 */
export function showOutcome({ code, fault, again, by }, store, trouble) {
  if (code || fault) trouble(fault ?? new ApiError(409, code ?? '', ''));
  // Another moderator was first: that decision remains, and a notice says so.
  else if (again && by && by !== store.me) store.notice({ text: store.words.t('was_first', { who: labelled(by, store.words) }), glyph: 'person' });
}
