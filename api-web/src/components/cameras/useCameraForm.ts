/** The values of a camera's form with the errors at its fields, and saving them. */
import { type UseFormReturnType, useForm } from "@mantine/form";
import { useState } from "react";
import { describeError, type ErrorWords } from "../../api/errors";
import { placeErrors, validateConnection } from "../../lib/cameraErrors";
import { type CameraValues, hasSub, type SourceKey, withAddress } from "../../lib/cameraForm";

/** The form that the fields are part of. */
export type CameraFormHandle = UseFormReturnType<CameraValues>;

export function useCameraForm(initialValues: CameraValues): CameraFormHandle {
  return useForm<CameraValues>({ initialValues, validateInputOnBlur: false });
}

/** Puts the focus on the field, where it is shown. */
export function focusField(form: CameraFormHandle, field: string | undefined): void {
  if (field !== undefined) {
    form.getInputNode(field)?.focus();
  }
}

/**
 * Takes whole addresses apart that still stand in an address field. Returns the values with them;
 * undefined where one cannot be read, which its field says then.
 */
function settleAddresses(form: CameraFormHandle): CameraValues | undefined {
  let values = form.getValues();
  const keys: SourceKey[] = hasSub(values) && values.subIsElsewhere ? ["main", "sub"] : ["main"];
  for (const key of keys) {
    const addressed = withAddress(values, key, values[key].host);
    if (addressed.kind === "unreadable") {
      form.setFieldError(`${key}.host`, addressed.problem);
      focusField(form, `${key}.host`);
      return undefined;
    }
    if (addressed.kind === "parts") {
      values = addressed.values;
      form.setValues(values);
    }
  }
  return values;
}

/**
 * The values with a connection that can be tried; undefined where there is something wrong with it,
 * which the fields say then. `onWrong` is told the first of them.
 */
export function connected(
  form: CameraFormHandle,
  onWrong: (field: string) => void,
): CameraValues | undefined {
  const values = settleAddresses(form);
  const errors = values && validateConnection(values);
  if (errors === undefined) {
    onWrong("main.host");
    return undefined;
  }
  form.setErrors(errors);
  const wrong = Object.keys(errors)[0];
  if (wrong !== undefined) {
    onWrong(wrong);
    focusField(form, wrong);
    return undefined;
  }
  return values;
}

export interface SaveFailure {
  words: ErrorWords;
  /** Refused fields that the form does not show. */
  others: ErrorWords["fields"];
}

/**
 * Saves by `onSave`, which fails with an error of the API. Refused fields get their errors and are
 * handed to `onRefused`; what is about no field is returned as `failure`.
 */
export function useSave(
  form: CameraFormHandle,
  onSave: (values: CameraValues) => Promise<void>,
  onRefused: (fields: string[]) => void,
) {
  const [failure, setFailure] = useState<SaveFailure>();
  const [isSaving, setSaving] = useState(false);

  const save = async (values: CameraValues) => {
    setFailure(undefined);
    setSaving(true);
    try {
      await onSave(values);
    } catch (error) {
      const words = describeError(error);
      const placed = placeErrors(words.fields, values);
      form.setErrors(placed.fields);
      const isAllAtFields = words.fields.length > 0 && placed.others.length === 0;
      setFailure(isAllAtFields ? undefined : { words, others: placed.others });
      onRefused(Object.keys(placed.fields));
    } finally {
      setSaving(false);
    }
  };

  return { save, failure, isSaving };
}
