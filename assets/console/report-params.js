// The parameters of the page "After the show", independent of the page.

/**
 * @typedef {{text: string, n: number}} Count
 * @typedef {{at: number, offset_ms: number, outside?: boolean, comments: number, people: number, said: string[]}} Peak
 * @typedef {{by: string, role: string, decided: number, taken_down: number, barred: number, shown: number, other: number}} Moderator
 *
 * A report, as in GET …/report.
 * @typedef {object} Report
 * @property {string} room
 * @property {string} title
 * @property {number} from ms
 * @property {number} to
 * @property {number} zero where the recording begins
 * @property {'recording'|'first'|'time'} [zero_is]
 * @property {number} comments
 * @property {number} people
 * @property {number} refused
 * @property {number} removed
 * @property {number} step_ms
 * @property {number[]} curve
 * @property {Peak[]} peaks
 * @property {Count[]} words
 * @property {Count[]} emoji
 * @property {Count[]} reactions
 * @property {Count[]} named
 * @property {Count[]} sources
 * @property {{question: string, options: Count[], people: number}[]} polls
 * @property {{list: string, text: string, name?: string, votes: number, answered?: boolean}[]} questions
 * @property {Moderator[]} moderators
 */

/**
 * The query of a show's report.
 * @param {number} session ms, a moment in it @param {number} zero ms; NaN: the server's choice
 */
export function reportQuery(session, zero) {
  const query = new URLSearchParams({ session: String(session) });
  if (!Number.isNaN(zero)) query.set('zero', String(zero));
  return query;
}
