// Moments of the show: "20:00" as a person writes it, and as rows say it. Pure.

/** ms of a day. */
const DAY = 24 * 3600_000;

/** The next time a clock shows a time of day. @param {string} text "20:00" @param {number} now ms @returns {number} ms; 0 for nothing */
export function nextMoment(text, now) {
  const [, hours, minutes] = /^(\d{1,2}):(\d{2})/.exec(text) ?? [];
  if (hours === undefined) return 0;
  const at = new Date(now);
  at.setHours(Number(hours), Number(minutes), 0, 0);
  if (at.getTime() <= now) at.setDate(at.getDate() + 1); // not a day of 24 hours: clocks change
  return at.getTime();
}

/** A moment as a field of the type time has it. @param {number} ms */
export function fieldTime(ms) {
  const at = new Date(ms);
  return ms ? `${String(at.getHours()).padStart(2, '0')}:${String(at.getMinutes()).padStart(2, '0')}` : '';
}

/** A moment in words: the time, and the day where it is not within a day. @param {number} ms @param {number} now @param {string} lang */
export function momentText(ms, now, lang) {
  const day = ms - now >= DAY ? /** @type {const} */ ({ month: 'short', day: 'numeric' }) : {};
  return new Date(ms).toLocaleString(lang, { ...day, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
}

/**
 * What a field of the type time means: the moment that stands there already, else the next one.
 * @param {string} text @param {number} was ms; 0 for none @param {number} now ms
 */
export const momentOf = (text, was, now) => (was > now && fieldTime(was) === text ? was : nextMoment(text, now));
