// Names that distinguish people who entered none.

/**
 * The name to show for a comment's author. Without one, the word for a
 * guest and the start of the pseudonym, which is stable within the room.
 * @param {{name: string, user: string}} comment
 * @param {string} guest the word
 */
export function nameOf(comment, guest) {
  return comment.name || (comment.user ? `${guest} ${comment.user.slice(0, 4)}` : guest);
}
