// The rule lists of a room as they are edited: which one, what is typed and not
// saved, and what a new one may be called. No page in here.

/**
 * A list, as it is typed here: `was` is its text at the version that it is of.
 * `fresh`: it was never saved. `agreed`: that it holds in all rooms was confirmed.
 * @typedef {{name: string, text: string, was: string, version: string, on: boolean, all: boolean, shipped?: boolean, fresh?: boolean, agreed?: boolean}} List
 */

/** The list for all rooms that comes with the program, until one of its name is saved. */
export const SHIPPED = 'starter';

/** Characters of a name. */
export const NAME_MOST = 40;

export class RuleLists {
  /** @type {List[]} */ all = [];
  /** @type {List|null} the one in the editor */ now = null;

  /** What was typed and not saved. */
  get unsaved() { return this.all.filter((list) => list.text !== list.was); }

  /**
   * Takes the lists as the server has them. What is typed and not saved stays, of
   * the version that it was typed into.
   * @param {any[]} lists
   * @param {{owner: boolean, choose?: {name: string, all: boolean}|null, drop?: List|null}} how
   *   choose: the one to look at then; drop: one whose text is given up
   */
  take(lists, { owner, choose = this.now, drop = null }) {
    const drafts = this.unsaved.filter((list) => list !== drop);
    this.all = lists.map((list) => {
      const known = { ...list, was: list.text };
      const draft = drafts.find((other) => same(other, list));
      return draft ? Object.assign(draft, { on: list.on, shipped: list.shipped }) : known;
    });
    this.all.push(...drafts.filter((draft) => !this.all.includes(draft)));
    const mine = this.all.findIndex((list) => owner || !list.all);
    this.now = (choose && this.all.find((list) => same(list, choose))) ?? this.all[Math.max(0, mine)] ?? null;
    // A moderator without a list of the room has nothing else to type into.
    if (!this.now || (!owner && this.now.all && mine < 0)) this.now = this.create('room');
  }

  /** Makes an empty list and looks at it. @param {string} [name] @returns {List} */
  create(name) {
    let n = 1;
    while (!name && this.all.some((list) => list.name === `list ${n}`)) n++;
    const list = { name: name ?? `list ${n}`, text: '', was: '', version: '', on: true, all: false, fresh: true };
    this.all.push(list);
    this.now = list;
    return list;
  }

  /** What is wrong with the name of a new list: the key of a sentence, or "". @param {List} list */
  fault(list) {
    if (!list.fresh) return '';
    if (list.name.trim() === '') return 'rules_name_empty';
    return this.all.some((other) => other !== list && same(other, list)) ? 'rules_name_taken' : '';
  }

  /** What must be confirmed before a list is saved: the key of a sentence, or "". @param {List} list */
  question(list) {
    if (!list.all || list.agreed) return '';
    return list.name === SHIPPED && list.shipped ? 'rules_shipped_text' : 'rules_all_text';
  }

  /** Whether a list stands in place of the shipped one, which can come back. @param {List} list */
  restores(list) { return list.all && list.name === SHIPPED && !list.shipped && !list.fresh; }

  /** Whether a list can be deleted: the shipped one can only be switched off. @param {List} list */
  deletes(list) { return !(list.all && list.name === SHIPPED) && !list.fresh; }

  /** A list was saved. @param {List} list @param {string} text that was sent @param {string} version */
  saved(list, text, version) { Object.assign(list, { was: text, version, shipped: false, fresh: false }); }
}

/** @param {{name: string, all: boolean}} one @param {{name: string, all: boolean}} other */
const same = (one, other) => one.all === other.all && one.name.trim() === other.name.trim();
