/** The steps of adding a camera: which is shown, how far one may go, and where the focus goes. */
import { type RefObject, useEffect, useRef, useState } from "react";
import type { CameraFormHandle } from "./useCameraForm";

export const STEPS = ["connection", "check", "streams", "recording"] as const;
export type WizardStep = (typeof STEPS)[number];

export interface Steps {
  shown: WizardStep;
  index: number;
  /** Index of the last step that was open once. */
  furthest: number;
  /** Opens a step, with the focus in `field` where that is given, else at its heading. */
  open: (step: WizardStep, field?: string) => void;
  heading: RefObject<HTMLHeadingElement | null>;
}

/** `step` is what the address of the page asks for; a step that nothing led to yet is not shown. */
export function useSteps(
  step: WizardStep,
  onStep: (step: WizardStep) => void,
  { getInputNode }: CameraFormHandle,
): Steps {
  const [furthest, setFurthest] = useState(0);
  const index = Math.min(STEPS.indexOf(step), furthest);
  const heading = useRef<HTMLHeadingElement>(null);
  const field = useRef<string | undefined>(undefined);
  const previous = useRef(index);

  useEffect(() => {
    if (previous.current === index) {
      return;
    }
    previous.current = index;
    const node = field.current === undefined ? null : getInputNode(field.current);
    field.current = undefined;
    // What the step shows may have taken the focus already: a password that was refused at once.
    if (node === null && document.activeElement instanceof HTMLInputElement) {
      return;
    }
    (node ?? heading.current)?.focus();
  }, [index, getInputNode]);

  return {
    shown: STEPS[index] ?? "connection",
    index,
    furthest,
    heading,
    open: (next, focused) => {
      if (STEPS.indexOf(next) === index) {
        getInputNode(focused ?? "")?.focus();
        return;
      }
      field.current = focused;
      setFurthest((old) => Math.max(old, STEPS.indexOf(next)));
      onStep(next);
    },
  };
}
