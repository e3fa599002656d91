import type { ComponentChildren } from 'preact';
import type { Failure } from '../../state/models.ts';
import { FailureNote } from '../components/FailureNote.tsx';
import { useLiveTexts } from './useLiveTexts.ts';

/** Why something about a live room was refused, in words of live rooms. */
export function ActFailure({
  failure,
  children,
}: {
  failure: Failure;
  children?: ComponentChildren;
}) {
  const { failures } = useLiveTexts().own;
  const texts: Partial<Record<Failure['code'], (typeof failures)['CONFLICT']>> = failures;
  return (
    <FailureNote failure={failure} text={texts[failure.code]}>
      {children}
    </FailureNote>
  );
}
