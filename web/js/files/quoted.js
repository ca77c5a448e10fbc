// What a person wrote, short enough to be repeated in a sentence.

/** Longest quotation, in characters. */
const MAX_CHARS = 40;

/**
 * @param {string} text
 * @returns {string} its beginning; control characters become U+FFFD
 */
export function quoted(text) {
  const characters = [...text];
  const beginning = characters.slice(0, MAX_CHARS).join("").replace(/\p{Cc}/gu, "\ufffd");
  return characters.length > MAX_CHARS ? `${beginning}…` : beginning;
}
