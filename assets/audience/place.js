// The sections above the field are inserted when the room first needs them, in whatever order
// their modules arrive. Each has its place, which is the same for eyes and for the Tab key.

/** The classes of the sections, from the top; their CSS order must not contradict it. */
export const SECTIONS = ['warnings', 'draw', 'photos', 'reactions', 'emotes'];

/**
 * Inserts a section in its place above the field.
 * @param {HTMLElement} section its first class is one of SECTIONS
 * @param {HTMLElement} composer
 */
export function place(section, composer) {
  const below = SECTIONS.slice(SECTIONS.indexOf(section.classList[0]) + 1);
  const next = [...(composer.parentElement?.children ?? [])].find((one) => below.includes(one.classList[0]));
  (next ?? composer).before(section);
}
