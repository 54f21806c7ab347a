// Merges two people's changes of one text line by line.

/**
 * The present text with my changes: my new lines are inserted after the line that they
 * followed, and the lines that I removed go. A line is identified by its text, as in a list of
 * rules, where a repeated line means nothing more.
 * @param {string} was the common origin @param {string} mine @param {string} theirs
 */
export function merge(was, mine, theirs) {
  if (mine === was) return theirs;
  const before = new Set(was.split('\n'));
  const now = theirs.split('\n');
  const kept = new Set(now);
  const lines = mine.split('\n').filter((line) => line.trim() === '' || !before.has(line) || kept.has(line));
  const there = new Set(lines);
  // Inserted lines, by the line that they follow; null is the beginning.
  /** @type {Map<string|null, string[]>} */ const added = new Map();
  /** @type {string|null} */ let above = null;
  now.forEach((line) => {
    if (there.has(line)) above = line.trim() ? line : above;
    else if (line.trim() && !before.has(line)) {
      if (!added.has(above)) added.set(above, []);
      added.get(above)?.push(line);
    }
  });
  const out = added.get(null) ?? [];
  for (const line of lines) {
    out.push(line);
    for (const more of added.get(line) ?? []) out.push(more);
    added.delete(line);
  }
  return out.join('\n');
}

/**
 * The numbers, from 1, of the lines that another text does not have.
 * @param {string} text @param {string} other
 */
export function only(text, other) {
  const there = new Set(other.split('\n').map((line) => line.trim()));
  return text.split('\n').flatMap((line, i) => (line.trim() && !there.has(line.trim()) ? [i + 1] : []));
}
