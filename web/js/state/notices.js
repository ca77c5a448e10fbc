// The notices: what the page says by itself, until it has been read.

/** @import { Message, Notice } from "../../types/state" */
/** @import { WordKey } from "../words/word.js" */

/** More would cover what they are about. */
export const MAX_NOTICES = 3;

/**
 * What waits for a connection, and what it has become when there is one.
 * @type {Readonly<Partial<Record<WordKey, WordKey>>>}
 */
const BY_CONNECTION = Object.freeze({
  "notice.resetLater": "notice.reset",
  "notice.restartedLater": "notice.restarted",
});

/** What came in the place of the data or of the network: only the last of it is there. */
const REPLACEMENTS = new Set([
  "notice.imported",
  "notice.opened",
  "notice.generated",
  "notice.generateLater",
  "notice.newNetwork",
  "notice.newNetworkLater",
  ...Object.entries(BY_CONNECTION).flat(),
]);

/**
 * Adds a notice to those that have not been read yet. What is said again is counted, and news take the
 * place of what they make untrue, as a newer network does; errors stay.
 * @param {readonly Notice[]} notices oldest first
 * @param {Omit<Notice, "count">} notice
 * @returns {readonly Notice[]} at most MAX_NOTICES
 */
export function withNotice(notices, notice) {
  const same = notices.findIndex((other) => isSame(other.message, notice.message));
  if (same >= 0) return notices.with(same, { ...notice, count: notices[same].count + 1 });
  const outdated = notices.findIndex((other) => isOutdatedBy(other, notice));
  if (outdated >= 0) return notices.with(outdated, { ...notice, count: 1 });
  const all = [...notices, { ...notice, count: 1 }];
  if (all.length <= MAX_NOTICES) return all;
  // Errors are the last to go unread.
  const first = all.findIndex(({ kind }) => kind === "info");
  return all.toSpliced(Math.max(0, first), 1);
}

/**
 * @param {Message} a
 * @param {Message} b
 */
function isSame(a, b) {
  return a.key === b.key && !REPLACEMENTS.has(a.key) && JSON.stringify(a.parameters) === JSON.stringify(b.parameters);
}

/**
 * @param {Notice} old
 * @param {Omit<Notice, "count">} notice
 */
function isOutdatedBy(old, { kind, message }) {
  if (old.kind !== "info" || kind !== "info") return false;
  if (REPLACEMENTS.has(message.key)) return REPLACEMENTS.has(old.message.key);
  return old.message.key === message.key && message.key !== "verbatim";
}

/**
 * @param {readonly Notice[]} notices
 * @returns {readonly Notice[]} what is so once there is a connection; the same if that changes nothing
 */
export function whenConnected(notices) {
  if (notices.every(({ message }) => BY_CONNECTION[message.key] === undefined)) return notices;
  return notices.map((notice) => {
    const key = BY_CONNECTION[notice.message.key] ?? notice.message.key;
    return { ...notice, message: { ...notice.message, key } };
  });
}
