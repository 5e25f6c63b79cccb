/** The mark of the product: a straw hat over a lens. */
export function Logo({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 48 48" aria-hidden="true">
      <path
        d="M24 5 45 24c1 1 .3 2.4-1 2.3-7-.7-13.5-1.1-20-1.1s-13 .4-20 1.1c-1.3.1-2-1.3-1-2.3Z"
        fill="var(--mantine-color-ronin-5)"
      />
      <path
        d="M10.5 29q6.5-.7 13.5-.7t13.5.7C36.6 37 31 42 24 42S11.4 37 10.5 29Z"
        fill="currentColor"
      />
      <circle cx="24" cy="33" r="4.8" fill="var(--panel-background)" />
    </svg>
  );
}
