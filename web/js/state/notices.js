// The notices: what the page says by itself, until it has been read.

/** @import { Message, Notice } from "../../types/state" */

/** More would cover what they are about. */
export const MAX_NOTICES = 3;

/**
 * Adds a notice to those that have not been read yet. What is said again is counted, and news of the
 * same kind takes the place of what it makes untrue, as a newer network does; errors stay.
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
  return a.key === b.key && JSON.stringify(a.parameters) === JSON.stringify(b.parameters);
}

/**
 * @param {Notice} old
 * @param {Omit<Notice, "count">} notice
 */
function isOutdatedBy(old, { kind, message }) {
  return old.kind === "info" && kind === "info" && old.message.key === message.key && message.key !== "verbatim";
}
