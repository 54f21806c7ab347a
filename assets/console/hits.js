// Finds a word in a text, whatever the width and case of its letters. Pure.

/** A text normalized for comparison. @param {string} text */
export const plain = (text) => text.normalize('NFKC').toLowerCase();

/**
 * Every position of a word, as [from, to) in code points of the text; they do not overlap.
 * @param {string} text @param {string} word
 * @returns {number[][]}
 */
export function placesOf(text, word) {
  const needle = plain(word).trim();
  if (!needle) return [];
  let folded = '';
  /** @type {number[]} the code point that each unit of the folded text comes from */ const from = [];
  let i = 0;
  for (const point of text) {
    const as = plain(point);
    folded += as;
    for (let n = 0; n < as.length; n++) from.push(i);
    i++;
  }
  /** @type {number[][]} */ const places = [];
  for (let at = folded.indexOf(needle); at >= 0; at = folded.indexOf(needle, at + needle.length)) places.push([from[at], from[at + needle.length - 1] + 1]);
  return places;
}

/** @param {string} text @param {readonly string[]} words */
export const placesOfAny = (text, words) => words.flatMap((word) => placesOf(text, word));

/** The lines of a field as words: trimmed, without duplicates. @param {string} text */
export const linesOf = (text) => [...new Set(text.split('\n').map((line) => line.trim()).filter(Boolean))];
