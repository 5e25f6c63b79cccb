/** Copies the link to a moment, or shows it where the browser does not let it be copied. */
import { Button, CloseButton, TextInput } from "@mantine/core";
import { IconLink } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";

interface Props {
  /** The link to what is shown now. */
  makeLink: () => string;
  onCopied: () => void;
  /** On the button. */
  text?: string;
  /** What the link is called where it is shown. */
  label?: string;
}

export function ShareLink(props: Props) {
  const { makeLink, onCopied, text = "Copy link", label = "Link to this moment" } = props;
  const [shown, setShown] = useState<string>();
  const copy = async () => {
    const link = makeLink();
    try {
      // Pages that came without encryption have no clipboard at all.
      await navigator.clipboard.writeText(link);
      setShown(undefined);
      onCopied();
    } catch {
      setShown(link);
    }
  };
  return (
    <>
      <Button
        size="xs"
        variant="default"
        leftSection={<IconLink size={16} aria-hidden />}
        onClick={() => void copy()}
      >
        {text}
      </Button>
      {shown !== undefined && (
        <LinkField label={label} link={shown} onClose={() => setShown(undefined)} />
      )}
    </>
  );
}

interface FieldProps {
  label: string;
  link: string;
  onClose: () => void;
}

function LinkField({ label, link, onClose }: FieldProps) {
  const ref = useRef<HTMLInputElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another link is marked anew.
  useEffect(() => {
    ref.current?.focus();
    ref.current?.select();
  }, [link]);
  return (
    <TextInput
      ref={ref}
      readOnly
      size="xs"
      w="100%"
      label={label}
      description="The browser did not let it be copied. Copy it from here."
      value={link}
      rightSection={<CloseButton size="xs" aria-label="Hide the link" onClick={onClose} />}
    />
  );
}
