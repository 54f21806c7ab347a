// Observes a page of the show four times a second, by the positions of its elements. Run
// inside the page as watch(how); main.go reads window.look.
(how) => {
  const page = () => document.querySelector('#overlay')?.contentWindow ?? window;
  const doc = () => page().document;
  const look = (window.look = { samples: 0, most: 0, reactions: 0, overlaps: 0, first: '', cards: 0 });
  const shown = new Set();
  const rects = (selector) => [...doc().querySelectorAll(selector)].filter((el) => el.checkVisibility({ checkVisibilityCSS: true }))
    .map((el) => ({ text: el.textContent, box: (el.querySelector(':scope > .dm') ?? el).getBoundingClientRect() }));
  const width = () => doc().documentElement.clientWidth;
  /** Counts the pairs that overlap. Elements that have left the screen may overlap. */
  function overlaps(list) {
    list.forEach((a, i) => {
      for (const b of list.slice(i + 1)) {
        const left = Math.max(a.box.left, b.box.left, 0), right = Math.min(a.box.right, b.box.right, width());
        const top = Math.max(a.box.top, b.box.top), bottom = Math.min(a.box.bottom, b.box.bottom);
        if (right - left <= 0.5 || bottom - top <= 0.5) continue;
        look.overlaps++;
        look.first ||= JSON.stringify([a, b]);
      }
    });
    return list.length;
  }
  setInterval(() => {
    look.samples++;
    // Comments at the edges are in front of moving ones, and the moderators' items in front of
    // both.
    const n = how === 'box' ? overlaps(rects('.dm-line'))
      : overlaps(rects('.dm-slot:not(.dm-front, .dm-probe)')) + overlaps(rects('.dm-slot.dm-front'));
    look.most = Math.max(look.most, n);
    overlaps(rects('.dm-show-slot > *'));
    look.reactions = Math.max(look.reactions, page().danmaku.stats().reactions ?? 0);
    for (const { text } of rects('.dm-card-text')) shown.add(text);
    look.cards = shown.size;
  }, 250);
}
