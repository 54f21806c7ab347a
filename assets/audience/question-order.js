// The order of questions on a phone, as on the server. Pure.

/** @typedef {import('./question-row.js').Question} Question */

/**
 * The ids in order: answered questions come last.
 * @param {Iterable<Question>} questions @param {string} sort votes or new
 */
export function inOrder(questions, sort) {
  const newest = sort === 'new';
  return [...questions].sort((a, b) => Number(Boolean(a.answered)) - Number(Boolean(b.answered))
    || (newest ? 0 : b.votes - a.votes) || (newest ? -1 : 1) * (a.id < b.id ? -1 : 1)).map(({ id }) => id);
}
