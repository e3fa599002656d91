import type { FailureTexts } from './texts.ts';

export const deFailures: FailureTexts = {
  NOT_FOUND: [
    'Diese Besprechung gibt es nicht',
    'Link oder Code prüfen, oder nachfragen, wer ihn geschickt hat.',
  ],
  ENDED: ['Diese Besprechung ist zu Ende', 'Den Gastgeber um eine neue bitten.'],
  NOT_STARTED: ['Diese Besprechung hat noch nicht begonnen', 'Komm wieder, wenn sie beginnt.'],
  FORBIDDEN: ['Kein Zugang', 'Den Gastgeber bitten, dein Konto einzuladen.'],
  GUESTS_NOT_ALLOWED: ['Diese Besprechung ist für Personen mit Konto', 'Zum Teilnehmen anmelden.'],
  BANNED: ['Du kannst hier nicht teilnehmen', 'Der Gastgeber hat es so entschieden.'],
  PASSCODE_REQUIRED: ['Diese Besprechung hat ein Kennwort', 'Der Gastgeber kennt es.'],
  PASSCODE_WRONG: ['Das ist nicht das Kennwort', 'Prüfen und noch einmal versuchen.'],
  LOCKED: [
    'Die Besprechung ist gesperrt',
    'Den Gastgeber bitten, sie zu entsperren, und noch einmal versuchen.',
  ],
  FULL: ['Die Besprechung ist voll', 'Noch einmal versuchen, wenn jemand gegangen ist.'],
  ALREADY_JOINED: [
    'Du bist mit einem anderen Gerät dabei',
    'Das Gespräch hierher holen, oder daneben teilnehmen.',
  ],
  RATE_LIMITED: ['Zu viele Versuche', 'Einen Moment warten und noch einmal versuchen.'],
  NO_CAPACITY: ['Der Server ist ausgelastet', 'In einer Minute noch einmal versuchen.'],
  UNAVAILABLE: ['Der Server ist nicht bereit', 'Gleich noch einmal versuchen.'],
  INVALID_PAYLOAD: ['Etwas im Formular stimmt nicht', 'Bitte die Eingaben prüfen.'],
  UNAUTHENTICATED: ['Bitte neu anmelden', 'Die Sitzung ist abgelaufen.'],
  CONFLICT: ['Mit dieser E-Mail gibt es schon ein Konto', 'Anmelden, oder eine andere nehmen.'],
  INVALID_STATE: ['Das geht gerade nicht', 'Gleich noch einmal versuchen.'],
  CLIENT_TOO_OLD: ['Es gibt eine neuere Fassung dieser Seite', 'Zum Aktualisieren neu laden.'],
  INTERNAL: [
    'Dem Server ist ein Fehler unterlaufen',
    'Noch einmal versuchen; bleibt es dabei, den Betreiber fragen.',
  ],
  OFFLINE: ['Der Server ist nicht erreichbar', 'Das Netz prüfen und noch einmal versuchen.'],
  TIMEOUT: ['Der Server hat nicht geantwortet', 'Das Netz prüfen und noch einmal versuchen.'],
  BROWSER_UNSUPPORTED: [
    'Dieser Browser kann keine Videoanrufe',
    'Chrome, Edge, Firefox oder Safari in einer aktuellen Version verwenden.',
  ],
};
