// The number of held comments in the title and the icon of the browser's tab.

/** The most that the icon can show. */
const MOST = 99;

/**
 * The mark with a number on it.
 * @param {string} mark the SVG of the mark, 32 by 32 @param {number} n
 */
export function countedMark(mark, n) {
  const text = n > MOST ? `${MOST}+` : String(n);
  const size = text.length > 2 ? 13 : 17;
  const badge = `<rect x="6" y="10" width="26" height="22" rx="8" fill="#B3BCFF"/><text x="19" y="21.5" font-family="sans-serif" font-size="${size}" font-weight="700" text-anchor="middle" dominant-baseline="central" fill="#12170A">${text}</text>`;
  return mark.replace(/<\/svg>\s*$/, `${badge}</svg>`);
}

/**
 * @param {import('./store.js').Store} store @param {import('./queue.js').Queue} queue
 */
export function wireTabCount(store, queue) {
  const link = /** @type {HTMLLinkElement|null} */ (document.querySelector('link[rel="icon"]'));
  const plain = link?.href ?? '';
  let shown = 0;
  /** @type {Promise<string>|undefined} */ let mark;

  async function paint() {
    const n = queue.total;
    if (!link || n === shown) return;
    shown = n;
    if (n === 0) return void (link.href = plain);
    try {
      const text = await (mark ??= fetch(plain).then((got) => got.text()));
      if (shown === n) link.href = `data:image/svg+xml,${encodeURIComponent(countedMark(text, n))}`;
    } catch { mark = undefined; /* the title says it */ }
  }

  function draw() {
    const { room, words: { t, lang } } = store;
    if (room.title === undefined) return;
    const name = `${room.title || room.id} · ${t('app')}`;
    document.title = queue.total > 0 ? `(${queue.total.toLocaleString(lang)}) ${name}` : name;
    void paint();
  }

  for (const topic of /** @type {const} */ (['room', 'queue', 'filled', 'section'])) store.on(topic, draw);
}
