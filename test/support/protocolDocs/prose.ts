/** What the schemas cannot say: how requests travel, what comes before what. */

export const CONVENTIONS = (of: {
  version: number;
  oldest: number;
  maxMessageBytes: number;
  common: string;
}) => `\
Accounts, guests and meetings are managed over HTTP; everything in a meeting goes over Socket.IO (WebSocket only), and media
over WebRTC. This is version ${of.version} of the protocol; the server still serves clients of version ${of.oldest}.

**Handshake.** The client passes \`{ token, protocol: ${of.version} }\` as \`auth\`. A refused handshake is a \`connect_error\` whose \`data\`
is an error body: \`UNAUTHENTICATED\`, \`CLIENT_TOO_OLD\`, \`RATE_LIMITED\`, \`NO_CAPACITY\` (starting or stopping) or \`INTERNAL\`. A page
may connect from the server's own origin or one that the operator allows; with a foreign origin the upgrade itself is refused.

**Errors.** Every refusal has the same body, over HTTP as \`{ error }\`:

\`\`\`ts
{
  code: string; // stable: branch on it
  message: string; // for people; may change
  details?: object;
  retryAfterMs?: number; // when the same request may succeed
}
\`\`\`

Any request may be refused with ${of.common}. \`INVALID_PAYLOAD\` lists up to ten places in \`details.issues\`, each with its
\`path\` and \`message\`.

**Unknown fields** in a payload are refused, except within RTP, DTLS and ICE parameters, where they are dropped, because a
newer client library may add some. A client ignores fields it does not know: they may be added without a new version.

**Times** are ISO 8601 instants in UTC. **Ids** are opaque. A Socket.IO message has at most ${of.maxMessageBytes / 1024} KiB.`;

export const REQUESTS = `\
A request is a Socket.IO event with one payload and an acknowledgement. It is answered with \`{ ok: true, data }\` or
\`{ ok: false, error }\`; one without an acknowledgement is dropped. Each connection has a rate limit.

**Order.** Entering, resuming and leaving of one connection are served one after another, in the order in which they came.
So is what one participant asks of its sending transport (\`create-transport\`, \`produce\`, pausing, \`close-producer\`), and
apart from that what it asks of its receiving one (\`create-transport\`, \`consume\`, \`resume-consumers\`, \`update-views\`). Other
requests do not wait for each other. A request whose acknowledgement has come has taken effect; what it makes known to
others may reach them before or after.

**Idempotent** requests may be sent again when an acknowledgement was lost: the effect is that of one.

**Joining** is refused in a fixed order, so that nobody learns whether a passcode is right who may not enter anyway: \`ENDED\`,
\`FORBIDDEN\` and \`GUESTS_NOT_ALLOWED\`, \`NOT_STARTED\`, \`PASSCODE_REQUIRED\` and \`PASSCODE_WRONG\`, \`LOCKED\`, \`FULL\`.

**A meeting's media, step by step.** \`join-meeting\` → \`meeting-joined\` has the router's capabilities → \`create-transport\` for
each direction → \`connect-transport\` when the client library asks for it → \`produce\` what is sent → \`consume\` the producers of
the others → \`resume-consumers\` when they can be rendered → \`update-views\` whenever what is shown changes. A consumer that is
not resumed in time is closed and named in \`consumers-closed\`; consume its producer again.`;

export const NOTIFICATIONS = `\
Notifications are Socket.IO events with one payload and no acknowledgement. They reach whoever is in the meeting, the one who
caused them included, unless their description says otherwise.`;

export const HTTP = `\
Bodies are JSON. A token goes into \`Authorization: Bearer …\`, never into a URL. Status codes follow from the error code:
\`INVALID_PAYLOAD\` and \`CLIENT_TOO_OLD\` 400 (413 too large, 415 not JSON), \`UNAUTHENTICATED\` 401, \`FORBIDDEN\`,
\`GUESTS_NOT_ALLOWED\`, \`BANNED\`, \`PASSCODE_REQUIRED\` and \`PASSCODE_WRONG\` 403, \`NOT_FOUND\` 404 (405 for a wrong method),
\`ENDED\` 410, \`LOCKED\` 423, \`RATE_LIMITED\` 429, \`INTERNAL\` 500, \`NO_CAPACITY\` and \`UNAVAILABLE\` 503, all others 409.
\`RATE_LIMITED\` and \`UNAVAILABLE\` come with \`Retry-After\`.

\`/healthz\`, \`/readyz\` and \`/metrics\` are the operator's: see [operations](operations.md).`;
