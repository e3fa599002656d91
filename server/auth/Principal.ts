/** Who is calling, as proven by a token. */
export type Principal =
  | { kind: 'account'; userId: string; name: string; email: string; sessionId: string }
  /** A guest's token opens one meeting and nothing else. */
  | { kind: 'guest'; userId: string; name: string; meetingId: string; sessionId: string };
