import { durationText } from '../units.ts';

/** The longest time that HAProxy can wait: it counts milliseconds in 31 bits. */
export const LONGEST_MS = 24 * 86_400_000;

/** A span of time as HAProxy reads it, at most the longest it knows. */
export const timeText = (ms: number): string => durationText(Math.min(ms, LONGEST_MS));
