// The language of the words, which numbers follow: a decimal comma among English words would be read
// as a list.

export const LOCALE = "en-US";
