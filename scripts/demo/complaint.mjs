/** A failure that the user can do something about: its message says what. Anything else is a bug. */
export class Complaint extends Error {}
