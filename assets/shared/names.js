// Names that distinguish people who did not enter one.

/**
 * The name to show for a comment's author. Without one it is the word for a
 * guest and the beginning of the pseudonym, which is stable within the room.
 * @param {{name: string, user: string}} comment
 * @param {string} guest the word
 */
export function nameOf(comment, guest) {
  return comment.name || (comment.user ? `${guest} ${comment.user.slice(0, 4)}` : guest);
}
