// Sizes and positions of the items on the stage: after a change of the screen, of styles or of
// words, everything is measured again and keeps its position if possible.

/** @typedef {import('./item.js').Item} Item */

export class Sizes {
  #renderer; #layout; #actors;

  /**
   * @param {import('./renderer.js').DomRenderer} renderer
   * @param {import('./layout.js').Layout} layout
   * @param {import('./actors.js').Actors} actors
   */
  constructor(renderer, layout, actors) {
    this.#renderer = renderer;
    this.#layout = layout;
    this.#actors = actors;
  }

  /** Draws an item at its position. @param {Item} item with a lane */
  show(item) {
    item.y = this.#layout.top(item);
    this.#renderer.show(item);
  }

  /** Measures all flying items and assigns them lanes of a new layout. An item without room is
   * dropped, unless comments may overlap.
   * @param {boolean} overlap @param {number} now */
  refit(overlap, now) {
    const { lanes } = this.#layout;
    const items = [...this.#actors.flying];
    this.#renderer.measure(items);
    for (const item of items) this.#layout.fit(item);
    for (const item of this.#layout.adopt(items, now)) {
      const lane = overlap && !this.#layout.standingPlace(item) ? lanes.least(item, now) : -1;
      if (lane >= 0) lanes.take(item, lane);
      else this.#actors.dropUnshown(item, 'full');
    }
    for (const item of this.#actors.flying) this.show(item);
  }

  /** Writes the changed text of flying items and the text of new items, and reads all sizes
   * once. A flying item keeps the size that its lanes know. It may need more, for example if
   * other styles apply to the one comment that is left of a merged group; without room for
   * that it is dropped.
   * @param {Item[]} changed @param {Item[]} [fresh] */
  write(changed, fresh = []) {
    const known = changed.map(({ w, h, rows }) => ({ w, h, rows }));
    this.#renderer.measure([...changed, ...fresh]);
    changed.forEach((item, i) => {
      const { w, h, rows } = known[i];
      const more = item.w - w;
      this.#layout.fit(item);
      const higher = item.rows > rows;
      Object.assign(item, { w, rows });
      if (higher || (more > 0 && !this.#layout.grow(item, more))) this.#actors.dropUnshown(item, 'full');
      else if (more > 0 || item.h !== h || item.mode !== 'scroll') this.show(item); // its position depends on its size
    });
  }
}
