// Why the filter stopped a text: it says so in English, the console in the
// language of the page.

/** Every sentence of the checks, and the key of its words. */
const DETAILS = /** @type {Record<string, string>} */ ({
  'the word as written': 'detail_written',
  'the word, taken apart or with other signs': 'detail_apart',
  'sounds like the word': 'detail_sound',
  'spelled over several comments': 'detail_several',
  'the name and the text together': 'detail_name',
  'written so that it can be read in too many ways': 'detail_ways',
  'a number like that of a phone or an account': 'detail_number',
  'a number, spelled in words': 'detail_spelled',
  'an address, and this room shows none': 'detail_address',
  'nothing of it can be seen': 'detail_unseen',
  'a direction override turns the text around': 'detail_direction',
  'too many marks on one character': 'detail_marks',
  'very wide characters': 'detail_wide',
  'a wall of block characters': 'detail_blocks',
  'one character many times in a row': 'detail_row',
  'a long text in capitals': 'detail_capitals',
  'not UTF-8': 'detail_bytes',
});

/** Where the word is only partly in the text, which explains too little by itself. */
const BEYOND = ['the name and the text together', 'spelled over several comments'];

/** @param {string | undefined} detail */
export const reachesBeyond = (detail) => BEYOND.includes(detail ?? '');

/** In which form the text was read, which follows the sentence. */
const FORMS = /** @type {Record<string, string>} */ ({
  'without markup': 'detail_markup',
  'turned round': 'detail_turned',
  'Korean letters put together': 'detail_jamo',
});

/**
 * @param {import('../shared/i18n.js').Words} words
 * @param {string} detail
 * @returns {string[]} the parts to show; what is not known here as it came
 */
export function explain({ t }, detail) {
  const form = Object.keys(FORMS).find((name) => detail.endsWith(`, ${name}`));
  const sentence = form ? detail.slice(0, -form.length - 2) : detail;
  const known = DETAILS[sentence];
  return [known ? t(known) : sentence, ...(form ? [t(FORMS[form])] : [])];
}
