import type { FailureTexts } from './texts.ts';

export const enFailures: FailureTexts = {
  NOT_FOUND: ['There is no such meeting', 'Check the link or code, or ask whoever sent it.'],
  ENDED: ['This meeting is over', 'Ask the host for a new one.'],
  NOT_STARTED: ['This meeting has not started', 'Come back when it begins.'],
  FORBIDDEN: ['You have no access', 'Ask the host to invite your account.'],
  GUESTS_NOT_ALLOWED: ['This meeting is for people with an account', 'Sign in to join.'],
  BANNED: ['You cannot enter this meeting', 'The host has decided so.'],
  PASSCODE_REQUIRED: ['This meeting has a passcode', 'The host knows it.'],
  PASSCODE_WRONG: ['That is not the passcode', 'Check it and try again.'],
  LOCKED: ['The meeting is locked', 'Ask the host to unlock it, then try again.'],
  FULL: ['The meeting is full', 'Try again when somebody has left.'],
  ALREADY_JOINED: [
    'You are in this meeting on another device',
    'Move the call here, or join beside it.',
  ],
  RATE_LIMITED: ['Too many tries', 'Wait a moment, then try again.'],
  NO_CAPACITY: ['The server is busy', 'Try again in a minute.'],
  UNAVAILABLE: ['The server is not ready', 'Try again in a moment.'],
  INVALID_PAYLOAD: ['Something in the form is not right', 'Check what you entered.'],
  UNAUTHENTICATED: ['Please sign in again', 'Your session is over.'],
  CONFLICT: ['There is an account with this email', 'Sign in instead, or use another one.'],
  INVALID_STATE: ['This is not possible now', 'Try again in a moment.'],
  CLIENT_TOO_OLD: ['There is a newer version of this page', 'Reload to get it.'],
  INTERNAL: ['The server made a mistake', 'Try again; if it stays, tell whoever runs this server.'],
  OFFLINE: ['The server cannot be reached', 'Check your network, then try again.'],
  TIMEOUT: ['The server did not answer', 'Check your network, then try again.'],
  BROWSER_UNSUPPORTED: [
    'This browser cannot do video calls',
    'Use a current Chrome, Edge, Firefox or Safari.',
  ],
};
