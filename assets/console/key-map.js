// The function of each key of the console; keys.js decides when keys count, and has the list
// for the help.

/**
 * @typedef {object} Parts
 * @property {import('./store.js').Store} store
 * @property {import('./sections.js').Sections} sections
 * @property {import('./queue.js').Queue} queue
 * @property {import('./review.js').ReviewView} review
 * @property {import('./banner.js').Banner} banner
 * @property {import('./acts.js').Acts} acts
 * @property {import('./header.js').Header} header
 * @property {import('./feed.js').FeedView} view
 * @property {import('./compose.js').Compose} compose
 * @property {import('./switches.js').Switches} switches
 * @property {HTMLElement} search
 * @property {() => void} turn the theme
 * @property {() => void} openHelp
 * @property {(id: string) => void} openMenu of a comment
 */

/**
 * The function that a key calls; if it returns false, the key was not used.
 * @param {Parts} parts @returns {Record<string, () => unknown>}
 */
export function keyMap({ store, sections, queue, review, banner, acts, header, view, compose, switches, search, turn, openHelp, openMenu }) {
  /** @param {import('./review-bulk.js').Act} act */
  const onReview = (act) => {
    if (sections.now !== 'live' || queue.items.length === 0) return false;
    // A key that was meant for the previous item must not decide about this one; selected ones
    // are meant.
    if (review.choosing || !queue.justMoved) review.act(act);
  };
  const menu = () => (sections.now === 'live' && queue.current ? openMenu(queue.current.id) : false);
  const move = (/** @type {number} */ step) => sections.now === 'live' && (queue.move(step) ? review.draw() : undefined);
  const live = (/** @type {() => void} */ act) => () => sections.now === 'live' && act();
  return {
    a: () => onReview('approve'), r: () => onReview('refuse'), b: () => onReview('ban'), i: () => onReview('person'), s: () => onReview('feature'), m: () => onReview('mute'),
    o: menu, ContextMenu: menu,
    ArrowDown: () => move(1), ArrowUp: () => move(-1),
    x: live(() => {
      const { current } = queue;
      if (!current) return;
      if (!review.choosing) review.choose(true);
      queue.chooseRow(current.id);
      review.draw();
    }),
    'Shift+X': live(() => {
      review.choose(true);
      queue.chooseAll(queue.chosen.length < queue.items.length);
      review.draw();
    }),
    z: () => {
      if (acts.final) return store.notice({ text: store.words.t('no_undo'), tone: 'warn', glyph: 'warn' });
      const own = queue.decided.find((d) => d.by === store.me && d.status !== 'removed');
      if (!banner.undo() && own) void acts.undo(own);
    },
    f: live(() => { header.tab('feed'); view.enter(); }),
    c: live(() => compose.focus()),
    // Where review is shown alone the field is hidden, and the letters would decide about comments.
    '/': live(() => { header.tab('feed'); search.focus(); }),
    '?': openHelp,
    t: turn,
    Escape: () => (switches.calm() ? undefined : review.choosing ? review.choose(false) : header.showNumbers(false)),
    'Shift+P': () => switches.press('pause'), 'Shift+C': () => switches.press('clear'), 'Shift+L': () => switches.press('links'),
    'Shift+N': () => switches.press('newcomers'), 'Shift+S': () => switches.press('slow'), 'Shift+D': () => switches.press('lock'),
    ...Object.fromEntries([1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => [String(n), () => sections.go(n)])),
  };
}
