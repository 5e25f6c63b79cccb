/** A URL for JPEG bytes, given back when the picture changes or goes. */
import { useEffect, useState } from "react";

export function usePictureUrl(jpeg: Uint8Array | undefined): string | undefined {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    if (jpeg === undefined || jpeg.length === 0) {
      setUrl(undefined);
      return;
    }
    const made = URL.createObjectURL(new Blob([jpeg.slice()], { type: "image/jpeg" }));
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [jpeg]);
  return url;
}
